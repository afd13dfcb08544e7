// What runs predict for the test images, in a results file.

#include "runner/error/error.hpp"
#include "runner/results/merge.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/results_file.hpp"
#include "runner/results/stored_predictions.hpp"
#include "runner/sweep/cohorts.hpp"

#include "example.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Dataset data = tiny_dataset();

/// The example with some keys more.
Sweep with(const std::string& keys) {
  std::string text = example_config;
  return sweep_of(text.insert(text.find('{') + 1, keys), data);
}

/// They tell which run and epoch they are of.
std::vector<std::uint8_t> made_up_predictions(std::size_t run, int epoch) {
  std::vector<std::uint8_t> classes;
  for (std::size_t i = 0; i < data.test.count; ++i)
    classes.push_back(static_cast<std::uint8_t>((i + run + static_cast<std::size_t>(epoch)) % data.classes));
  return classes;
}

class Predictions : public testing::Test {
 protected:
  void write(ResultsFile& file, std::size_t run, int epoch, RunStatus status, bool paused = false) {
    TrainedEpoch record = record_of(run, epoch, status);
    const std::vector<std::uint8_t> classes = made_up_predictions(run, epoch);
    record.test_predictions = classes;
    record.paused = paused;
    file.on_epoch({&record, 1});
  }

  /// Trains, in make-believe, a run up to its last epoch.
  void write_all(ResultsFile& file, std::size_t run, int last) {
    for (int epoch = 0; epoch <= last; ++epoch)
      write(file, run, epoch, epoch == last ? RunStatus::done : RunStatus::running);
  }

  void open(const Sweep& now) { ResultsFile(path, now, data, example_provenance, {}).close(); }

  /// All that is missing.
  void train(const Sweep& now) {
    ResultsFile file(path, now, data, example_provenance, {});
    for (const std::size_t run : file.missing()) write_all(file, run, now.config.epochs);
    file.close();
  }

  std::vector<std::uint8_t> of_run(std::size_t row) const { return StoredPredictions(path).of_run(row); }

  std::string refused(const Sweep& now) {
    try {
      open(now);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      return error.what();
    }
    return "it was gone on with";
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
  const Sweep sweep = with("");
};

TEST_F(Predictions, AreThoseOfARunsLastEpoch) {
  ResultsFile file(path, sweep, data, example_provenance, {});
  write_all(file, 0, 2);
  write(file, 1, 0, RunStatus::running);
  write(file, 1, 1, RunStatus::diverged);
  write(file, 2, 0, RunStatus::running);
  write(file, 2, 1, RunStatus::stopped);
  write(file, 3, 0, RunStatus::running);
  file.close();
  const StoredPredictions stored(path);
  EXPECT_TRUE(stored.available());
  EXPECT_EQ(stored.labels(), data.test.labels);
  EXPECT_EQ(stored.of_run(0), made_up_predictions(0, 2));
  EXPECT_THAT(stored.of_run(1), IsEmpty());
  EXPECT_EQ(stored.of_run(2), made_up_predictions(2, 1));
  EXPECT_THAT(stored.of_run(3), IsEmpty());
  EXPECT_THAT(StoredFile(path).predictions_epochs(), ElementsAre(2, -1, 1, -1));
}

TEST_F(Predictions, AreNotKeptWhereTheConfigSaysSo) {
  train(with("\"save_predictions\": false,"));
  const StoredPredictions stored(path);
  EXPECT_FALSE(stored.available());
  EXPECT_THAT(stored.labels(), IsEmpty());
  EXPECT_THAT(stored.of_run(0), IsEmpty());
  EXPECT_FALSE(read_results(path).has_predictions());
}

TEST_F(Predictions, OfAFileStayWhereTheConfigDoesNotSay) {
  open(with("\"save_predictions\": false,"));
  open(sweep);
  EXPECT_FALSE(StoredPredictions(path).available());
  EXPECT_THAT(refused(with("\"save_predictions\": true,")),
              HasSubstr("save_predictions: false in the file, true now"));
}

TEST_F(Predictions, AreNotTakenOutOfAFile) {
  train(with("\"save_predictions\": true,"));
  EXPECT_THAT(refused(with("\"save_predictions\": false,")),
              HasSubstr("save_predictions: true in the file, false now"));
  open(sweep);
  EXPECT_EQ(of_run(0), made_up_predictions(0, 2));
}

TEST_F(Predictions, GoIntoALongerFileAndAreThenReplaced) {
  train(sweep);
  std::string text = example_config;
  const Sweep longer = sweep_of(text.replace(text.find("\"epochs\": 2"), 11, "\"epochs\": 4"), data);
  open(longer);
  EXPECT_EQ(of_run(1), made_up_predictions(1, 2));  // its last epoch yet
  {
    ResultsFile file(path, longer, data, example_provenance, {});
    write(file, 1, 3, RunStatus::running);
    file.close();
    EXPECT_THAT(of_run(1), IsEmpty());
    EXPECT_THAT(StoredFile(path).predictions_epochs(), ElementsAre(2, 2, 2, 2));
  }
  train(longer);
  EXPECT_EQ(of_run(1), made_up_predictions(1, 4));
}

TEST_F(Predictions, OfTheEndOfAShorterSweepAreThere) {
  std::string text = example_config;
  open(sweep_of(text.replace(text.find("\"epochs\": 2"), 11, "\"epochs\": 4"), data));
  train(sweep);
  EXPECT_EQ(of_run(3), made_up_predictions(3, 2));
  EXPECT_EQ(read_results(path).runs[3].status, RunStatus::running);
}

TEST_F(Predictions, AreMerged) {
  std::vector<std::filesystem::path> parts;
  for (std::size_t shard = 1; shard <= 2; ++shard) {
    parts.push_back(folder / ("part" + std::to_string(shard) + ".h5"));
    const Sweep share = share_of(sweep, data, shard, 2);
    ResultsFile file(parts.back(), share, data, example_provenance, {});
    for (std::size_t run = 0; run < share.runs.size(); ++run) {
      const auto index = static_cast<std::size_t>(share.runs[run].index);
      TrainedEpoch record = record_of(run, 2, RunStatus::done);
      for (int epoch = 0; epoch < 2; ++epoch) write_epoch(file, run, epoch);
      const std::vector<std::uint8_t> classes = made_up_predictions(index, 2);
      record.test_predictions = classes;
      file.on_epoch({&record, 1});
    }
    file.close();
  }
  merge_results(path, parts, example_provenance);
  EXPECT_EQ(StoredPredictions(path).labels(), data.test.labels);
  for (std::size_t run = 0; run < 4; ++run) EXPECT_EQ(of_run(run), made_up_predictions(run, 2)) << run;
}

// As where the power failed between the marks of the last epoch.
TEST_F(Predictions, ThatAreMissingLeaveARunUnfinished) {
  ResultsFile(path, sweep, data, example_provenance, {}).close();
  {
    ResultsFile file(path, sweep, data, example_provenance, {});
    write_run(file, 0);
    file.close();
  }
  const std::uint64_t at = StoredFile(path).offset("status");
  const auto running = static_cast<char>(RunStatus::running);
  Descriptor(path, O_RDWR).write_at(at, &running, 1);
  EXPECT_EQ(read_results(path).runs[0].status, RunStatus::running);
  ResultsFile file(path, sweep, data, example_provenance, {});
  EXPECT_THAT(file.missing(), ElementsAre(0, 1, 2, 3));
}

TEST_F(Predictions, OfAClassThatIsNoneAreRefused) {
  train(sweep);
  const std::uint64_t at = StoredFile(path).offset(layout::test_prediction);
  const char none = 3;
  Descriptor(path, O_RDWR).write_at(at, &none, 1);
  EXPECT_THROW(of_run(0), Error);
  EXPECT_EQ(of_run(1), made_up_predictions(1, 2));
  const std::uint64_t labels = StoredFile(path).offset(layout::test_label);
  Descriptor(path, O_RDWR).write_at(labels, &none, 1);
  EXPECT_THROW(read_results(path), Error);
}

}  // namespace
}  // namespace runner::test
