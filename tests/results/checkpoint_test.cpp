// What a sweep that was stopped leaves beside its file, and how the next one goes on from it.

#include "results/checkpoint.hpp"

#include "runner/error/error.hpp"
#include "runner/results/results_file.hpp"

#include "example.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Dataset data = tiny_dataset();

Weights weights_of(float value) {
  Weights weights;
  weights.W1 = {value, value + 1, value + 2, value + 3};
  weights.b1 = {value + 4, value + 5};
  weights.W2 = {value + 6, value + 7, value + 8, value + 9, value + 10, value + 11};
  weights.b2 = {value + 12, value + 13, value + 14};
  return weights;
}

std::string digest(char digit) {
  return std::string(32, digit);
}

class ACheckpoint : public testing::Test {
 protected:
  std::string bytes() const {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  void expect_refused(const std::string& instead) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << instead;
    try {
      read_checkpoint(path);
      ADD_FAILURE() << "no Error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_THAT(error.what(), HasSubstr("the checkpoint " + path.string() + " is damaged"));
    }
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5.checkpoint";
};

TEST_F(ACheckpoint, GivesBackWhatItWasGiven) {
  write_checkpoint(path, {{digest('a'), {3, weights_of(0.5f)}}, {digest('b'), {7, weights_of(100)}}});
  const Checkpoint read = read_checkpoint(path);
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read.at(digest('a')).epoch, 3);
  EXPECT_EQ(read.at(digest('b')).epoch, 7);
  const Weights& b = read.at(digest('b')).weights;
  EXPECT_EQ(b.W1, weights_of(100).W1);
  EXPECT_EQ(b.b1, weights_of(100).b1);
  EXPECT_EQ(b.W2, weights_of(100).W2);
  EXPECT_EQ(b.b2, weights_of(100).b2);
}

TEST_F(ACheckpoint, IsReplaced) {
  write_checkpoint(path, {{digest('a'), {3, weights_of(1)}}});
  write_checkpoint(path, {{digest('b'), {4, weights_of(2)}}});
  EXPECT_THAT(read_checkpoint(path), SizeIs(1));
  EXPECT_EQ(read_checkpoint(path).at(digest('b')).epoch, 4);
  EXPECT_THAT(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST_F(ACheckpoint, MayBeReadByThoseWhoMayReadTheResults) {
  std::ofstream(folder / "example.h5") << "results";
  std::filesystem::permissions(folder / "example.h5", std::filesystem::perms(0600));
  write_checkpoint(path, {{digest('a'), {3, weights_of(1)}}}, folder / "example.h5");
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
}

TEST_F(ACheckpoint, IsNotThereWhenThereIsNothingToKeep) {
  EXPECT_THAT(read_checkpoint(path), IsEmpty());
  write_checkpoint(path, {{digest('a'), {3, weights_of(1)}}});
  write_checkpoint(path, {});
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_THAT(read_checkpoint(path), IsEmpty());
}

TEST_F(ACheckpoint, IsRefusedWhenAnyBitIsOtherwise) {
  write_checkpoint(path, {{digest('a'), {3, weights_of(1)}}});
  const std::string good = bytes();
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int bit : {0, 7}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      expect_refused(bad);
    }
}

TEST_F(ACheckpoint, IsRefusedWhenItIsCutShort) {
  write_checkpoint(path, {{digest('a'), {3, weights_of(1)}}});
  const std::string good = bytes();
  for (std::size_t length = 0; length < good.size(); ++length) expect_refused(good.substr(0, length));
  expect_refused(good + "x");
}

/// A results file of a sweep of five epochs that is stopped and gone on with.
class AStoppedSweep : public testing::Test {
 protected:
  static Sweep five_epochs() {
    std::string text = example_config;
    return sweep_of(text.replace(text.find("\"epochs\": 2"), 11, "\"epochs\": 5"), data);
  }

  ResultsFile open(bool fresh = false) {
    return ResultsFile(path, sweep, data, example_provenance, {.fresh = fresh});
  }

  /// Epochs from `first` to `last`, after which the run is stopped with weights that are all `value`.
  void train_and_stop(ResultsFile& file, std::size_t run, int first, int last, float value) {
    for (int epoch = first; epoch < last; ++epoch) write_epoch(file, run, epoch);
    const std::vector<float> values(lanes * data.pixels, value);
    EpochRecord record = record_of(run, last);
    record.weights = {values.data(),
                      0,
                      values.data(),
                      values.data(),
                      data.classes,
                      values.data(),
                      static_cast<std::size_t>(sweep.runs[run].spec.hidden_size),
                      data.pixels,
                      data.classes};
    record.stopped = true;
    file.on_epoch({&record, 1});
  }

  const Sweep sweep = five_epochs();
  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
  const std::filesystem::path sidecar = folder / "example.h5.checkpoint";
};

TEST_F(AStoppedSweep, GoesOnFromTheEpochItHadReached) {
  {
    ResultsFile file = open();
    write_run(file, 0, 5);
    train_and_stop(file, 1, 0, 3, 0.25f);
    train_and_stop(file, 2, 0, 0, 0.5f);  // the untrained network is drawn again
    file.close();
  }
  EXPECT_TRUE(std::filesystem::exists(sidecar));
  ResultsFile file = open();
  EXPECT_THAT(file.missing(), ElementsAre(1, 2, 3));
  EXPECT_THAT(file.epochs(), ElementsAre(0, 3, 0, 0));
  const Weights weights = file.weights(1);
  EXPECT_EQ(weights.W1, std::vector<float>(data.pixels * 3, 0.25f));
  EXPECT_EQ(weights.b2, std::vector<float>(data.classes, 0.25f));
}

TEST_F(AStoppedSweep, KeepsWhatHasNotHadItsTurn) {
  {
    ResultsFile file = open();
    train_and_stop(file, 1, 0, 3, 1);
    train_and_stop(file, 2, 0, 2, 2);
    train_and_stop(file, 3, 0, 4, 3);
    file.close();
  }
  {
    ResultsFile file = open();
    train_and_stop(file, 2, 3, 4, 4);
    write_epoch(file, 3, 5, RunStatus::done);
    file.close();
  }
  ResultsFile file = open();
  EXPECT_THAT(file.epochs(), ElementsAre(0, 3, 4, 0));
  EXPECT_EQ(file.weights(1).b1.front(), 1);
  EXPECT_EQ(file.weights(2).b1.front(), 4);
}

TEST_F(AStoppedSweep, LeavesNothingBesideItsFileWhenItIsComplete) {
  {
    ResultsFile file = open();
    for (std::size_t run = 0; run < 3; ++run) write_run(file, run, 5);
    train_and_stop(file, 3, 0, 3, 1);
    file.close();
  }
  {
    ResultsFile file = open();
    for (int epoch = 4; epoch <= 5; ++epoch)
      write_epoch(file, 3, epoch, epoch == 5 ? RunStatus::done : RunStatus::running);
    file.close();
  }
  EXPECT_FALSE(std::filesystem::exists(sidecar));
  EXPECT_THAT(open().missing(), IsEmpty());
}

TEST_F(AStoppedSweep, HasItsCheckpointUntilTheNextIsWritten) {
  {
    ResultsFile file = open();
    train_and_stop(file, 1, 0, 3, 1);
    file.close();
  }
  {
    ResultsFile killed = open();  // never closed
    write_epoch(killed, 1, 4);
  }
  EXPECT_THAT(open().epochs(), ElementsAre(0, 3, 0, 0));
}

TEST_F(AStoppedSweep, BegunAnewHasForgottenIt) {
  {
    ResultsFile file = open();
    train_and_stop(file, 1, 0, 3, 1);
    file.close();
  }
  EXPECT_THAT(open(true).epochs(), ElementsAre(0, 0, 0, 0));
  EXPECT_FALSE(std::filesystem::exists(sidecar));
}

// Its epochs are not in a file made after the old one was removed.
TEST_F(AStoppedSweep, DoesNotGoOnWithoutTheEpochsBefore) {
  {
    ResultsFile file = open();
    train_and_stop(file, 1, 0, 3, 1);
    file.close();
  }
  std::filesystem::remove(path);
  EXPECT_THAT(open().epochs(), ElementsAre(0, 0, 0, 0));
}

}  // namespace
}  // namespace runner::test
