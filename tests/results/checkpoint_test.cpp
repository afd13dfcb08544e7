// What a sweep that was stopped leaves beside its file, and how the next one goes on from it.

#include "results/checkpoint.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"
#include "runner/results/results_file.hpp"

#include "example.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

// They take terabytes of address space, and memory of their own at any time.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER
#endif
#endif

namespace runner::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Dataset data = tiny_dataset();

Weights numbered_weights(float value) {
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

std::map<std::string, SnapshotShape> shapes(std::size_t pixels = 2, std::size_t hidden = 2,
                                            std::size_t classes = 3, std::size_t moments = 0) {
  std::map<std::string, SnapshotShape> runs;
  for (const char digit : {'a', 'b'})
    runs.emplace(digest(digit), SnapshotShape{{pixels, hidden, classes}, moments});
  return runs;
}

class ACheckpoint : public testing::Test {
 protected:
  std::string bytes() const {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  void expect_refused(const std::string& why = " is damaged") const {
    try {
      read_checkpoint(path, shapes());
      ADD_FAILURE() << "no Error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_THAT(error.what(), HasSubstr("the checkpoint " + path.string() + why));
    }
  }

  void expect_refused_with(const std::string& bytes) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    expect_refused();
  }

  /// A file whose checksum is right, whatever it says.
  static std::string sealed(std::string bytes) { return bytes + sha256_hex(bytes); }

  /// One run, whose lengths are these, with so many numbers.
  static std::string run_of(const std::string& name, std::int32_t epoch,
                            const std::array<std::uint64_t, 4>& lengths, std::size_t numbers,
                            std::int32_t moments = 0) {
    std::string bytes = name;
    bytes.append(reinterpret_cast<const char*>(&epoch), sizeof epoch);
    bytes.append(reinterpret_cast<const char*>(&moments), sizeof moments);
    bytes.append(reinterpret_cast<const char*>(lengths.data()), sizeof lengths);
    return bytes + std::string(numbers * sizeof(float), '\0');
  }

  const std::string first_line = "runner checkpoint 2\n";

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5.checkpoint";
};

TEST_F(ACheckpoint, GivesBackWhatItWasGiven) {
  write_checkpoint(path, {{digest('a'), {3, {numbered_weights(0.5f), {}}}},
                          {digest('b'), {7, {numbered_weights(100), {}}}}});
  const Checkpoint read = read_checkpoint(path, shapes());
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read.at(digest('a')).epoch, 3);
  EXPECT_EQ(read.at(digest('b')).epoch, 7);
  const Weights& b = read.at(digest('b')).state.weights;
  EXPECT_EQ(b.W1, numbered_weights(100).W1);
  EXPECT_EQ(b.b1, numbered_weights(100).b1);
  EXPECT_EQ(b.W2, numbered_weights(100).W2);
  EXPECT_EQ(b.b2, numbered_weights(100).b2);
}

TEST_F(ACheckpoint, GivesBackTheMomentsOfAnOptimizer) {
  write_checkpoint(path,
                   {{digest('a'), {3, {numbered_weights(1), {numbered_weights(50), numbered_weights(90)}}}},
                    {digest('b'), {4, {numbered_weights(7), {numbered_weights(8), numbered_weights(9)}}}}});
  const Checkpoint read = read_checkpoint(path, shapes(2, 2, 3, 2));
  const TrainingState& a = read.at(digest('a')).state;
  ASSERT_THAT(a.moments, SizeIs(2));
  EXPECT_EQ(a.weights.W1, numbered_weights(1).W1);
  EXPECT_EQ(a.moments[0].W2, numbered_weights(50).W2);
  EXPECT_EQ(a.moments[1].b2, numbered_weights(90).b2);
  EXPECT_EQ(read.at(digest('b')).state.moments[1].W1, numbered_weights(9).W1);
}

TEST_F(ACheckpoint, IsRefusedWhereItsMomentsAreNotThoseOfTheOptimizer) {
  write_checkpoint(path, {{digest('a'), {3, {numbered_weights(1), {numbered_weights(2)}}}}});
  EXPECT_THAT(read_checkpoint(path, shapes(2, 2, 3, 1)), SizeIs(1));
  for (const std::size_t moments : {0U, 2U})
    EXPECT_THROW(read_checkpoint(path, shapes(2, 2, 3, moments)), Error) << moments;
  for (const std::int32_t moments : {-1, 3, 2'000'000'000})
    expect_refused_with(sealed(first_line + run_of(digest('a'), 3, {4, 2, 6, 3}, 15, moments)));
}

// Version 1 of the format had no moments, and no place for them.
TEST_F(ACheckpoint, OfTheFirstVersionIsRead) {
  std::string run = digest('a');
  const std::int32_t epoch = 3;
  const std::array<std::uint64_t, 4> lengths{4, 2, 6, 3};
  run.append(reinterpret_cast<const char*>(&epoch), sizeof epoch);
  run.append(reinterpret_cast<const char*>(lengths.data()), sizeof lengths);
  const Weights weights = numbered_weights(5);
  for (const TensorInfo& tensor : tensor_table) {
    const std::vector<float>& values = weights.*tensor.values;
    run.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  }
  std::ofstream(path, std::ios::binary) << sealed("runner checkpoint 1\n" + run);
  const Checkpoint read = read_checkpoint(path, shapes());
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read.at(digest('a')).epoch, 3);
  EXPECT_EQ(read.at(digest('a')).state.weights.W2, weights.W2);
  EXPECT_THAT(read.at(digest('a')).state.moments, IsEmpty());
}

TEST_F(ACheckpoint, IsReplaced) {
  write_checkpoint(path, {{digest('a'), {3, {numbered_weights(1), {}}}}});
  write_checkpoint(path, {{digest('b'), {4, {numbered_weights(2), {}}}}});
  EXPECT_THAT(read_checkpoint(path, shapes()), SizeIs(1));
  EXPECT_EQ(read_checkpoint(path, shapes()).at(digest('b')).epoch, 4);
  EXPECT_THAT(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST_F(ACheckpoint, MayBeReadByThoseWhoMayReadTheResults) {
  std::ofstream(folder / "example.h5") << "results";
  std::filesystem::permissions(folder / "example.h5", std::filesystem::perms(0600));
  write_checkpoint(path, {{digest('a'), {3, {numbered_weights(1), {}}}}}, folder / "example.h5");
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
}

TEST_F(ACheckpoint, IsNotThereWhenThereIsNothingToKeep) {
  EXPECT_THAT(read_checkpoint(path, shapes()), IsEmpty());
  write_checkpoint(path, {{digest('a'), {3, {numbered_weights(1), {}}}}});
  write_checkpoint(path, {});
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_THAT(read_checkpoint(path, shapes()), IsEmpty());
}

TEST_F(ACheckpoint, IsRefusedWhenAnyBitIsOtherwise) {
  write_checkpoint(path, {{digest('a'), {3, {numbered_weights(1), {}}}}});
  const std::string good = bytes();
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int bit : {0, 7}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      expect_refused_with(bad);
    }
}

TEST_F(ACheckpoint, IsRefusedWhenItIsCutShort) {
  write_checkpoint(path, {{digest('a'), {3, {numbered_weights(1), {}}}}});
  const std::string good = bytes();
  for (std::size_t length = 0; length < good.size(); ++length) expect_refused_with(good.substr(0, length));
  expect_refused_with(good + "x");
}

TEST_F(ACheckpoint, IsReadWhenItsChecksumWasMadeByOthers) {
  std::ofstream(path, std::ios::binary) << sealed(first_line + run_of(digest('a'), 3, {4, 2, 6, 3}, 15));
  EXPECT_THAT(read_checkpoint(path, shapes()), SizeIs(1));
}

TEST_F(ACheckpoint, IsRefusedWhenItsLengthsDoNotFitOneAnother) {
  constexpr std::uint64_t huge = std::uint64_t{1} << 62;
  for (const std::array<std::uint64_t, 4>& lengths : {std::array<std::uint64_t, 4>{0, 0, 0, 0},
                                                      {4, 2, 6, 0},
                                                      {0, 2, 6, 3},
                                                      {4, 0, 6, 3},
                                                      {4, 3, 6, 3},
                                                      {4, 2, 5, 3},
                                                      {4, 2, 6, 4},
                                                      {huge, 2, 6, 3},
                                                      {4, 2, huge, huge / 2},
                                                      {huge, huge, huge, 1},
                                                      {~std::uint64_t{0}, 1, 3, 3}})
    for (const std::size_t numbers : {0U, 15U})
      expect_refused_with(sealed(first_line + run_of(digest('a'), 3, lengths, numbers)));
}

TEST_F(ACheckpoint, IsRefusedWhenItsLengthsAreNotThoseOfTheRun) {
  write_checkpoint(path, {{digest('a'), {3, {numbered_weights(1), {}}}}});
  for (const auto& other : {shapes(3), shapes(2, 3), shapes(2, 2, 4), shapes(4, 1)})
    EXPECT_THROW(read_checkpoint(path, other), Error);
  EXPECT_THAT(read_checkpoint(path, shapes()), SizeIs(1));
}

TEST_F(ACheckpoint, IsRefusedWithAnEpochThatNoRunHas) {
  for (const std::int32_t epoch : {-1, 0, 1'000'000'001})
    expect_refused_with(sealed(first_line + run_of(digest('a'), epoch, {4, 2, 6, 3}, 15)));
}

TEST_F(ACheckpoint, IsRefusedWithRunsThatNoWriterWrites) {
  const std::string a = run_of(digest('a'), 3, {4, 2, 6, 3}, 15),
                    b = run_of(digest('b'), 3, {4, 2, 6, 3}, 15);
  expect_refused_with(sealed(first_line + b + a));
  expect_refused_with(sealed(first_line + a + a));
  expect_refused_with(sealed(first_line + run_of(digest('x'), 3, {4, 2, 6, 3}, 15)));
}

// A sweep that has been changed since does not have them any more.
TEST_F(ACheckpoint, MayHoldRunsOfAnyShapeThatAreNotAskedFor) {
  std::ofstream(path, std::ios::binary) << sealed(first_line + run_of(digest('a'), 3, {4, 2, 6, 3}, 15) +
                                                  run_of(digest('c'), 3, {1, 1, 1, 1}, 4));
  EXPECT_THAT(read_checkpoint(path, shapes()), SizeIs(1));
}

TEST_F(ACheckpoint, IsRefusedWhenItIsNoFile) {
  std::filesystem::create_directory(path);
  expect_refused(" is not a regular file");
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  expect_refused(" is not a regular file");
  std::filesystem::remove(path);
  std::filesystem::create_symlink("/dev/zero", path);
  expect_refused(" is not a regular file");
}

#ifndef HAS_SANITIZER
// It has a hole instead of numbers: it says that it is long, and takes no room.
TEST_F(ACheckpoint, TakesNoMoreMemoryThanItsRuns) {
  std::ofstream(path, std::ios::binary) << first_line;
  std::filesystem::resize_file(path, std::uintmax_t{1} << 36);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_DATA, &before), 0);
  const rlimit tight{std::min<rlim_t>(before.rlim_max, rlim_t{1} << 30), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_DATA, &tight), 0);
  expect_refused();
  ASSERT_EQ(setrlimit(RLIMIT_DATA, &before), 0);
}
#endif

TEST_F(ACheckpoint, ThatCannotBeReadIsAFailure) {
  std::filesystem::create_symlink(path, path);  // a circle
  try {
    read_checkpoint(path, shapes());
    ADD_FAILURE() << "no Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failure);
    EXPECT_EQ(error.what(), "cannot read " + path.string() + ": Too many levels of symbolic links");
  }
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
    TrainedEpoch record = record_of(run, last);
    record.state = [&] { return TrainingState{constant_weights(data, sweep.runs[run], value), {}}; };
    record.paused = true;
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
  const Weights weights = file.state(1).weights;
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
  EXPECT_EQ(file.state(1).weights.b1.front(), 1);
  EXPECT_EQ(file.state(2).weights.b1.front(), 4);
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

TEST_F(AStoppedSweep, DoesNotGoOnFromWeightsOfAnotherShape) {
  {
    ResultsFile file = open();
    train_and_stop(file, 1, 0, 3, 1);
    file.close();
  }
  write_checkpoint(sidecar, {{sweep.runs[1].digest, {3, {numbered_weights(1), {}}}}});
  EXPECT_THROW(open(), Error);
}

// The config has another run by now.
TEST_F(AStoppedSweep, LeavesNothingOfRunsThatItHasNoMore) {
  { open().close(); }
  write_checkpoint(sidecar, {{digest('a'), {3, {numbered_weights(1), {}}}}});
  open().close();
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

TEST(WriteCheckpoint, SaysThatOneCannotBeRemoved) {
  const TemporaryDirectory folder;
  const std::filesystem::path path = folder / "sweep.h5.checkpoint";
  std::filesystem::create_directories(path / "something");
  try {
    write_checkpoint(path, {});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failure);
    EXPECT_EQ(std::string(error.what()), "cannot remove " + path.string() + ": Directory not empty");
  }
}

}  // namespace
}  // namespace runner::test
