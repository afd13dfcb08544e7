#include "results/layout.hpp"

#include "runner/error/error.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/stored_weights.hpp"

#include "example.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <bit>
#include <cmath>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const Dataset data = tiny_dataset();

TEST(Layout, CountsTheBytesOfAnArray) {
  const layout::Variable variable{"x", layout::Type::float64, {layout::run, layout::epoch}, "", ""};
  layout::Extents extents{};
  extents[layout::run] = 10;
  extents[layout::epoch] = 3;
  EXPECT_EQ(layout::byte_count(variable, extents), 240u);
  extents[layout::run] = 0;
  EXPECT_EQ(layout::byte_count(variable, extents), 0u);
}

TEST(Layout, DoesNotOverflow) {
  const layout::Variable variable{
      "x", layout::Type::float32, {layout::run, layout::input, layout::hidden}, "", ""};
  layout::Extents extents{};
  extents[layout::run] = 10'000'000;
  extents[layout::input] = std::uint64_t{1} << 22;
  extents[layout::hidden] = (std::uint64_t{1} << 31) - 1;
  EXPECT_EQ(layout::byte_count(variable, extents), std::numeric_limits<std::uint64_t>::max());
}

TEST(Layout, IsAsLongAsItsWidestRun) {
  const Sweep sweep = sweep_of(example_config, data);
  const layout::Extents extents = layout::extents(sweep.runs, sweep.config.recorded_epochs().size(), data);
  EXPECT_THAT(extents, ElementsAre(4, 3, 32, 35, 3, 3, 20, 64, 0, 4096));
}

TEST(Creation, RefusesMoreThanTheDiskHolds) {
  const TemporaryDirectory folder;
  Sweep sweep = sweep_of(example_config, data);
  sweep.config.save_weights = true;
  sweep.runs[0].spec.hidden_size = std::numeric_limits<std::int32_t>::max();
  try {
    ResultsFile(folder / "x.h5", sweep, data, example_provenance, {});
    ADD_FAILURE() << "no Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failure);
    EXPECT_THAT(error.what(), AllOf(HasSubstr((folder / "x.h5").string()), HasSubstr("the file takes 26886"),
                                    HasSubstr("are free")));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Creation, RemovesWhatAKilledOneLeft) {
  const TemporaryDirectory folder;
  std::ofstream(folder / ".x.h5.tmp-12345") << "half";
  std::ofstream(folder / ".y.h5.tmp-12345") << "of another file";
  ResultsFile(folder / "x.h5", sweep_of(example_config, data), data, example_provenance, {}).close();
  EXPECT_FALSE(std::filesystem::exists(folder / ".x.h5.tmp-12345"));
  EXPECT_TRUE(std::filesystem::exists(folder / ".y.h5.tmp-12345"));
}

TEST(Creation, KeepsAConfigOfAMillionBytes) {
  const TemporaryDirectory folder;
  Sweep sweep = sweep_of(example_config, data);
  sweep.config.text = std::string(1'000'000, 'x');
  ResultsFile(folder / "x.h5", sweep, data, example_provenance, {}).close();
  EXPECT_EQ(StoredFile(folder / "x.h5").text("config_text"), sweep.config.text);
}

// Where it lay across the border of two sectors, half of it might be written.
TEST(Creation, PutsEveryNumberWhereItIsWrittenAtOnce) {
  const TemporaryDirectory folder;
  const Sweep sweep =
      sweep_of(R"({"hidden_size": [2, 3, 5], "batch_size": 10, "epochs": 1, "save_weights": true})", data);
  ResultsFile(folder / "x.h5", sweep, data, example_provenance, {}).close();
  StoredFile stored(folder / "x.h5");
  for (const layout::Variable& variable : layout::variables(stored.parts()))
    EXPECT_EQ(stored.offset(variable.name) % layout::size_of(variable.type), 0u) << variable.name;
}

TEST(Creation, OfAHundredThousandRuns) {
  const TemporaryDirectory folder;
  Sweep sweep = sweep_of(example_config, data);
  sweep.config.epochs = 20;
  const runner::Run pattern = sweep.runs[0];
  sweep.runs.clear();
  for (int i = 0; i < 100'000; ++i) {
    sweep.runs.push_back(pattern);
    sweep.runs.back().spec.seed = i;
    sweep.runs.back().index = i;
    sweep.runs.back().digest.replace(0, 6, std::to_string(900'000 + i));
  }
  ResultsFile(folder / "x.h5", sweep, data, example_provenance, {}).close();
  const ResultsData results = read_results(folder / "x.h5");
  ASSERT_EQ(results.runs.size(), 100'000u);
  EXPECT_EQ(results.runs[99'999].run.spec.seed, 99'999);
  EXPECT_EQ(results.runs[99'999].curves[Metric::train_loss].size(), 21u);
}

/// A run of two hidden units in a file that has room for three; three pixels, two classes.
class SavedWeights : public testing::Test {
 protected:
  static constexpr float nan = std::numeric_limits<float>::quiet_NaN();

  SavedWeights() : data_(tiny_dataset(20, 10, 1, 3, 2)) {
    Sweep sweep =
        sweep_of(R"({"hidden_size": [2, 3], "batch_size": 10, "epochs": 1, "save_weights": true})", data_);
    ResultsFile file(folder_ / "x.h5", sweep, data_, example_provenance, {});
    Weights weights{{1, 4, 2, 5, 3, 6}, {7, 8}, {9, 10, 11, 12}, {13, 14}};
    const auto tell = [&](int epoch, RunStatus status) {
      TrainedEpoch record = record_of(0, epoch, status);
      record.state = [&weights] { return TrainingState{weights, {}}; };
      file.on_epoch({&record, 1});
    };
    tell(0, RunStatus::running);
    for (const TensorInfo& tensor : tensor_table)
      for (float& value : weights.*tensor.values) value += 100;
    weights.b2[1] = -nan;
    tell(1, RunStatus::done);
    file.close();
  }

  /// The first `count` values of an array, NaN as 0, since it is not equal to itself.
  std::vector<float> read(const std::string& name, std::size_t count) const {
    StoredFile stored(folder_ / "x.h5");
    std::vector<float> values = stored.read<float>(name);
    values.resize(count);
    for (float& value : values)
      if (std::bit_cast<std::uint32_t>(value) == 0x7fc00000u) value = 0;
    return values;
  }

  TemporaryDirectory folder_;
  const Dataset data_;
};

TEST_F(SavedWeights, AreTheBooksMatricesNaNWhereTheRunIsSmaller) {
  EXPECT_THAT(read("weights/initial_W1", 9), ElementsAre(1, 4, 0, 2, 5, 0, 3, 6, 0));
  EXPECT_THAT(read("weights/initial_b1", 3), ElementsAre(7, 8, 0));
  EXPECT_THAT(read("weights/initial_W2", 6), ElementsAre(9, 10, 11, 12, 0, 0));
  EXPECT_THAT(read("weights/initial_b2", 2), ElementsAre(13, 14));
}

TEST_F(SavedWeights, AreReadAsTheRunHasThem) {
  const StoredWeights stored(folder_ / "x.h5");
  const Weights first = stored.initial(0, 2), last = stored.last(0, 2);
  EXPECT_THAT(first.W1, ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(first.b2, ElementsAre(13, 14));
  EXPECT_THAT(last.b1, ElementsAre(107, 108));
  EXPECT_THAT(last.W2, ElementsAre(109, 110, 111, 112));
  for (const float value : stored.last(1, 3).W1) EXPECT_TRUE(std::isnan(value));  // it has not begun
  EXPECT_THROW(stored.last(2, 2), Error);
  EXPECT_THROW(stored.initial(0, 4), Error);
  const ResultsData results = read_results(folder_ / "x.h5");
  EXPECT_EQ(results.runs[1].row, 1u);
  EXPECT_EQ(results.file_of(results.runs[1]), folder_ / "x.h5");
}

TEST_F(SavedWeights, AreThoseOfTheLastEpochToo) {
  EXPECT_THAT(read("weights/W1", 9), ElementsAre(101, 104, 0, 102, 105, 0, 103, 106, 0));
  EXPECT_THAT(read("weights/b1", 3), ElementsAre(107, 108, 0));
  EXPECT_THAT(read("weights/W2", 6), ElementsAre(109, 110, 111, 112, 0, 0));
}

TEST_F(SavedWeights, HoldOneNaNOnly) {
  EXPECT_THAT(read("weights/b2", 2), ElementsAre(113, 0));
}

TEST_F(SavedWeights, OfARunNotYetTrainedAreNaN) {
  const std::vector<float> both = read("weights/W1", 18);
  EXPECT_THAT(std::vector<float>(both.begin() + 9, both.end()), testing::Each(0.0f));
}

}  // namespace
}  // namespace runner::test
