// A results file whose sweep has changed: what it holds stays, what is missing gets a place.

#include "runner/error/error.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/results_file.hpp"

#include "example.hpp"
#include "results/creation.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace runner::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Dataset data = tiny_dataset();

Sweep with(const std::string& from, const std::string& to) {
  std::string text = example_config;
  return sweep_of(text.replace(text.find(from), from.size(), to), data);
}

const Sweep sweep = sweep_of(example_config, data);
const Sweep reordered = with("[2, 3]", "[4, 3, 2]");  // and with a value more
const Sweep longer = with("\"epochs\": 2", "\"epochs\": 4");

class AnExtendedFile : public testing::Test {
 protected:
  /// The example, with runs 0 and 2 done, run 1 begun and run 3 diverged after its first epoch.
  AnExtendedFile() {
    ResultsFile file(path, sweep, data, example_provenance, {});
    write_run(file, 0);
    write_epoch(file, 1, 0);
    write_run(file, 2);
    write_epoch(file, 3, 0);
    write_epoch(file, 3, 1, RunStatus::diverged);
    file.close();
  }

  /// Opens it for another sweep; returns what is missing.
  std::vector<std::size_t> open(const Sweep& now, bool prune = false) {
    ResultsFile file(path, now, data, example_provenance, {.prune = prune});
    std::vector<std::size_t> missing = file.missing();
    file.close();
    return missing;
  }

  std::vector<int> indices() const {
    StoredFile stored(path);
    const auto run = stored.read<std::int32_t>("run");
    return {run.begin(), run.end()};
  }

  /// What the file holds of a run of the example, wherever it stands now.
  const StoredRun& of(std::size_t run) {
    results = read_results(path);
    for (const StoredRun& stored : results.runs)
      if (stored.run.digest == sweep.runs[run].digest) return stored;
    throw failure("it is not there");
  }

  void expect_example(std::size_t run, int epochs) {
    const StoredRun& stored = of(run);
    EXPECT_EQ(stored.run.spec, sweep.runs[run].spec);
    EXPECT_EQ(stored.epochs_done, epochs - 1);
    EXPECT_EQ(stored.wall_time, 0.5 * (stored.status == RunStatus::diverged ? epochs + 1 : epochs));
    ASSERT_EQ(stored.curves[Metric::test_loss].size(), static_cast<std::size_t>(results.epochs()) + 1);
    for (int e = 0; e < epochs; ++e) {
      const Metrics expected = example_metrics(run, e);
      const auto at = static_cast<std::size_t>(e);
      EXPECT_EQ(stored.curves[Metric::train_loss][at], expected[Metric::train_loss]);
      EXPECT_EQ(stored.curves[Metric::train_accuracy][at], expected[Metric::train_accuracy]);
      EXPECT_EQ(stored.curves[Metric::test_loss][at], expected[Metric::test_loss]);
      EXPECT_EQ(stored.curves[Metric::test_accuracy][at], expected[Metric::test_accuracy]);
    }
  }

  void expect_all_kept() {
    expect_example(0, 3);
    expect_example(1, 1);
    expect_example(2, 3);
    expect_example(3, 1);
    EXPECT_EQ(of(3).status, RunStatus::diverged);
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
  ResultsData results;
};

TEST_F(AnExtendedFile, HoldsItsRunsInThePlacesOfTheNewSweep) {
  EXPECT_THAT(open(reordered), ElementsAre(0, 1, 3));  // widths 4, 3, 2 at rate 0.1, then at 0.5
  expect_all_kept();
  EXPECT_THAT(indices(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_EQ(results.effective_config, reordered.config.effective);
  for (std::size_t r = 0; r < results.runs.size(); ++r)
    EXPECT_EQ(results.runs[r].run.digest, reordered.runs[r].digest);
  EXPECT_EQ(of(0).status, RunStatus::done);
}

TEST_F(AnExtendedFile, TrainsARunAnewThatIsToHaveMoreEpochs) {
  EXPECT_THAT(open(longer), ElementsAre(0, 1, 2));
  expect_all_kept();
  EXPECT_EQ(of(0).status, RunStatus::running);
  ResultsFile file(path, longer, data, example_provenance, {});
  write_run(file, 0, 4);
  file.close();
  EXPECT_EQ(of(0).status, RunStatus::done);
  expect_example(0, 5);
}

TEST_F(AnExtendedFile, KeepsRunsThatHaveLeftTheSweepAtItsEnd) {
  EXPECT_THAT(open(with("[2, 3]", "[3, 5]")), ElementsAre(0, 1, 3));
  expect_all_kept();
  EXPECT_THAT(indices(), ElementsAre(0, 1, 2, 3, -1, -1));
  // They come back when their values do.
  EXPECT_THAT(open(sweep), ElementsAre(1));
  expect_all_kept();
}

TEST_F(AnExtendedFile, IsReplacedOnlyIfSomethingIsOtherwise) {
  open(with("[2, 3]", "[3]"));
  expect_all_kept();
  EXPECT_THAT(indices(), ElementsAre(0, 1, -1, -1));
  const auto made = std::filesystem::last_write_time(path);
  const auto inode = [&] {
    struct stat status {};
    stat(path.c_str(), &status);
    return status.st_ino;
  };
  const auto before = inode();
  open(with("[2, 3]", "[3]"));
  EXPECT_EQ(inode(), before);
  EXPECT_EQ(std::filesystem::last_write_time(path), made);
}

TEST_F(AnExtendedFile, KeepsItsPermissions) {
  using std::filesystem::perms;
  const perms shared = perms::owner_read | perms::owner_write | perms::group_read | perms::group_write;
  std::filesystem::permissions(path, shared);
  open(reordered);
  EXPECT_EQ(std::filesystem::status(path).permissions(), shared);
}

TEST_F(AnExtendedFile, LosesThemWhenItIsPruned) {
  EXPECT_THAT(open(with("[2, 3]", "[3]"), true), ElementsAre(0));
  expect_example(1, 1);
  expect_example(3, 1);
  EXPECT_EQ(results.runs.size(), 2u);
  EXPECT_THAT(indices(), ElementsAre(0, 1));
}

TEST_F(AnExtendedFile, IsTheOldOneWhereTheNewOneCannotBeMade) {
  Sweep huge = longer;
  huge.config.save_weights = false;
  huge.config.epochs = std::numeric_limits<int>::max() - 1;
  EXPECT_THROW(open(huge), Error);
  EXPECT_THAT(open(sweep), ElementsAre(1));
  expect_all_kept();
  EXPECT_THAT(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

// A part of a merger is not locked.
TEST_F(AnExtendedFile, IsNotMadeFromOneThatIsWrittenToMeanwhile) {
  const ResultsData before = read_results(path);
  const std::filesystem::path whole = folder / "whole.h5";
  EXPECT_NO_THROW(create_results(whole, longer, data, example_provenance, {&before, 1}));
  open(reordered);
  try {
    create_results(whole, longer, data, example_provenance, {&before, 1});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failure);
    EXPECT_THAT(error.what(), testing::HasSubstr(path.string() + " has been written to meanwhile"));
  }
}

const Sweep shorter = with("\"epochs\": 2", "\"epochs\": 1");

TEST_F(AnExtendedFile, HoldsWhatAShorterSweepIsAndLosesNoEpochToIt) {
  // Runs 0 and 2 have both epochs, run 3 diverged; run 1 has none after its beginning.
  EXPECT_THAT(open(shorter), ElementsAre(1u));
  EXPECT_EQ(read_results(path).epochs(), 2);
  expect_example(0, 3);
}

TEST_F(AnExtendedFile, TakesRunsOfAShorterSweepAsRunning) {
  {
    ResultsFile file(path, shorter, data, example_provenance, {});
    EXPECT_EQ(file.begun_anew(), 0u);
    write_run(file, 1, 1);
    file.close();
    EXPECT_THAT(file.missing(), IsEmpty());
  }
  EXPECT_EQ(of(1).status, RunStatus::running);
  EXPECT_EQ(of(1).epochs_done, 1);
  EXPECT_THAT(open(shorter), IsEmpty());
  EXPECT_THAT(open(sweep), ElementsAre(1u));
  ResultsFile file(path, sweep, data, example_provenance, {});
  EXPECT_EQ(file.begun_anew(), 1u);
}

TEST_F(AnExtendedFile, IsAsLongAsItWasWhereAShorterSweepHasMoreRuns) {
  Sweep other = reordered;
  other.config = with_epochs(other.config, 1);
  EXPECT_FALSE(open(other).empty());
  const ResultsData now = read_results(path);
  EXPECT_EQ(now.epochs(), 2);
  EXPECT_NE(now.effective_config.find("\"epochs\":2"), std::string::npos);
  expect_example(0, 3);
}

}  // namespace
}  // namespace runner::test
