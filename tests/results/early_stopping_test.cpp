// Runs that a rule ends before the sweep does: what stands in the file, and how it is gone on with.

#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/results/merge.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/results_file.hpp"

#include "example.hpp"
#include "results/checkpoint.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Dataset data = tiny_dataset();

constexpr auto pending = RunStatus::pending, running = RunStatus::running, done = RunStatus::done,
               diverged = RunStatus::diverged, stopped = RunStatus::stopped;

/// So many runs of one configuration each; `rule`: the value of early_stopping, or nothing.
Sweep of(const std::string& rule, int epochs = 9, const std::string& others = "") {
  return sweep_of(R"({"name": "example", "batch_size": 10, "hidden_size": [2, 3, 4], "epochs": )" +
                      std::to_string(epochs) + (rule.empty() ? "" : R"(, "early_stopping": )" + rule) +
                      others + "}",
                  data);
}

const std::string two = R"({"patience": 2})";
const std::string halving = R"({"successive_halving": {"eta": 2, "min_epochs": 2}})";  // rungs 2, 4, 8

class AFileWithARule : public testing::Test {
 protected:
  ResultsFile open(const Sweep& sweep) {
    return {path, sweep, data, example_provenance, {.notify = [this](std::span<const DurableEpoch> epochs) {
              for (const DurableEpoch& e : epochs)
                if (e.status == stopped) told_of_stops.emplace_back(e.run, e.epoch);
            }}};
  }

  /// The epochs of a run from `from` to `to`, all with the same test loss but epoch 0, where it is larger:
  /// they improve at epoch 1 and never again. The weights of epoch e are all e.
  static void write(ResultsFile& file, const Sweep& sweep, std::size_t run, int from, int to,
                    RunStatus end = running, bool waits = false) {
    for (int epoch = from; epoch <= to; ++epoch) {
      TrainedEpoch record = record_of(run, epoch, epoch == to ? end : running);
      if (epoch == 0) record.metrics[Metric::test_loss] += 1;
      record.paused = waits && epoch == to;
      record.state = [&, epoch] {
        return TrainingState{constant_weights(data, sweep.runs[run], static_cast<float>(epoch)), {}};
      };
      file.on_epoch({&record, 1});
    }
  }

  std::vector<RunStatus> statuses() const {
    std::vector<RunStatus> all;
    for (const StoredRun& run : read_results(path).runs) all.push_back(run.status);
    return all;
  }
  std::vector<int> epochs_done() const {
    std::vector<int> all;
    for (const StoredRun& run : read_results(path).runs) all.push_back(run.epochs_done);
    return all;
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
  std::vector<std::pair<std::size_t, int>> told_of_stops;
};

TEST_F(AFileWithARule, HoldsARunThatWasStopped) {
  const Sweep sweep = of(two);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 1, 0, 3, stopped);
    file.close();
  }
  EXPECT_THAT(statuses(), ElementsAre(pending, stopped, pending));
  const StoredRun run = read_results(path).runs[1];
  EXPECT_EQ(run.epochs_done, 3);
  EXPECT_EQ(run.curves[Metric::test_loss][3], 1.5f);
  EXPECT_TRUE(std::isnan(run.curves[Metric::test_loss][4]));
  EXPECT_THAT(told_of_stops, ElementsAre(std::pair(1, 3)));
  EXPECT_THAT(open(sweep).missing(), ElementsAre(0, 2));
}

// A writer that was killed between the marks and the status.
TEST_F(AFileWithARule, FindsByTheNumbersThatARunIsStopped) {
  const Sweep sweep = of(two);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 0, 0, 3);
    write(file, sweep, 1, 0, 2);  // it may go on for one epoch more
    file.close();
  }
  EXPECT_THAT(statuses(), ElementsAre(running, running, pending));
  EXPECT_THAT(open(sweep).missing(), ElementsAre(1, 2));
  EXPECT_THAT(statuses(), ElementsAre(stopped, running, pending));
}

TEST_F(AFileWithARule, StopsARunThatHasMoreEpochsWhereItIs) {
  const Sweep before = of(""), sweep = of(two);
  {
    ResultsFile file = open(before);
    write(file, before, 0, 0, 5);
    file.close();
  }
  EXPECT_THAT(open(sweep).missing(), ElementsAre(1, 2));
  EXPECT_THAT(statuses(), ElementsAre(stopped, pending, pending));
  EXPECT_THAT(epochs_done(), ElementsAre(5, -1, -1));
  EXPECT_EQ(read_results(path).runs[0].curves[Metric::test_loss][5], 0.5f);
}

TEST_F(AFileWithARule, LeavesWhatIsDoneOrDivergedAsItIs) {
  const Sweep before = of("");
  {
    ResultsFile file = open(before);
    write(file, before, 0, 0, 9, done);
    write(file, before, 1, 0, 5, diverged);
    file.close();
  }
  for (const std::string& rule : {two, halving}) {
    EXPECT_THAT(open(of(rule)).missing(), ElementsAre(2));
    EXPECT_THAT(statuses(), ElementsAre(done, diverged, pending));
    EXPECT_THAT(epochs_done(), ElementsAre(9, 4, -1));
  }
}

TEST_F(AFileWithARule, GoesOnWithARunThatTheRuleOfTodayDoesNotStop) {
  const Sweep sweep = of(two);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 0, 0, 3, stopped);
    file.close();
  }
  for (const std::string& rule : {std::string(R"({"patience": 3})"), std::string()}) {
    const Sweep now = of(rule);
    EXPECT_THAT(open(now).missing(), ElementsAre(0, 1, 2));
    EXPECT_THAT(statuses(), ElementsAre(running, pending, pending));
    EXPECT_EQ(read_results(path).effective_config, now.config.effective);
    EXPECT_THAT(epochs_done(), ElementsAre(3, -1, -1));
  }
  EXPECT_THAT(open(sweep).missing(), ElementsAre(1, 2));
  EXPECT_THAT(open(of(two, 20)).missing(), ElementsAre(1, 2));
  EXPECT_THAT(statuses(), ElementsAre(stopped, pending, pending));
  // For two epochs it has all there are.
  EXPECT_THAT(open(of(two, 2)).missing(), ElementsAre(1, 2));
  EXPECT_THAT(statuses(), ElementsAre(stopped, pending, pending));
}

TEST_F(AFileWithARule, GoesOnFromTheWeightsOfARunThatWasStopped) {
  const std::string weights = R"(, "save_weights": true)";
  const Sweep sweep = of(two, 9, weights), now = of("", 9, weights);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 0, 0, 3, stopped);
    write(file, sweep, 1, 0, 3);  // killed before its weights were there
    file.close();
  }
  EXPECT_EQ(read_results(path).runs[0].weights_epoch, 3);
  EXPECT_THAT(open(sweep).missing(), ElementsAre(1, 2));  // its weights are to be saved
  ResultsFile file = open(now);
  EXPECT_THAT(file.missing(), ElementsAre(0, 1, 2));
  EXPECT_THAT(file.epochs(), ElementsAre(3, 0, 0));
  EXPECT_EQ(file.state(0).weights.b1.front(), 3);
  EXPECT_THAT(file.curve(0, Metric::test_loss), ElementsAre(1.5f, 0.5f, 0.5f, 0.5f));
}

// What a commit wrote that was cut off before its marks.
TEST_F(AFileWithARule, HasNoNumbersBehindTheEndOfARunThatWasStopped) {
  const Sweep sweep = of(two);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 0, 0, 5);
    file.close();
    const StoredFile stored(path);
    const std::int32_t three = 3;
    Descriptor(path, O_RDWR).write_at(stored.offset("epochs_done"), &three, sizeof three);
  }
  open(sweep).close();
  EXPECT_THAT(epochs_done(), ElementsAre(3, -1, -1));
  const StoredFile stored(path);
  for (const char* metric : {"train_loss", "test_accuracy"}) {
    EXPECT_FALSE(std::isnan(stored.read_part<float>(metric, 3, 1)[0]));
    for (const float value : stored.read_part<float>(metric, 4, 6)) EXPECT_TRUE(std::isnan(value)) << metric;
  }
}

TEST_F(AFileWithARule, IsDamagedWhereARunWasStoppedAtTheEnd) {
  const Sweep sweep = of(two);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 0, 0, 9, done);
    file.close();
  }
  const auto number = static_cast<char>(stopped);
  Descriptor(path, O_RDWR).write_at(StoredFile(path).offset("status"), &number, 1);
  try {
    read_results(path);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("run 0 was stopped early after 9 of 9 epochs"));
  }
}

TEST_F(AFileWithARule, IsMergedWithItsStoppedRuns) {
  const Sweep whole = of(two);
  std::vector<std::filesystem::path> parts;
  for (const std::size_t run : {0u, 1u, 2u}) {
    Sweep share = whole;
    share.runs = {whole.runs[run]};
    parts.push_back(folder / ("part-" + std::to_string(run) + ".h5"));
    ResultsFile file(parts.back(), share, data, example_provenance, {});
    write(file, share, 0, 0, run == 2 ? 9 : 3, run == 2 ? done : stopped);
    file.close();
  }
  EXPECT_THAT(merge_results(path, parts, example_provenance).missing, IsEmpty());
  EXPECT_THAT(statuses(), ElementsAre(stopped, stopped, done));
  EXPECT_THAT(epochs_done(), ElementsAre(3, 3, 9));
}

class AFileWithRungs : public AFileWithARule {
 protected:
  /// All runs up to the next rung. Run 0 has the smallest losses, run 2 the largest.
  static void climb(ResultsFile& file, const Sweep& sweep) {
    const int rung = file.recorded().last();
    const std::vector<int> from = file.epochs();
    for (const std::size_t run : file.due())
      write(file, sweep, run, from[run] == 0 ? 0 : from[run] + 1, rung, rung == 9 ? done : running, rung < 9);
  }
};

TEST_F(AFileWithRungs, IsTrainedFromRungToRung) {
  // Two configurations of two seeds, rungs 1 and 2.
  const Sweep sweep = sweep_of(R"({"name": "example", "batch_size": 10, "hidden_size": [2, 3], "epochs": 3,
      "seed": [1, 2], "early_stopping": {"successive_halving": {"eta": 2, "min_epochs": 1}}})",
                               data);
  ResultsFile file = open(sweep);
  EXPECT_EQ(file.recorded(), RecordedEpochs(1));
  EXPECT_THAT(file.due(), ElementsAre(0, 1, 2, 3));
  for (const std::size_t run : {0u, 1u, 2u, 3u}) write(file, sweep, run, 0, 1, running, true);
  EXPECT_THAT(file.due(), IsEmpty());
  EXPECT_EQ(file.missing().size(), 4u);
  ASSERT_TRUE(file.next_rung());
  EXPECT_THAT(statuses(), ElementsAre(running, running, stopped, stopped));
  EXPECT_THAT(told_of_stops, ElementsAre(std::pair(2, 1), std::pair(3, 1)));
  EXPECT_EQ(file.recorded(), RecordedEpochs(2));
  EXPECT_THAT(file.due(), ElementsAre(0, 1));
  EXPECT_THAT(file.epochs(), ElementsAre(1, 1, 0, 0));
  EXPECT_EQ(file.state(1).weights.b1.front(), 1);
  file.compare(1, example_metrics(1, 1));
  for (const std::size_t run : {0u, 1u}) write(file, sweep, run, 2, 2, running, true);
  ASSERT_TRUE(file.next_rung());  // the last is left
  EXPECT_EQ(told_of_stops.size(), 2u);
  EXPECT_EQ(file.recorded(), RecordedEpochs(3));
  for (const std::size_t run : {0u, 1u}) write(file, sweep, run, 3, 3, done);
  EXPECT_FALSE(file.next_rung());
  file.close();
  EXPECT_THAT(epochs_done(), ElementsAre(3, 3, 1, 1));
  EXPECT_FALSE(std::filesystem::exists(checkpoint_path(path)));
  EXPECT_THAT(open(sweep).missing(), IsEmpty());
}

TEST_F(AFileWithRungs, IsGoneOnWithFromTheSidecar) {
  const Sweep sweep = of(halving);
  {
    ResultsFile file = open(sweep);
    climb(file, sweep);
    ASSERT_TRUE(file.next_rung());
    // Kept for the case that the process is killed now.
    EXPECT_TRUE(std::filesystem::exists(checkpoint_path(path)));
    file.close();
  }
  EXPECT_THAT(statuses(), ElementsAre(running, stopped, stopped));
  ResultsFile file = open(sweep);
  EXPECT_EQ(file.recorded(), RecordedEpochs(4));
  EXPECT_THAT(file.due(), ElementsAre(0));
  EXPECT_THAT(file.epochs(), ElementsAre(2, 0, 0));
  EXPECT_EQ(file.state(0).weights.b1.front(), 2);
  climb(file, sweep);
  ASSERT_TRUE(file.next_rung());
  climb(file, sweep);
  ASSERT_TRUE(file.next_rung());
  climb(file, sweep);
  EXPECT_FALSE(file.next_rung());
  file.close();
  EXPECT_THAT(statuses(), ElementsAre(done, stopped, stopped));
  EXPECT_FALSE(std::filesystem::exists(checkpoint_path(path)));
}

// All had come to the rung; the process was killed before it put down what follows from that.
TEST_F(AFileWithRungs, DecidesWhenItIsOpened) {
  const Sweep sweep = of(halving);
  {
    ResultsFile file = open(sweep);
    climb(file, sweep);
  }
  EXPECT_THAT(statuses(), Each(running));
  ResultsFile file = open(sweep);
  EXPECT_THAT(statuses(), ElementsAre(running, stopped, stopped));
  EXPECT_EQ(file.recorded(), RecordedEpochs(4));
  EXPECT_THAT(file.due(), ElementsAre(0));
}

TEST_F(AFileWithRungs, KeepsStatesInItsWeights) {
  const Sweep sweep = of(halving, 9, R"(, "save_weights": true)");
  {
    ResultsFile file = open(sweep);
    climb(file, sweep);
    ASSERT_TRUE(file.next_rung());
    EXPECT_FALSE(std::filesystem::exists(checkpoint_path(path)));
    EXPECT_THAT(file.epochs(), ElementsAre(2, 2, 2));
    EXPECT_EQ(file.state(0).weights.b1.front(), 2);
    climb(file, sweep);
    ASSERT_TRUE(file.next_rung());
  }
  const ResultsData results = read_results(path);
  EXPECT_EQ(results.runs[0].weights_epoch, 4);
  EXPECT_EQ(results.runs[1].weights_epoch, 2);  // its last
  ResultsFile file = open(sweep);
  EXPECT_EQ(file.recorded(), RecordedEpochs(8));
  EXPECT_THAT(file.epochs(), ElementsAre(4, 2, 2));
}

TEST_F(AFileWithRungs, WaitsForARunThatWasStoppedBetween) {
  const Sweep sweep = of(halving);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 0, 0, 2, running, true);
    write(file, sweep, 1, 0, 1, running, true);  // by a signal
    write(file, sweep, 2, 0, 1, diverged);
    file.close();
  }
  ResultsFile file = open(sweep);
  EXPECT_THAT(file.due(), ElementsAre(1));
  EXPECT_THAT(file.epochs(), ElementsAre(2, 1, 0));
  EXPECT_EQ(file.begun_anew(), 0u);
  climb(file, sweep);
  ASSERT_TRUE(file.next_rung());
  EXPECT_THAT(file.due(), ElementsAre(0));
  EXPECT_THAT(file.epochs(), ElementsAre(2, 0, 0));  // the state of the first was kept all the time
  EXPECT_THAT(statuses(), ElementsAre(running, stopped, diverged));
}

}  // namespace
}  // namespace runner::test
