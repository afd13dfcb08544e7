// Numbers of a results file that somebody, or a disk, has changed.

#include "runner/checks/verification.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/results/check.hpp"

#include "results/checksums.hpp"
#include "support/temporary_directory.hpp"
#include "trained_sweep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

using testing::HasSubstr;

class AChangedNumber : public testing::Test {
 protected:
  AChangedNumber() { train(path, sweep_of(short_config)); }

  /// Flips a bit of an array's byte.
  void flip(const std::string& array, std::uint64_t byte, int bit = 0) const {
    const std::uint64_t at = StoredFile(path).offset(array) + byte;
    Descriptor file(path, O_RDWR);
    const auto changed = static_cast<char>(file.read_at(at, 1)[0] ^ (1 << bit));
    file.write_at(at, &changed, 1);
  }

  /// What verify says of the first run, which is in row 0.
  std::vector<Difference> differences() const {
    const ResultsData results = read_results(path);
    std::vector<std::size_t> all(results.runs.size());
    for (std::size_t r = 0; r < all.size(); ++r) all[r] = r;
    ThreadPool pool(1);
    return verify(results, all, sweep_data(), make_backend("reference", baseline_instruction_set()), pool,
                  std::atomic<bool>{false})
        .differences;
  }

  std::string refused() const {
    try {
      train(path, sweep_of(long_config));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      return error.what();
    }
    return "it was trained on";
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "sweep.h5";
};

TEST_F(AChangedNumber, IsNoneInWhatWasTrained) {
  EXPECT_THAT(differences(), testing::IsEmpty());
}

TEST_F(AChangedNumber, OfAnyWeightIsFoundByVerify) {
  for (const layout::TensorSet set : layout::tensor_sets(StoredFile(path).parts()))
    for (const TensorInfo& tensor : tensor_table)
      for (const std::uint64_t byte : {0U, 3U}) {
        const std::string array = layout::name_of(tensor, set);
        flip(array, byte);
        const std::vector<Difference> found = differences();
        ASSERT_EQ(found.size(), 1u) << array;
        EXPECT_EQ(found[0].what, array);
        EXPECT_EQ(found[0].epoch, set == layout::TensorSet::initial ? 0 : 3) << array;
        flip(array, byte);
      }
}

// The row has room for three hidden units, and the first run has two.
TEST_F(AChangedNumber, BesideTheWeightsIsFoundByVerify) {
  flip("weights/b1", 2 * sizeof(float));
  ASSERT_EQ(differences().size(), 1u);
}

TEST_F(AChangedNumber, OfAWeightOrAMomentIsNotTrainedOnFrom) {
  for (const std::string array : {"weights/W1", "weights/moment1_W1", "weights/moment1_b2"}) {
    flip(array, 0);
    EXPECT_THAT(refused(),
                AllOf(HasSubstr(path.string()), HasSubstr("run 0: the last weights or their moments")));
    flip(array, 0);
  }
}

// A disk may give other bytes the second time.
TEST_F(AChangedNumber, OfAWeightOrAMomentIsNoticedWhenItIsTakenUp) {
  // In a file that stays as it is and has two epochs more of other runs than of the first.
  const std::string longer = std::string(short_config).replace(short_config.find("3"), 1, "5");
  train(
      path, sweep_of(longer), [](const Told&) {}, 2);
  const Sweep sweep = sweep_of(longer);
  ResultsFile file(path, sweep, sweep_data(), {"runner", "0.1.0", "g++", "reference", "a processor"}, {});
  const std::vector<std::int32_t> weights_epochs = StoredFile(path).weights_epochs();
  const auto waiting = std::find(weights_epochs.begin(), weights_epochs.end(), 3);
  ASSERT_NE(waiting, weights_epochs.end());
  const auto run = static_cast<std::size_t>(waiting - weights_epochs.begin());
  EXPECT_NO_THROW(file.state(run));
  for (const std::string array : {"weights/W1", "weights/moment1_W1"}) {
    const std::uint64_t row = StoredFile(path).read_row(array, run).size() * sizeof(float);
    flip(array, run * row);
    EXPECT_THROW(file.state(run), Error) << array;
    flip(array, run * row);
  }
}

// A program that writes what is wrong writes the checksum of that.
TEST_F(AChangedNumber, OfAWeightWithItsChecksumIsNotTrainedOnFrom) {
  flip("weights/W1", 3);
  {
    const StoredFile stored(path);
    const std::uint32_t sum = checksum_of_last(stored, begun_checksums(stored)[0], 0, 3);
    Descriptor(path, O_RDWR).write_at(stored.offset(layout::weights_checksum), &sum, sizeof sum);
  }
  EXPECT_THAT(refused(),
              AllOf(HasSubstr(path.string()), HasSubstr("the weights of run 0 after epoch 3 give a")));
}

/// Flips a bit of some bytes of an array, which lie evenly over it and ask for each byte of a number, and
/// counts those that neither a check nor a reader notices. The sign is left alone: −0 is 0.
class EveryArray : public AChangedNumber {
 protected:
  std::size_t unnoticed(const std::string& array, std::uint64_t bytes) const {
    // A run that diverged has no predictions.
    const bool of_predictions = array == layout::test_prediction || array == layout::predictions_checksum;
    const std::vector<std::int32_t> predictions_epochs = StoredFile(path).predictions_epochs();
    const auto is_there = [&](std::uint64_t byte) {
      return !of_predictions || predictions_epochs[byte / (bytes / predictions_epochs.size())] >= 0;
    };
    std::size_t count = 0;
    constexpr std::uint64_t most = 16;
    const std::uint64_t step = std::max<std::uint64_t>(1, bytes / most) | 1;
    for (std::uint64_t byte = 0; byte < bytes; byte += step) {
      if (!is_there(byte)) continue;
      const int bit = static_cast<int>(byte % 7);
      flip(array, byte, bit);
      try {
        count += check_results(path).damaged.empty() ? 1 : 0;
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
      }
      flip(array, byte, bit);
    }
    return count;
  }

  void expect_noticed() const {
    EXPECT_TRUE(check_results(path).damaged.empty());
    const StoredFile stored(path);
    for (const layout::Variable& variable : layout::variables(stored.parts())) {
      const std::string& name = variable.name;
      const std::uint64_t bytes = layout::byte_count(variable, stored.extents());
      // The seal is compared by all that open a file: ARefusal.
      if (variable.dimensions[0] == layout::seal) continue;
      const std::size_t count = unnoticed(name, bytes);
      const bool bare_scale = variable.long_name.empty();
      if (bare_scale || name == "wall_time" || name.starts_with("sessions/")) continue;
      // Marks that say less cost time and no number; an order number may be another one.
      if (name == "status" || name == "epochs_done" || name == "run") continue;
      EXPECT_EQ(count, 0u) << name;
    }
  }
};

TEST_F(EveryArray, OfAFinishedFileIsGuarded) {
  expect_noticed();
}

TEST_F(EveryArray, OfAnExtendedFileWithDivergedRunsIsGuarded) {
  train(path, sweep_of(long_config));
  expect_noticed();
}

TEST_F(AChangedNumber, OfTheWeightsEpochIsFoundAndNotTrainedOnFrom) {
  flip("weights_epoch", 0);  // 3 → 2
  EXPECT_THAT(refused(), HasSubstr("damaged"));
}

TEST_F(AChangedNumber, OfTheStatusCostsNoRun) {
  for (const RunStatus other : {RunStatus::pending, RunStatus::running}) {
    {
      const std::uint64_t at = StoredFile(path).offset("status");
      const auto number = static_cast<char>(other);
      Descriptor(path, O_RDWR).write_at(at, &number, 1);
    }
    EXPECT_EQ(read_results(path).runs[0].status, RunStatus::done) << to_string(other);
    train(path, sweep_of(short_config));
    EXPECT_EQ(StoredFile(path).read_flags<RunStatus>("status")[0], RunStatus::done) << to_string(other);
  }
}

TEST_F(AChangedNumber, OfTheStatusIsRefusedWhereItContradictsTheEpochs) {
  const std::uint64_t at = StoredFile(path).offset("status");
  const auto number = static_cast<char>(RunStatus::diverged);
  Descriptor(path, O_RDWR).write_at(at, &number, 1);
  try {
    read_results(path);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("run 0 has diverged after all of its 3 epochs"));
  }
}

TEST_F(AChangedNumber, OfThePredictionsEpochIsRefused) {
  flip("predictions_epoch", 0);  // 3 → 2
  EXPECT_THROW(read_results(path), Error);
  EXPECT_THAT(refused(), HasSubstr("its predictions are of epoch 2"));
}

TEST_F(AChangedNumber, OfAnyPredictionIsFoundByVerify) {
  const std::uint64_t images = StoredFile(path).extent(layout::test_image);
  for (const std::uint64_t image : {std::uint64_t{0}, images - 1}) {
    flip("predictions/test_prediction", image);
    const std::vector<Difference> found = differences();
    ASSERT_EQ(found.size(), 1u) << image;
    EXPECT_EQ(found[0].what, "prediction for test image " + std::to_string(image));
    EXPECT_EQ(found[0].epoch, 3);
    flip("predictions/test_prediction", image);
  }
}

TEST_F(AChangedNumber, OfAnyMetricIsFoundByVerify) {
  for (const MetricInfo& metric : metric_table) {
    if (!StoredFile(path).parts().has(metric)) continue;
    const std::string name(metric.name);
    flip(name, 0);
    ASSERT_EQ(differences().size(), 1u) << name;
    EXPECT_EQ(differences()[0].what, name);
    flip(name, 0);
  }
}

}  // namespace
}  // namespace runner::test
