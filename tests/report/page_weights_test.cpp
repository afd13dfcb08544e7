#include "page_weights.hpp"

#include "runner/report/page.hpp"
#include "runner/results/results_file.hpp"

#include "report/hand_made.hpp"
#include "results/example.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

using Json = nlohmann::ordered_json;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(UseOfUnits, IsTheNormOfWhatComesInTimesThatOfWhatGoesOut) {
  // Two pixels, three units, two classes: columns (3, 4), (1, 0), (0, 0); rows (1, 0), (6, 8), (5, 5).
  const Weights weights{{3, 1, 0, 4, 0, 0}, {0, 9, 9}, {1, 0, 6, 8, 5, 5}, {9, 9}};
  EXPECT_THAT(use_of_units(weights), ElementsAre(DoubleNear(5, 1e-12), DoubleNear(10, 1e-12), 0));
}

TEST(UseOfUnits, SquaredIsTheSumOverThePathsThroughTheUnit) {
  const Weights weights{{0.5f, 2, -1, 3}, {0, 0}, {1, -2, 4, 0.25f}, {0, 0}};
  const std::vector<double> use = use_of_units(weights);
  for (std::size_t unit = 0; unit < 2; ++unit) {
    double paths = 0;
    for (std::size_t p = 0; p < 2; ++p)
      for (std::size_t c = 0; c < 2; ++c)
        paths += std::pow(static_cast<double>(weights.W1[2 * p + unit] * weights.W2[2 * unit + c]), 2);
    EXPECT_NEAR(use[unit] * use[unit], paths, 1e-9);
  }
}

TEST(SignedPicture, IsInStepsOfItsLargestMagnitude) {
  const SignedPicture picture = signed_picture(std::vector<float>{-2, -1, 0, 0.5f, 2});
  EXPECT_EQ(picture.most, 2);
  ASSERT_EQ(picture.pixels.size(), 5u);
  const auto step = [&](std::size_t k) { return picture.pixels[k] - 80; };
  EXPECT_EQ(step(0), -45);
  EXPECT_EQ(step(1), -23);
  EXPECT_EQ(step(2), 0);
  EXPECT_EQ(step(3), 11);
  EXPECT_EQ(step(4), 45);
  EXPECT_EQ(picture.pixels.front(), '#');
  EXPECT_EQ(picture.pixels.back(), '}');
}

TEST(SignedPicture, OfZerosIsOfZeros) {
  EXPECT_EQ(signed_picture(std::vector<float>(3, 0)).pixels, "PPP");
  EXPECT_EQ(signed_picture(std::vector<float>(3, 0)).most, 0);
}

/// Runs of two hidden units, (learning_rate, seed) = (0.1, 1), (0.1, 2), (0.5, 1), (0.5, 2), with images of
/// 2 × 3 pixels and two classes.
class PageWeights : public testing::Test {
 protected:
  /// Weights that tell what they are of: the columns of W1 are (1, …, 6)·first and −(1, …, 6)·second.
  static Weights weights(float first, float second) {
    Weights all{{}, {0, 0}, {1, 0, 0, 1}, {0, 0}};
    for (int p = 1; p <= 6; ++p) {
      all.W1.push_back(first * static_cast<float>(p));
      all.W1.push_back(-second * static_cast<float>(p));
    }
    return all;
  }

  void write(ResultsFile& file, std::size_t run, const Weights& last, float test_accuracy,
             RunStatus status = RunStatus::done) {
    for (const int epoch : {0, 1}) {
      TrainedEpoch record = record_of(run, epoch, epoch == 0 ? RunStatus::running : status);
      record.metrics[Metric::train_loss] = epoch == 0 ? 2.5f : 0.1f;
      record.metrics[Metric::train_accuracy] = 1;
      record.metrics[Metric::test_accuracy] = epoch == 0 ? 0 : test_accuracy;
      record.state = [epoch, &last] { return TrainingState{epoch == 0 ? weights(0.5f, 0.25f) : last, {}}; };
      file.on_epoch({&record, 1});
    }
  }

  Sweep of(const std::string& more = R"(, "save_weights": true)") const {
    return sweep_of(
        R"({"hidden_size": 2, "batch_size": 10, "epochs": 1, "learning_rate": [0.1, 0.5], "seed": [1, 2])" +
            more + "}",
        data);
  }

  Json page_of(const ResultsData& results) const { return weights_on_page({&results, 1}, compare(results)); }

  const Dataset data = tiny_dataset(20, 10, 2, 3, 2);
  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "x.h5";
};

TEST_F(PageWeights, AreOfTheFirstSeedOfEachConfigurationTheBestFirst) {
  {
    ResultsFile file(path, of(), data, example_provenance, {});
    const Weights some = weights(1, 2);
    for (const std::size_t run : {0u, 1u, 2u, 3u}) write(file, run, some, run < 2 ? 0.5f : 0.875f);
    file.close();
  }
  const Json page = page_of(read_results(path));
  EXPECT_EQ(page["configurations"], 2);
  EXPECT_EQ(page["why_not"], "");
  ASSERT_EQ(page["runs"].size(), 2u);
  EXPECT_EQ(page["runs"][0]["configuration"], 1);
  EXPECT_EQ(page["runs"][1]["configuration"], 0);
  const Json& run = page["runs"][0];
  EXPECT_EQ(run["seed"], 1);
  EXPECT_EQ(run["epoch"], 1);
  EXPECT_EQ(run["hidden"], 2);
  EXPECT_EQ(run["classes"], (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(run["rows"], 2);
  EXPECT_EQ(run["columns"], 3);
  ASSERT_EQ(run["units"].size(), 2u);
  // The second unit is used twice as much, and negative.
  EXPECT_EQ(run["units"][0]["unit"], 1);
  EXPECT_EQ(run["units"][0]["use"], 1);
  EXPECT_EQ(run["units"][0]["class"], 1);
  EXPECT_EQ(run["units"][0]["before"][0], 1.5);
  EXPECT_EQ(run["units"][0]["after"][0], 12);
  EXPECT_EQ(run["units"][0]["after"][1], signed_picture(std::vector<float>{-1, -2, -3, -4, -5, -6}).pixels);
  EXPECT_EQ(run["units"][1]["unit"], 0);
  EXPECT_EQ(run["units"][1]["use"], 0.5);
  EXPECT_EQ(run["units"][1]["class"], 0);
}

TEST_F(PageWeights, AreNotOfRunsThatDivergedOrHaveNotBegunOrWhoseWeightsAreNoNumbers) {
  {
    ResultsFile file(path, of(), data, example_provenance, {});
    Weights some = weights(1, 2);
    write(file, 0, some, 0.5f, RunStatus::diverged);
    write(file, 2, some, 0.5f);
    some.W2[0] = std::numeric_limits<float>::infinity();
    write(file, 1, some, 0.5f);
    file.close();
  }
  const Json page = page_of(read_results(path));
  ASSERT_EQ(page["runs"].size(), 1u);
  EXPECT_EQ(page["runs"][0]["configuration"], 1);
}

TEST_F(PageWeights, AreFoundWhereRunsWereTakenAwayAndFilesPooled) {
  const Sweep whole = of();
  std::vector<ResultsData> files;
  for (const std::size_t half : {0u, 1u}) {
    Sweep share = whole;
    share.runs.assign(whole.runs.begin() + static_cast<std::ptrdiff_t>(2 * half),
                      whole.runs.begin() + static_cast<std::ptrdiff_t>(2 * half) + 2);
    const auto part = folder / ("part-" + std::to_string(half) + ".h5");
    ResultsFile file(part, share, data, example_provenance, {});
    const Weights first = weights(1, half == 0 ? 2 : 3), second = weights(1, half == 0 ? 4 : 5);
    write(file, 0, first, 0.5f);
    write(file, 1, second, 0.5f);
    file.close();
    files.push_back(read_results(part));
    files.back().runs.erase(files.back().runs.begin());  // the seed 1
  }
  const std::vector<ResultsData> pooled = pool_shards(std::move(files));
  ASSERT_EQ(pooled.size(), 1u);
  const Json page = page_of(pooled.front());
  ASSERT_EQ(page["runs"].size(), 2u);
  for (const Json& run : page["runs"]) {
    EXPECT_EQ(run["seed"], 2);
    EXPECT_EQ(run["units"][0]["after"][0], run["configuration"] == 0 ? 24 : 30);
  }
}

TEST_F(PageWeights, ThatAreNotThereMakeNoPictures) {
  {
    ResultsFile file(path, of(""), data, example_provenance, {});
    for (const std::size_t run : {0u, 1u, 2u, 3u}) write(file, run, {}, 0.5f);
    file.close();
  }
  for (const ResultsData& results :
       {read_results(path), test::results(1, {ending(spec(10), 1, 0.5f)}), test::results(1, {})}) {
    const Json page = page_of(results);
    EXPECT_EQ(page["runs"], Json::array());
    EXPECT_EQ(page["configurations"], 0);
    EXPECT_EQ(page["why_not"], "");
  }
}

TEST_F(PageWeights, OfImagesOfUnknownShapeAreASquareOrSaidToBeNone) {
  {
    ResultsFile file(path, of(), data, example_provenance, {});
    const Weights some = weights(1, 2);
    for (const std::size_t run : {0u, 1u, 2u, 3u}) write(file, run, some, 0.5f);
    file.close();
  }
  ResultsData results = read_results(path);
  results.origin.data.rows = results.origin.data.columns = 0;  // as of an earlier layout
  Json page = page_of(results);
  EXPECT_EQ(page["runs"], Json::array());
  EXPECT_EQ(page["why_not"], "the 6 numbers of an image of x.h5 do not form a grey picture");
  results.origin.data.pixels = 4;  // more likely columns of a table
  EXPECT_EQ(page_of(results)["why_not"], "the 4 numbers of an image of x.h5 do not form a grey picture");
  results.origin.data.rows = 1;
  results.origin.data.columns = 2;
  results.origin.data.pixels = 6;  // colours
  EXPECT_EQ(page_of(results)["why_not"], "the 6 numbers of an image of x.h5 do not form a grey picture");
  results.origin.data.rows = results.origin.data.columns = 200;
  results.origin.data.pixels = 40'000;
  EXPECT_EQ(page_of(results)["why_not"], "images of 200 × 200 pixels are too large for this page");
}

TEST_F(PageWeights, AreOfAFewUnitsOfAFewConfigurations) {
  const Dataset large = tiny_dataset(20, 10, 28, 28, 2);
  const Sweep sweep = sweep_of(
      R"({"hidden_size": 40, "batch_size": 10, "epochs": 1, "learning_rate": [1, 2, 3, 4, 5, 6, 7, 8], "save_weights": true})",
      large);
  {
    ResultsFile file(path, sweep, large, example_provenance, {});
    const Weights ones = constant_weights({784, 40, 2}, 1);
    for (std::size_t run = 0; run < 8; ++run) {
      for (const int epoch : {0, 1}) {
        TrainedEpoch record = record_of(run, epoch, epoch == 0 ? RunStatus::running : RunStatus::done);
        record.metrics[Metric::train_accuracy] = record.metrics[Metric::test_accuracy] = 0.5f;
        record.state = [&ones] { return TrainingState{ones, {}}; };
        file.on_epoch({&record, 1});
      }
    }
    file.close();
  }
  ResultsData results = read_results(path);
  const Json page = page_of(results);
  EXPECT_EQ(page["configurations"], 8);
  ASSERT_EQ(page["runs"].size(), 6u);
  for (const Json& run : page["runs"]) EXPECT_EQ(run["units"].size(), 24u);
  results.origin.data.rows = results.origin.data.columns = 0;
  EXPECT_EQ(page_of(results), page);  // as they may be a square, they are taken for one
}

}  // namespace
}  // namespace runner::test
