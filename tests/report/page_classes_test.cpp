#include "page_classes.hpp"

#include "report/hand_made.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using Json = nlohmann::json;

/// Three images of 1 × 2 pixels in two classes, and a run for each hidden size, of which that of 20 is the
/// best.
ResultsData made(const std::vector<std::int32_t>& hidden_sizes) {
  std::vector<StoredRun> runs;
  for (const std::int32_t hidden : hidden_sizes) {
    runs.push_back(ending(spec(hidden), 0.75f, hidden == 20 ? 0.5f : 0.25f));
    runs.back().predictions_epoch = 1;
  }
  ResultsData data = results(1, std::move(runs));
  data.origin.data.rows = 1;
  data.origin.data.columns = data.origin.data.pixels = data.origin.data.classes = 2;
  data.origin.data.test_labels = {0, 1, 1};
  return data;
}

/// One image right; all others are taken for the other class.
Labels predicted(const StoredRun& run) {
  return run.run.spec.hidden_size == 20 ? Labels{0, 0, 0} : Labels{1, 0, 1};
}

Json on_page(const ResultsData& file, const TestImages& images = {}) {
  const Predictions predictions = predicted;
  return classes_on_page({&file, 1}, compare(file), {&predictions, 1}, {&images, 1});
}

TEST(PageClasses, AreThoseOfEachConfiguration) {
  const Json page = on_page(made({10, 20}));
  EXPECT_EQ(page["left_out"], 0);
  ASSERT_EQ(page["of"].size(), 2u);
  EXPECT_EQ(page["of"][0]["confusion"], Json::parse("[0, 1, 1, 1]"));
  EXPECT_EQ(page["of"][1]["confusion"], Json::parse("[1, 0, 2, 0]"));
  EXPECT_EQ(page["of"][1]["recall"], Json::parse("[[1], [0]]"));
  EXPECT_EQ(page["of"][1]["epochs"], Json::parse("[1, 1]"));
  EXPECT_EQ(page["of"][1]["runs"], 1);
  EXPECT_EQ(page["files"][0]["names"], Json::parse(R"(["0", "1"])"));
  EXPECT_EQ(page["files"][0]["images"], Json::parse("[1, 2]"));
  EXPECT_EQ(page["files"][0]["misclassified"], Json::parse("[[1, 1, 0, 2], [0, 0, 1, 1], [2, 1, 0, 1]]"));
}

TEST(PageClasses, HaveTheSpreadThatIsKnown) {
  ResultsData two = made({10, 20});
  two.runs[0].run.spec.seed = 2;
  two.runs[0].run.spec.hidden_size = 20;
  const auto of_seed = [](const StoredRun& run) {
    return run.run.spec.seed == 1 ? Labels{0, 0, 0} : Labels{0, 1, 0};
  };
  const Predictions predictions = of_seed;
  const Json page = classes_on_page({&two, 1}, compare(two), {&predictions, 1}, {});
  EXPECT_EQ(page["of"][0]["recall"], Json::parse("[[1], [0.25, null, 0, 0.5]]"));
  EXPECT_EQ(page["of"][0]["confusion"], Json::parse("[2, 0, 3, 1]"));
}

TEST(PageClasses, HaveTheBytesOfTheImages) {
  TestImages images{{1, 2, 3, 4, 250, 255}, {}};
  EXPECT_EQ(on_page(made({10, 20}), images)["files"][0]["pixels"], "AwQBAvr/");  // images 1, 0, 2
  images.pixels.clear();
  images.missing = "they are\x1b gone";
  const Json gone = on_page(made({10, 20}), images)["files"][0];
  EXPECT_EQ(gone["pixels"], "");
  EXPECT_EQ(gone["no_pixels"], "they are� gone");
}

TEST(PageClasses, DrawNoMoreImagesThanThereIsRoomFor) {
  ResultsData large = made({10});
  large.origin.data.rows = 1;
  large.origin.data.pixels = large.origin.data.columns = most_image_pixels;
  const TestImages images{std::vector<std::uint8_t>(3 * most_image_pixels), {}};
  const Json file = on_page(large, images)["files"][0];
  EXPECT_EQ(file["misclassified"].size(), 2u);
  EXPECT_EQ(file["pixels"].get<std::string>().size(), most_image_pixels / 3 * 4);
}

TEST(PageClasses, DrawNoImagesThatAreNoGreyPictures) {
  ResultsData colours = made({10});
  colours.origin.data.rows = colours.origin.data.columns = 2;
  colours.origin.data.pixels = 12;
  const TestImages images{std::vector<std::uint8_t>(12 * colours.origin.data.test_labels.size()), {}};
  const Json file = on_page(colours, images)["files"][0];
  EXPECT_EQ(file["pixels"], "");
  EXPECT_EQ(file["no_pixels"], "their 12 numbers are no grey picture");
  EXPECT_EQ(file["rows"], 0);
}

TEST(PageClasses, AreNoneWithoutPredictions) {
  ResultsData without = made({10, 20});
  without.origin.data.test_labels.clear();
  const Json page = on_page(without);
  EXPECT_EQ(page["files"], Json::parse("[null]"));
  EXPECT_EQ(page["of"], Json::parse("[null, null]"));
  ResultsData some = made({10, 20});
  some.runs[0].predictions_epoch = -1;
  EXPECT_TRUE(on_page(some)["of"][0].is_null());
  EXPECT_EQ(on_page(some)["files"][0]["runs"], 1);
}

TEST(PageClasses, LeaveOutTheWorstWhereThereAreTooMany) {
  ResultsData many = made({16, 17, 18, 19, 20});
  many.origin.data.classes = 250;
  ASSERT_EQ(most_class_numbers / (250 * (250 + 2 * 4)), 4u);
  const Json page = on_page(many);
  EXPECT_EQ(page["left_out"], 1);
  EXPECT_FALSE(page["of"][4].is_null());  // hidden_size 20, the best
  EXPECT_TRUE(page["of"][3].is_null());
}

}  // namespace
}  // namespace runner
