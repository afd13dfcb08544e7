// Results files that do not have every epoch: how they are made, gone on with, extended and merged.

#include "runner/error/error.hpp"
#include "runner/results/merge.hpp"
#include "runner/results/reseal.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/results_file.hpp"

#include "example.hpp"
#include "results/checkpoint.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace runner::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Dataset data = tiny_dataset();

/// Two runs.
Sweep of_epochs(int epochs, int every, bool save_weights = false, const std::string& hidden_size = "[2, 3]") {
  return sweep_of(R"({"name": "example", "batch_size": 10, "hidden_size": )" + hidden_size +
                      R"(, "epochs": )" + std::to_string(epochs) + R"(, "evaluate_every": )" +
                      std::to_string(every) + (save_weights ? R"(, "save_weights": true})" : "}"),
                  data);
}

class AFileWithGaps : public testing::Test {
 protected:
  ResultsFile open(const Sweep& sweep) {
    return {path, sweep, data, example_provenance, {.notify = [this](std::span<const DurableEpoch> epochs) {
              for (const DurableEpoch& e : epochs) told.push_back(e.epoch);
            }}};
  }

  /// The recorded epochs of a run behind `from`, up to `to`, where it has the status `end`.
  static void write(ResultsFile& file, const Sweep& sweep, std::size_t run, int from, int to,
                    RunStatus end = RunStatus::running) {
    for (int epoch = file.recorded().next_after(from); epoch <= to;
         epoch = file.recorded().next_after(epoch)) {
      TrainedEpoch record = record_of(run, epoch, epoch == to ? end : RunStatus::running);
      record.state = [&, epoch] {
        return TrainingState{constant_weights(data, sweep.runs[run], static_cast<float>(epoch)), {}};
      };
      file.on_epoch({&record, 1});
    }
  }

  /// Stops the first run after an epoch that is not recorded.
  static void stop_after_epoch_10(ResultsFile& file, const Sweep& sweep) {
    TrainedEpoch stopped{0, 10, Metrics(), RunStatus::running, 0, {}, {}, true};
    stopped.state = [&] { return TrainingState{constant_weights(data, sweep.runs[0], 10), {}}; };
    file.on_stop_between({&stopped, 1});
  }

  /// All of both runs.
  void fill(const Sweep& sweep) {
    ResultsFile file = open(sweep);
    for (const std::size_t run : file.missing())
      write(file, sweep, run, -1, file.recorded().last(), RunStatus::done);
    file.close();
  }

  /// Makes sure that a run has the numbers of its epochs up to epochs_done, and none behind it.
  void expect_numbers(std::size_t row) const {
    const ResultsData results = read_results(path);
    const StoredRun& run = results.runs[row];
    for (std::size_t i = 0; i < results.recorded.size(); ++i) {
      const int epoch = results.recorded[i];
      const float loss = run.curves[Metric::train_loss][i];
      if (epoch <= run.epochs_done)
        EXPECT_EQ(loss, example_metrics(row, epoch)[Metric::train_loss]) << epoch;
      else
        EXPECT_TRUE(std::isnan(loss)) << epoch;
    }
  }

  std::vector<std::int32_t> coordinate() const { return StoredFile(path).read<std::int32_t>("epoch"); }
  std::vector<int> epochs_done() const {
    std::vector<int> done;
    for (const StoredRun& run : read_results(path).runs) done.push_back(run.epochs_done);
    return done;
  }
  std::vector<RunStatus> statuses() const {
    std::vector<RunStatus> all;
    for (const StoredRun& run : read_results(path).runs) all.push_back(run.status);
    return all;
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
  std::vector<int> told;
};

TEST_F(AFileWithGaps, HasAPlaceForEachRecordedEpoch) {
  fill(of_epochs(20, 7));
  EXPECT_THAT(coordinate(), ElementsAre(0, 7, 14, 20));
  EXPECT_EQ(StoredFile(path).extent(layout::epoch), 4u);
  const ResultsData results = read_results(path);
  EXPECT_EQ(results.recorded, RecordedEpochs(20, 7));
  EXPECT_EQ(results.epochs(), 20);
  ASSERT_EQ(results.runs[1].curves[Metric::test_loss].size(), 4u);
  EXPECT_THAT(epochs_done(), ElementsAre(20, 20));
  EXPECT_THAT(statuses(), Each(RunStatus::done));
  EXPECT_EQ(results.runs[0].wall_time, 4 * 0.5);
  EXPECT_THAT(told, ElementsAre(0, 7, 14, 20, 0, 7, 14, 20));
  for (const std::size_t run : {0u, 1u}) expect_numbers(run);
  EXPECT_THAT(check_seal(path).additions, IsEmpty());
  EXPECT_THAT(open(of_epochs(20, 7)).missing(), IsEmpty());
}

TEST_F(AFileWithGaps, SaysBehindWhichRecordedEpochARunDiverged) {
  const Sweep sweep = of_epochs(20, 7);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 0, -1, 14, RunStatus::diverged);
    write(file, sweep, 1, -1, 0, RunStatus::diverged);
    file.close();
  }
  EXPECT_THAT(epochs_done(), ElementsAre(7, -1));
  EXPECT_THAT(statuses(), Each(RunStatus::diverged));
  EXPECT_THAT(open(sweep).missing(), IsEmpty());
}

TEST_F(AFileWithGaps, IsExtendedByTheEpochsOfBoth) {
  fill(of_epochs(20, 7));
  const Sweep longer = of_epochs(40, 7);
  {
    ResultsFile file = open(longer);
    EXPECT_THAT(file.missing(), ElementsAre(0, 1));
    EXPECT_THAT(file.epochs(), ElementsAre(0, 0));  // it has no weights
    EXPECT_EQ(file.begun_anew(), 2u);
    file.close();
  }
  EXPECT_THAT(coordinate(), ElementsAre(0, 7, 14, 20, 21, 28, 35, 40));
  EXPECT_THAT(epochs_done(), ElementsAre(20, 20));
  EXPECT_THAT(statuses(), Each(RunStatus::running));
  for (const std::size_t run : {0u, 1u}) expect_numbers(run);
  fill(longer);
  EXPECT_THAT(epochs_done(), ElementsAre(40, 40));
  for (const std::size_t run : {0u, 1u}) expect_numbers(run);
}

TEST_F(AFileWithGaps, IsExtendedFromItsWeights) {
  fill(of_epochs(20, 7, true));
  const Sweep longer = of_epochs(40, 7, true);
  ResultsFile file = open(longer);
  EXPECT_THAT(file.epochs(), ElementsAre(20, 20));
  EXPECT_EQ(file.state(1).weights.b1.front(), 20);
  file.compare(1, example_metrics(1, 20));
  EXPECT_THROW(file.compare(1, example_metrics(1, 14)), Error);
  for (const std::size_t run : {0u, 1u}) write(file, longer, run, 20, 40, RunStatus::done);
  file.close();
  EXPECT_THAT(epochs_done(), ElementsAre(40, 40));
  for (const std::size_t run : {0u, 1u}) expect_numbers(run);
}

// The runs have epochs 0, 7, 14, 20; of those behind 0 they lack 1.
TEST_F(AFileWithGaps, IsRefinedByTrainingAnew) {
  fill(of_epochs(20, 7, true));
  const Sweep finer = of_epochs(20, 1, true);
  {
    ResultsFile file = open(finer);
    EXPECT_FALSE(file.recorded().has_gaps());
    EXPECT_THAT(file.missing(), ElementsAre(0, 1));
    EXPECT_THAT(file.epochs(), ElementsAre(0, 0));  // the weights are of an epoch behind what is missing
    EXPECT_EQ(file.begun_anew(), 2u);
    file.close();
  }
  EXPECT_THAT(epochs_done(), ElementsAre(0, 0));
  EXPECT_THAT(statuses(), Each(RunStatus::running));
  for (const std::size_t run : {0u, 1u}) expect_numbers(run);
  fill(finer);
  EXPECT_EQ(coordinate().size(), 21u);
  EXPECT_THAT(epochs_done(), ElementsAre(20, 20));
  for (const std::size_t run : {0u, 1u}) expect_numbers(run);
}

TEST_F(AFileWithGaps, KeepsWhatComesBeforeTheFirstEpochThatIsMissing) {
  const Sweep two = of_epochs(8, 2);
  {
    ResultsFile file = open(two);
    write(file, two, 0, -1, 8, RunStatus::done);
    write(file, two, 1, -1, 2);
    file.close();
  }
  { open(of_epochs(8, 3)).close(); }
  EXPECT_THAT(coordinate(), ElementsAre(0, 2, 3, 4, 6, 8));
  EXPECT_THAT(epochs_done(), ElementsAre(2, 2));
  EXPECT_THAT(statuses(), Each(RunStatus::running));
  for (const std::size_t run : {0u, 1u}) expect_numbers(run);
}

TEST_F(AFileWithGaps, TakesARunForDivergedWhereItWasLookedForAtTheSameEpoch) {
  const Sweep two = of_epochs(8, 2);
  {
    ResultsFile file = open(two);
    write(file, two, 0, -1, 2, RunStatus::diverged);  // at 2: it may be at 1 in what follows
    write(file, two, 1, -1, 4, RunStatus::diverged);
    file.close();
  }
  { open(of_epochs(20, 2)).close(); }
  EXPECT_THAT(statuses(), Each(RunStatus::diverged));
  EXPECT_THAT(epochs_done(), ElementsAre(0, 2));
  { open(of_epochs(20, 3)).close(); }  // with 3, between 2 and 4
  EXPECT_THAT(statuses(), ElementsAre(RunStatus::diverged, RunStatus::running));
  EXPECT_THAT(epochs_done(), ElementsAre(0, 2));
}

TEST_F(AFileWithGaps, IsNotMadeWhereTheFileHasMoreThanIsAskedFor) {
  fill(of_epochs(20, 1));
  const auto inode = [&] {
    struct stat status {};
    stat(path.c_str(), &status);
    return status.st_ino;
  };
  const auto before = inode();
  for (const int every : {2, 5, 7, 100}) {
    ResultsFile file = open(of_epochs(20, every));
    EXPECT_THAT(file.missing(), IsEmpty());
    EXPECT_FALSE(file.recorded().has_gaps());
    file.close();
  }
  {
    ResultsFile file = open(of_epochs(14, 7));
    EXPECT_EQ(file.recorded(), RecordedEpochs(14));
    EXPECT_THAT(file.missing(), IsEmpty());
  }
  EXPECT_EQ(inode(), before);
}

TEST_F(AFileWithGaps, HoldsAShorterSweepOfItsEpochs) {
  const Sweep longer = of_epochs(20, 5), shorter = of_epochs(10, 10);
  { open(longer).close(); }
  {
    ResultsFile file = open(shorter);
    EXPECT_THAT(file.recorded(), RecordedEpochs(10, 5));
    for (const std::size_t run : {0u, 1u}) write(file, shorter, run, -1, 10, RunStatus::done);
    file.close();
    EXPECT_THAT(file.missing(), IsEmpty());
  }
  EXPECT_THAT(statuses(), Each(RunStatus::running));
  EXPECT_THAT(epochs_done(), ElementsAre(10, 10));
  EXPECT_THAT(open(shorter).missing(), IsEmpty());
  EXPECT_THAT(open(longer).missing(), ElementsAre(0, 1));
  // One that ends between has a place for its end.
  EXPECT_THAT(open(of_epochs(7, 5)).missing(), ElementsAre(0, 1));
  EXPECT_THAT(coordinate(), ElementsAre(0, 5, 7, 10, 15, 20));
}

TEST_F(AFileWithGaps, IsGoneOnWithFromAnEpochThatIsNotRecorded) {
  const Sweep sweep = of_epochs(20, 7);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 0, -1, 7);
    stop_after_epoch_10(file, sweep);
    file.close();
  }
  EXPECT_THAT(epochs_done(), ElementsAre(7, -1));
  {
    ResultsFile file = open(sweep);
    EXPECT_THAT(file.epochs(), ElementsAre(10, 0));
    EXPECT_EQ(file.state(0).weights.b1.front(), 10);
    write(file, sweep, 0, 10, 20, RunStatus::done);
    write(file, sweep, 1, -1, 20, RunStatus::done);
    file.close();
  }
  EXPECT_FALSE(std::filesystem::exists(checkpoint_path(path)));
  EXPECT_THAT(epochs_done(), ElementsAre(20, 20));
  for (const std::size_t run : {0u, 1u}) expect_numbers(run);
}

// Before them is one that is to be recorded now.
TEST_F(AFileWithGaps, IsNotGoneOnWithFromWeightsBehindAnEpochThatIsMissing) {
  const Sweep sweep = of_epochs(20, 7);
  {
    ResultsFile file = open(sweep);
    write(file, sweep, 0, -1, 7);
    stop_after_epoch_10(file, sweep);
    file.close();
  }
  EXPECT_THAT(open(of_epochs(20, 9)).epochs(), ElementsAre(0, 0));
  EXPECT_THAT(coordinate(), ElementsAre(0, 7, 9, 14, 18, 20));
  EXPECT_THAT(epochs_done(), ElementsAre(7, -1));
}

class TwoParts : public AFileWithGaps {
 protected:
  /// A file of one of the two runs.
  std::filesystem::path part(const Sweep& whole, std::size_t run) {
    Sweep share = whole;
    share.runs = {whole.runs[run]};
    const std::filesystem::path file_path = folder / ("part-" + std::to_string(run) + ".h5");
    ResultsFile file(file_path, share, data, example_provenance, {});
    for (int epoch = 0; epoch <= file.recorded().last(); epoch = file.recorded().next_after(epoch)) {
      TrainedEpoch record =
          record_of(run, epoch, epoch == file.recorded().last() ? RunStatus::done : RunStatus::running);
      record.run = 0;
      file.on_epoch({&record, 1});
    }
    file.close();
    return file_path;
  }

  std::string refused(const std::vector<std::filesystem::path>& parts) const {
    try {
      merge_results(path, parts, example_provenance);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      return error.what();
    }
    return "they were merged";
  }
};

TEST_F(TwoParts, BecomeOneFile) {
  const Sweep whole = of_epochs(20, 7);
  const std::vector parts{part(whole, 0), part(whole, 1)};
  EXPECT_THAT(merge_results(path, parts, example_provenance).missing, IsEmpty());
  EXPECT_THAT(coordinate(), ElementsAre(0, 7, 14, 20));
  for (const std::size_t run : {0u, 1u}) expect_numbers(run);
  EXPECT_THAT(open(whole).missing(), IsEmpty());
}

TEST_F(TwoParts, AreRefusedWhereTheyAreEvaluatedNotAsOften) {
  const std::vector parts{part(of_epochs(20, 7), 0), part(of_epochs(20, 5), 1)};
  EXPECT_THAT(refused(parts), HasSubstr("do not belong together: evaluate_every: 7 and 5"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

// One was extended, the other made at once.
TEST_F(TwoParts, AreRefusedWithNumbersOfDifferentEpochs) {
  part(of_epochs(20, 7), 0);
  const std::vector parts{part(of_epochs(40, 7), 0), part(of_epochs(40, 7), 1)};
  EXPECT_THAT(refused(parts), HasSubstr("do not belong together: epoch 20: recorded and not recorded"));
}

}  // namespace
}  // namespace runner::test
