#include "runner/results/check.hpp"

#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/results/merge.hpp"
#include "runner/results/outlook.hpp"
#include "runner/results/results_data.hpp"

#include "example.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Whether a results file holds what was written into it.
namespace runner::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string saving(std::string config) {
  return config.replace(config.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
}

/// Of four runs the first two are done, the third has diverged after epoch 0, the last has epochs 0 and 1.
class ACheck : public testing::Test {
 protected:
  ACheck() {
    ResultsFile file(path, sweep, data, example_provenance, {});
    write(file, 0, 2, RunStatus::done);
    write(file, 1, 2, RunStatus::done);
    write(file, 2, 1, RunStatus::diverged);
    write(file, 3, 1, RunStatus::running);
    file.close();
  }

  void write(ResultsFile& file, std::size_t run, int last, RunStatus status) const {
    for (int epoch = 0; epoch <= last; ++epoch) {
      TrainedEpoch record = record_of(run, epoch, epoch == last ? status : RunStatus::running);
      record.state = [&, epoch] {
        return TrainingState{constant_weights(data, sweep.runs[run], static_cast<float>(epoch)), {}};
      };
      file.on_epoch({&record, 1});
    }
  }

  /// Flips a bit of an array's value, the number of which counts from 0.
  template <class T = float>
  void flip(const std::string& array, std::size_t value, int bit = 0) const {
    const std::uint64_t at = StoredFile(path).offset(array) + value * sizeof(T);
    Descriptor file(path, O_RDWR);
    const auto changed = static_cast<char>(file.read_at(at, 1)[0] ^ (1 << bit));
    file.write_at(at, &changed, 1);
  }

  std::vector<std::string> found() const {
    std::vector<std::string> all;
    for (const DamagedRun& damaged : check_results(path).damaged) all.push_back(description(damaged));
    return all;
  }

  /// The runs that the sweep would train.
  std::vector<std::size_t> missing() const {
    ResultsFile file(path, sweep, data, example_provenance, {});
    return file.missing();
  }

  const Dataset data = tiny_dataset();
  const Sweep sweep = sweep_of(saving(example_config), data);
  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
};

TEST_F(ACheck, CountsWhatItHasLookedAt) {
  const FileCheck check = check_results(path);
  EXPECT_TRUE(check.has_checksums);
  EXPECT_TRUE(check.has_weights);
  EXPECT_EQ(check.runs, 4u);
  EXPECT_EQ(check.epochs, 3u + 3 + 1 + 2);
  EXPECT_THAT(check.damaged, IsEmpty());
}

TEST_F(ACheck, NamesEachRunAndEpoch) {
  flip("train_loss", 1 * 3 + 2);
  flip("test_accuracy", 1 * 3 + 0);
  flip("train_accuracy", 3 * 3 + 1);
  flip("weights/initial_b1", 1 * 3);
  flip("weights/W2", 0);
  EXPECT_THAT(found(), ElementsAre("run 0: the last weights or their moments",
                                   "run 1: the metrics of epochs 0 and 2, the initial weights",
                                   "run 3: the metrics of epoch 1"));
}

TEST_F(ACheck, FindsAChangedChecksumAndAChangedSetting) {
  flip<std::uint32_t>("checksums/metrics", 0);
  flip<double>("learning_rate", 3);
  EXPECT_THAT(found(), ElementsAre("run 0: the metrics of epoch 0", "run 3: its settings, or its digest"));
}

TEST_F(ACheck, FindsNumbersThatAreImpossible) {
  const std::uint64_t at = StoredFile(path).offset("test_accuracy") + 4;
  const float two = 2;
  Descriptor(path, O_RDWR).write_at(at, &two, sizeof two);
  EXPECT_THROW(read_results(path), Error);
  EXPECT_THAT(found(), ElementsAre("run 0: the metrics of epoch 1"));
  drop_damaged(path);
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_NO_THROW(read_results(path));
}

// Each has its right checksum.
TEST_F(ACheck, FindsNumbersOfAnotherRunOrEpoch) {
  const auto swap = [&](const std::string& array, std::size_t one, std::size_t other) {
    const std::uint64_t offset = StoredFile(path).offset(array);
    Descriptor file(path, O_RDWR);
    const std::string first = file.read_at(offset + one * 4, 4), second = file.read_at(offset + other * 4, 4);
    file.write_at(offset + one * 4, second.data(), 4);
    file.write_at(offset + other * 4, first.data(), 4);
  };
  const auto swap_all = [&](std::size_t one, std::size_t other) {
    for (const char* array :
         {"train_loss", "train_accuracy", "test_loss", "test_accuracy", "checksums/metrics"})
      swap(array, one, other);
  };
  swap_all(0 * 3 + 1, 1 * 3 + 1);  // epoch 1 of runs 0 and 1
  EXPECT_THAT(found(), ElementsAre("run 0: the metrics of epoch 1", "run 1: the metrics of epoch 1"));
  swap_all(0 * 3 + 1, 1 * 3 + 1);
  swap_all(0 * 3 + 1, 0 * 3 + 2);  // epochs 1 and 2 of run 0
  EXPECT_THAT(found(), ElementsAre("run 0: the metrics of epochs 1 and 2"));
}

// Its epochs would never be trained.
TEST_F(ACheck, FindsThatARunHasNotDiverged) {
  const std::uint64_t at = StoredFile(path).offset("status");
  const auto diverged = static_cast<char>(RunStatus::diverged);
  Descriptor(path, O_RDWR).write_at(at + 3, &diverged, 1);
  EXPECT_NO_THROW(read_results(path));
  EXPECT_THAT(found(), ElementsAre("run 3: the metrics of epoch 2"));
}

TEST_F(ACheck, LooksAtNothingBehindTheMarks) {
  flip("train_loss", 3 * 3 + 2);
  flip("weights/W1", 3 * 35 * 3);
  flip<std::uint32_t>("checksums/weights", 3);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(ACheck, ComesBeforeAnythingIsTrainedOrTakenOver) {
  flip("train_loss", 1);
  const std::string before = bytes_of(path);
  const auto refused = [&](const auto& work) {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_THAT(error.what(), AllOf(HasSubstr(path.string()), HasSubstr("run 0: the metrics of epoch 1"),
                                      HasSubstr("runner check"), HasSubstr("--drop")));
      return true;
    }
    return false;
  };
  Sweep longer = sweep;
  longer.config = with_epochs(sweep.config, 3);
  EXPECT_TRUE(refused([&] { ResultsFile(path, sweep, data, example_provenance, {}); }));
  EXPECT_TRUE(refused([&] { ResultsFile(path, longer, data, example_provenance, {}); }));
  EXPECT_TRUE(refused([&] { look_ahead(path, sweep, data); }));
  EXPECT_TRUE(refused([&] { merge_results(folder / "whole.h5", {&path, 1}, example_provenance); }));
  EXPECT_TRUE(refused([&] { merge_results(path, {&path, 1}, example_provenance); }));
  EXPECT_EQ(bytes_of(path), before);
  EXPECT_FALSE(refused([&] { ResultsFile(path, sweep, data, example_provenance, {.fresh = true}); }));
}

TEST_F(ACheck, DropsTheRunsThatAreDamagedAlone) {
  EXPECT_THAT(missing(), ElementsAre(3));
  flip("train_loss", 0 * 3 + 1);
  flip("weights/b2", 1 * 3);
  EXPECT_EQ(drop_damaged(path).damaged.size(), 2u);
  EXPECT_THAT(found(), IsEmpty());
  const ResultsData results = read_results(path);
  EXPECT_EQ(results.runs[0].status, RunStatus::pending);
  EXPECT_EQ(results.runs[0].epochs_done, -1);
  EXPECT_EQ(results.runs[0].weights_epoch, -1);
  EXPECT_EQ(results.runs[2].status, RunStatus::diverged);
  EXPECT_EQ(results.runs[3].epochs_done, 1);
  EXPECT_THAT(missing(), ElementsAre(0, 1, 3));
  {
    // Trained again they are what they were.
    ResultsFile file(path, sweep, data, example_provenance, {});
    write(file, 0, 2, RunStatus::done);
    write(file, 1, 2, RunStatus::done);
    file.close();
  }
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(missing(), ElementsAre(3));
}

TEST_F(ACheck, DropsNothingWhereNothingIsDamaged) {
  const std::string before = bytes_of(path);
  EXPECT_THAT(drop_damaged(path).damaged, IsEmpty());
  EXPECT_EQ(bytes_of(path), before);
}

// The config says what they were.
TEST_F(ACheck, LosesNoNumberToAChangedSettingOrDigest) {
  const std::string before = bytes_of(path);
  flip<double>("learning_rate", 0);
  flip<std::int32_t>("hidden_size", 2);
  flip<char>("digest", 3 * 32);
  EXPECT_EQ(drop_damaged(path).damaged.size(), 3u);
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(ACheck, ForgetsARunOfNoConfigWithAnotherSetting) {
  Sweep fewer = sweep;
  fewer.runs.erase(fewer.runs.begin());
  fewer.config =
      parse_config(saving(R"({"name": "example", "epochs": 2, "learning_rate": [0.1, 0.5], "batch_size": 10,
    "hidden_size": [2, 3], "seed": 7, "where": "learning_rate > 0.2 || hidden_size > 2"})"),
                   "configs/example.json");
  fewer = expand(fewer.config, data);
  ASSERT_EQ(fewer.runs.size(), 3u);
  ResultsFile(path, fewer, data, example_provenance, {}).close();
  flip<double>("learning_rate", 3);
  EXPECT_THAT(found(), ElementsAre("row 3, of a run no longer in the sweep: its settings, or its digest"));
  drop_damaged(path);
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_EQ(read_results(path).runs[3].status, RunStatus::pending);
  ResultsFile(path, sweep, data, example_provenance, {}).close();
}

TEST_F(ACheck, HasNoFalseAlarmWhileTheFileIsWritten) {
  std::string text = saving(example_config);
  text.replace(text.find("\"epochs\": 2"), 11, "\"epochs\": 60");
  const Sweep longer = sweep_of(text, data);
  std::filesystem::remove(path);
  ResultsFile file(path, longer, data, example_provenance, {.commit_interval = std::chrono::milliseconds(0)});
  std::atomic<bool> written = false;
  std::thread writer([&] {
    for (int epoch = 0; epoch <= 60; ++epoch)
      for (std::size_t run = 0; run < 4; ++run) {
        TrainedEpoch record = record_of(run, epoch, epoch == 60 ? RunStatus::done : RunStatus::running);
        record.state = [&, run, epoch] {
          return TrainingState{constant_weights(data, longer.runs[run], static_cast<float>(epoch)), {}};
        };
        file.on_epoch({&record, 1});
      }
    file.close();
    written = true;
  });
  std::size_t checks = 0;
  while (!written) {
    EXPECT_THAT(found(), IsEmpty());
    ++checks;
  }
  writer.join();
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_GT(checks, 0u);
}

}  // namespace
}  // namespace runner::test
