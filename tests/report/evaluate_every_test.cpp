// Comparisons, figures, pages and the live view of files that do not have every epoch: an epoch is what was
// trained, not its place in the file.

#include "runner/report/comparison.hpp"
#include "runner/report/curves.hpp"
#include "runner/report/effect.hpp"
#include "runner/report/figures.hpp"
#include "runner/report/live.hpp"
#include "runner/report/page.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using test::results;
using test::spec;
using test::stored;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

const RecordedEpochs every_ten(40, 10);

/// Five epochs, 0, 10, 20, 30, 40 with every_ten. Its test accuracy is best at the third; behind the second
/// it overfits.
StoredRun overfitting(const RunSpec& its) {
  return stored(its, RunStatus::done, {0, 0.5f, 1, 1, 1}, {0, 0.5f, 0.625f, 0.5f, 0.5f}, {2, 1, 2, 3, 4});
}

Json data_in(const std::string& page) {
  const std::string begin = R"(<script type="application/json" id="data">)";
  const std::size_t from = page.find(begin) + begin.size();
  return Json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(AComparisonOfSomeEpochs, NamesTheEpochs) {
  const Comparison comparison = compare(results(every_ten, {overfitting(spec(10))}));
  EXPECT_EQ(comparison.epochs, 40);
  const ConfigurationSummary& only = comparison.configurations.at(0);
  EXPECT_EQ(only.epochs, 40);
  EXPECT_EQ(only.best_epoch, 20);
  EXPECT_EQ(only.best_test_accuracy.mean, 0.625);
  EXPECT_EQ(only.last[Metric::test_loss].mean, 4);
  EXPECT_EQ(only.verdict, Verdict::overfits);
  EXPECT_EQ(only.stop_epoch, 10);
  EXPECT_EQ(only.overfits_from, 20);
  EXPECT_EQ(only.stopping_gain.mean, 0);  // 0.5 at epoch 10, too
  const std::string table = to_table(comparison);
  EXPECT_THAT(table, HasSubstr("made: 40 epochs"));
  EXPECT_THAT(table, HasSubstr("@ 20"));
  EXPECT_THAT(table, HasSubstr("overfits @ 20"));
  EXPECT_THAT(table, HasSubstr("stopping at epoch 10"));
  EXPECT_THAT(to_json(comparison), HasSubstr("\"best_epoch\": 20,"));
  EXPECT_THAT(to_csv(comparison), HasSubstr(",40,20,0.625,"));
}

// The same curves, as if every epoch were one of them.
TEST(AComparisonOfSomeEpochs, JudgesByWhatIsRecorded) {
  const Comparison some = compare(results(every_ten, {overfitting(spec(10))}));
  const Comparison all = compare(results(4, {overfitting(spec(10))}));
  const ConfigurationSummary &a = some.configurations.at(0), &b = all.configurations.at(0);
  EXPECT_EQ(a.verdict, b.verdict);
  EXPECT_EQ(a.overfits_from, 10 * b.overfits_from);
  EXPECT_EQ(a.stop_epoch, 10 * b.stop_epoch);
  EXPECT_EQ(a.best_epoch, 10 * b.best_epoch);
}

TEST(AComparisonOfSomeEpochs, IsOfTheLastThatAllSeedsHave) {
  StoredRun one = overfitting(spec(10, 1)), other = overfitting(spec(10, 2));
  one.status = other.status = RunStatus::running;
  other.epochs_done = 2;  // its place
  const Comparison comparison = compare(results(every_ten, {one, other}));
  EXPECT_EQ(comparison.configurations.at(0).epochs, 20);
  EXPECT_EQ(comparison.configurations.at(0).last[Metric::test_loss].mean, 2);
}

TEST(AComparisonOfSomeEpochs, EndsWhereItIsToldTo) {
  ResultsData data = results(every_ten, {overfitting(spec(10))});
  keep_epochs(data, 20);
  EXPECT_EQ(data.epochs(), 20);
  EXPECT_EQ(data.runs[0].epochs_done, 20);
  EXPECT_EQ(data.runs[0].status, RunStatus::done);
  EXPECT_THAT(data.runs[0].curves[Metric::test_loss], ElementsAre(2, 1, 2));
  keep_epochs(data, 19);  // which is not recorded
  EXPECT_EQ(data.recorded, RecordedEpochs(10, 10));
  EXPECT_EQ(data.runs[0].epochs_done, 10);
}

TEST(AComparisonOfSomeEpochs, TakesNoShardsTogetherThatHaveOtherEpochs) {
  const auto shard = [](const RecordedEpochs& recorded, std::int32_t index) {
    ResultsData data = results(recorded, {overfitting(spec(10 + index))});
    data.runs[0].run.index = index;
    data.runs[0].run.digest = std::string(32, static_cast<char>('a' + index));
    return data;
  };
  EXPECT_EQ(pool_shards({shard(every_ten, 0), shard(every_ten, 1)}).size(), 1u);
  EXPECT_EQ(pool_shards({shard(every_ten, 0), shard(RecordedEpochs({0, 1, 20, 30, 40}), 1)}).size(), 2u);
}

TEST(AnEffect, IsMeasuredAfterTheLastEpoch) {
  const Effect effect =
      effect_of(results(every_ten, {overfitting(spec(10)), overfitting(spec(20))}), "hidden_size");
  ASSERT_EQ(effect.values.size(), 2u);
  EXPECT_EQ(effect.values[0].test_accuracy.mean, 0.5);
}

/// The x of the points of the first line in a figure of learning curves.
std::vector<double> positions(const ResultsData& data) {
  const std::vector<Figure> all = figures(data);
  const std::string& svg = std::find_if(all.begin(), all.end(), [](const Figure& f) {
                             return f.name == "learning_curves.svg";
                           })->svg;
  // The grid is many strokes, a curve is one.
  const std::regex stroke("<path d=\"([^\"]*)\" fill=\"none\""), point("[ML]([0-9.]+)[ ,][0-9.]+");
  for (std::sregex_iterator line(svg.begin(), svg.end(), stroke), none; line != none; ++line) {
    const std::string points = (*line)[1];
    std::vector<double> x;
    for (std::sregex_iterator at(points.begin(), points.end(), point); at != none; ++at)
      x.push_back(std::stod((*at)[1]));
    if (x.size() > 2 && std::count(points.begin(), points.end(), 'M') == 1) return x;
  }
  return {};
}

TEST(AFigureOfSomeEpochs, HasThemWhereTheyAre) {
  const std::vector<double> x = positions(
      results(RecordedEpochs({0, 10, 20, 40}),
              {stored(spec(10), RunStatus::done, {0, 0.5f, 0.75f, 1}, {0, 0.5f, 0.5f, 0.5f}, {3, 2, 1, 1})}));
  ASSERT_EQ(x.size(), 3u);
  EXPECT_NEAR(x[2] - x[1], 2 * (x[1] - x[0]), 0.2);
}

TEST(APageOfSomeEpochs, HasThemOnItsAxis) {
  const Json page = data_in(to_page(results(every_ten, {overfitting(spec(10)), overfitting(spec(20))})));
  EXPECT_EQ(page["epochs"], 40);
  EXPECT_EQ(page["recorded_epochs"], 5);
  EXPECT_EQ(page["curve_epochs"], Json::parse("[0, 10, 20, 30, 40]"));
  EXPECT_EQ(page["curves"][0]["test_loss"], Json::parse(R"({"mean": [2, 1, 2, 3, 4]})"));
  EXPECT_FALSE(page["curves"][0].contains("epochs"));
  EXPECT_EQ(page["seed_curves"][1][0]["test_loss"], Json::parse("[2, 1, 2, 3, 4]"));
  EXPECT_EQ(page["columns"]["best_epoch"], Json::parse("[20, 20]"));
  EXPECT_EQ(page["columns"]["stop_epoch"], Json::parse("[10, 10]"));
}

TEST(APageOfSomeEpochs, HasThoseOfEachFile) {
  std::array files{results(every_ten, {overfitting(spec(10))}), results(4, {overfitting(spec(10))}),
                   results(RecordedEpochs({0, 1, 2, 30, 31}), {overfitting(spec(10))})};
  for (std::size_t f = 0; f < files.size(); ++f) files[f].file = std::to_string(f);
  const Json page = data_in(to_page(files));
  EXPECT_EQ(page["curve_epochs"], Json::parse("[0, 1, 2, 3, 4, 10, 20, 30, 31, 40]"));
  EXPECT_EQ(page["recorded_epochs"], 10);
  EXPECT_EQ(page["curves"][0]["epochs"], Json::parse("[0, 10, 20, 30, 40]"));
  EXPECT_FALSE(page["curves"][1].contains("epochs"));
  EXPECT_EQ(page["curves"][2]["epochs"], Json::parse("[0, 1, 2, 30, 31]"));
  EXPECT_EQ(page["curves"][2]["test_loss"]["mean"].size(), 5u);
}

TEST(TheLiveView, NamesTheEpochOfARun) {
  StoredRun run = overfitting(spec(10));
  run.status = RunStatus::running;
  run.epochs_done = 3;  // its place
  ResultsData data = results(every_ten, {run});
  const Standing standing = standing_of(data);
  EXPECT_EQ(standing.epochs_done, 30u);
  EXPECT_EQ(standing.epochs, 40u);
  const std::string screen = to_screen(data, "");
  EXPECT_THAT(screen, HasSubstr("30/40 epochs, 75 %"));
  EXPECT_THAT(screen, HasSubstr("\n   30  1.0000  0.5000"));
}

}  // namespace
}  // namespace runner
