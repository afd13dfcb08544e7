#include "runner/results/results_file.hpp"

#include "runner/error/error.hpp"
#include "runner/results/results_data.hpp"

#include "example.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Dataset data = tiny_dataset();
const Sweep sweep = sweep_of(example_config, data);

class AResultsFile : public testing::Test {
 protected:
  ResultsFile open() { return {path, sweep, data, example_provenance, {}}; }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
};

std::uint32_t bits(float value) {
  return std::bit_cast<std::uint32_t>(value);
}

TEST_F(AResultsFile, IsWholeBeforeTheFirstEpoch) {
  open().close();
  const ResultsData results = read_results(path);
  EXPECT_EQ(results.name, "example");
  EXPECT_EQ(results.effective_config, sweep.config.effective);
  EXPECT_EQ(results.epochs(), 2);
  ASSERT_EQ(results.runs.size(), 4u);
  const StoredRun& run = results.runs[2];
  EXPECT_EQ(run.run.spec, sweep.runs[2].spec);
  EXPECT_EQ(run.run.digest, sweep.runs[2].digest);
  EXPECT_EQ(run.status, RunStatus::pending);
  EXPECT_EQ(run.epochs_done, -1);
  EXPECT_EQ(run.wall_time, 0);
  ASSERT_EQ(run.curves[Metric::test_loss].size(), 3u);
  for (const float value : run.curves[Metric::test_loss]) EXPECT_EQ(bits(value), 0x7fc00000u);
}

TEST_F(AResultsFile, HoldsWhatWasMeasuredOnAValidationSet) {
  Dataset validated = data;
  validated.validation = validated.test;
  const Sweep now = sweep_of(example_config, validated);
  ResultsFile file(path, now, validated, example_provenance, {});
  TrainedEpoch record = record_of(1, 0);
  record.metrics[Metric::validation_loss] = 7;
  record.metrics[Metric::validation_accuracy] = 0.5f;
  file.on_epoch({&record, 1});
  file.close();
  const ResultsData results = read_results(path);
  EXPECT_EQ(results.origin.data.validation_size, validated.validation.count);
  ASSERT_EQ(results.runs[1].curves[Metric::validation_loss].size(), 3u);
  EXPECT_EQ(results.runs[1].metrics(0)[Metric::validation_loss], 7);
  EXPECT_EQ(results.runs[1].metrics(0)[Metric::validation_accuracy], 0.5f);
  EXPECT_EQ(bits(results.runs[1].metrics(1)[Metric::validation_loss]), 0x7fc00000u);
}

TEST_F(AResultsFile, HoldsTheEpochsItWasTold) {
  ResultsFile file = open();
  write_run(file, 3);
  write_epoch(file, 1, 0);
  file.close();

  const ResultsData results = read_results(path);
  const StoredRun& done = results.runs[3];
  EXPECT_EQ(done.status, RunStatus::done);
  EXPECT_EQ(done.epochs_done, 2);
  EXPECT_EQ(done.wall_time, 1.5);
  EXPECT_THAT(done.curves[Metric::train_loss], ElementsAre(3.0f, 3.1f, 3.2f));
  EXPECT_THAT(done.curves[Metric::train_accuracy], ElementsAre(0.625f, 0.625f, 0.625f));
  EXPECT_THAT(done.curves[Metric::test_loss], ElementsAre(3.5f, 3.5f, 3.5f));
  EXPECT_THAT(done.curves[Metric::test_accuracy], ElementsAre(0.875f, 0.875f, 0.875f));
  const StoredRun& begun = results.runs[1];
  EXPECT_EQ(begun.status, RunStatus::running);
  EXPECT_EQ(begun.epochs_done, 0);
  EXPECT_EQ(begun.curves[Metric::train_loss][0], 1.0f);
  EXPECT_EQ(bits(begun.curves[Metric::train_loss][1]), 0x7fc00000u);
  EXPECT_EQ(results.runs[0].status, RunStatus::pending);
}

TEST_F(AResultsFile, HoldsNoNumbersFromTheDivergingEpochOn) {
  ResultsFile file = open();
  write_epoch(file, 0, 0);
  TrainedEpoch record = record_of(0, 1, RunStatus::diverged);
  record.metrics[Metric::train_loss] = std::numeric_limits<float>::infinity();
  file.on_epoch({&record, 1});
  file.close();

  const StoredRun run = read_results(path).runs[0];
  EXPECT_EQ(run.status, RunStatus::diverged);
  EXPECT_EQ(run.epochs_done, 0);
  EXPECT_EQ(run.curves[Metric::test_loss][0], 0.5f);
  EXPECT_EQ(bits(run.curves[Metric::train_loss][1]), 0x7fc00000u);
  EXPECT_EQ(bits(run.curves[Metric::test_accuracy][1]), 0x7fc00000u);
  EXPECT_EQ(bits(run.curves[Metric::test_accuracy][2]), 0x7fc00000u);
}

TEST_F(AResultsFile, HoldsARunThatDivergedUntrained) {
  ResultsFile file = open();
  write_epoch(file, 0, 0, RunStatus::diverged);
  file.close();
  const StoredRun run = read_results(path).runs[0];
  EXPECT_EQ(run.status, RunStatus::diverged);
  EXPECT_EQ(run.epochs_done, -1);
  EXPECT_TRUE(std::isnan(run.curves[Metric::train_loss][0]));
}

TEST_F(AResultsFile, MissesAllRunsAtFirst) {
  EXPECT_THAT(open().missing(), ElementsAre(0, 1, 2, 3));
}

TEST_F(AResultsFile, DoesNotMissWhatIsDoneOrDiverged) {
  ResultsFile file = open();
  write_run(file, 0);
  write_epoch(file, 1, 0);
  write_epoch(file, 2, 0, RunStatus::diverged);
  file.close();
  EXPECT_THAT(file.missing(), ElementsAre(1, 3));
}

TEST_F(AResultsFile, IsGoneOnWithWhereItWasLeft) {
  {
    ResultsFile file = open();
    write_run(file, 2);
    file.close();
  }
  ResultsFile again = open();
  EXPECT_THAT(again.missing(), ElementsAre(0, 1, 3));
  for (const std::size_t run : again.missing()) write_run(again, run);
  again.close();
  EXPECT_THAT(again.missing(), IsEmpty());
  EXPECT_THAT(open().missing(), IsEmpty());
  EXPECT_THAT(read_results(path).runs[2].curves[Metric::train_loss], ElementsAre(2.0f, 2.1f, 2.2f));
}

TEST_F(AResultsFile, KeepsItsMarksWhileAnInterruptedRunIsRepeated) {
  {
    ResultsFile file = open();
    write_epoch(file, 0, 0);
    write_epoch(file, 0, 1);
    file.close();
  }
  ResultsFile again = open();
  EXPECT_THAT(again.missing(), ElementsAre(0, 1, 2, 3));
  write_epoch(again, 0, 0);
  again.close();
  const StoredRun run = read_results(path).runs[0];
  EXPECT_EQ(run.epochs_done, 1);
  EXPECT_EQ(run.status, RunStatus::running);
  EXPECT_EQ(run.wall_time, 1.0);
  EXPECT_EQ(run.curves[Metric::train_loss][1], 0.1f);
}

TEST_F(AResultsFile, CountsTheTimeOfARepeatedRunOnce) {
  {
    ResultsFile file = open();
    write_epoch(file, 0, 0);
    file.close();
  }
  ResultsFile again = open();
  write_run(again, 0);
  again.close();
  EXPECT_EQ(read_results(path).runs[0].wall_time, 1.5);
}

TEST_F(AResultsFile, CommitsWhatIsLeftWhenItIsDestroyed) {
  {
    ResultsFile file(path, sweep, data, example_provenance, {.commit_interval = std::chrono::hours(1)});
    write_run(file, 0);
  }
  EXPECT_EQ(read_results(path).runs[0].status, RunStatus::done);
}

TEST_F(AResultsFile, CanBeClosedTwice) {
  ResultsFile file = open();
  file.close();
  EXPECT_NO_THROW(file.close());
}

TEST_F(AResultsFile, MakesItsFolder) {
  const std::filesystem::path deep = folder / "a" / "b" / "example.h5";
  ResultsFile(deep, sweep, data, example_provenance, {}).close();
  EXPECT_EQ(read_results(deep).runs.size(), 4u);
}

TEST_F(AResultsFile, LeavesNothingElseBehind) {
  open().close();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, ElementsAre("example.h5"));
}

TEST_F(AResultsFile, IsReplacedBehindALinkToIt) {
  open().close();
  std::filesystem::create_symlink(path, folder / "link.h5");
  ResultsFile(folder / "link.h5", sweep, data, example_provenance, {.fresh = true}).close();
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.h5"));
  EXPECT_EQ(read_results(path).runs.size(), 4u);
}

TEST_F(AResultsFile, IsMadeBehindALinkToNothing) {
  std::filesystem::create_symlink("example.h5", folder / "link.h5");
  ResultsFile(folder / "link.h5", sweep, data, example_provenance, {}).close();
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.h5"));
  EXPECT_EQ(read_results(path).runs.size(), 4u);
}

TEST_F(AResultsFile, IsGivenUpWhenAskedToStopWhileItIsMade) {
  const std::atomic<bool> stop{true};
  try {
    ResultsFile(path, sweep, data, example_provenance, {.stop = &stop});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::stopped);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

/// What its name stands for is changed by somebody else while epochs are written.
class ADisturbedFile : public AResultsFile, public testing::WithParamInterface<std::string> {};

TEST_P(ADisturbedFile, IsNoticedBeforeAnEpochIsTold) {
  std::atomic<int> told = 0;
  const auto committed = [&](std::span<const DurableEpoch> epochs) {
    told += static_cast<int>(epochs.size());
  };
  ResultsFile file(path, sweep, data, example_provenance,
                   {.commit_interval = std::chrono::milliseconds(0), .notify = committed});
  write_epoch(file, 0, 0);
  while (told < 1) std::this_thread::yield();
  if (GetParam() == "removed") std::filesystem::remove(path);
  if (GetParam() == "moved") std::filesystem::rename(path, folder / "elsewhere.h5");
  if (GetParam() == "replaced") {
    std::filesystem::copy_file(path, folder / "copy");
    std::filesystem::rename(folder / "copy", path);
  }
  if (GetParam() == "cut short") std::filesystem::resize_file(path, 4096);
  if (GetParam() == "cut to nothing") std::filesystem::resize_file(path, 0);
  write_epoch(file, 0, 1);
  try {
    file.close();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failure);
    EXPECT_THAT(error.what(), AllOf(HasSubstr(path.string()), HasSubstr("while it was written to")));
  }
  EXPECT_EQ(told, 1);
}

INSTANTIATE_TEST_SUITE_P(Ways, ADisturbedFile,
                         testing::Values("removed", "moved", "replaced", "cut short", "cut to nothing"),
                         [](const auto& way) {
                           std::string name = way.param;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace runner::test
