#include "runner/report/page.hpp"

#include "runner/report/comparison.hpp"
#include "runner/report/figures.hpp"

#include "finding.hpp"
#include "report/hand_made.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using test::stored;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

/// The data within a page, as the browser reads it.
std::string data_text(const std::string& page) {
  const std::string begin = R"(<script type="application/json" id="data">)", end = "</script>";
  const std::size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find(end, from) - from);
}

Json data_of(const ResultsData& results) {
  return Json::parse(data_text(to_page(results)));
}

TEST(Page, HoldsWhatWasFoundAndMeasured) {
  const ResultsData made = results(4, {stored(spec(10), RunStatus::done, {0, 0.5f, 0.5f, 0.5f, 0.75f},
                                              {0, 0.5f, 0.5f, 0.5f, 0.625f}, {5, 4, 3, 2, 1}),
                                       stored(spec(50), RunStatus::done, {0, 0.5f, 1, 1, 1},
                                              {0, 0.5f, 0.5f, 0.5f, 0.5f}, {2, 1, 2, 3, 4})});
  const Json page = data_of(made);
  EXPECT_EQ(page["name"], "made");
  EXPECT_EQ(page["finding"], finding(compare(made)));
  EXPECT_EQ(page["chosen_by"], "test");
  EXPECT_EQ(page["configurations"], 2);
  EXPECT_EQ(page["best"], 0);
  EXPECT_EQ(page["widest"], 1);
  EXPECT_EQ(
      page["axes"],
      Json::parse(R"([{"name": "hidden_size", "words": false, "values": ["10", "50"], "at": [0, 1]}])"));
  EXPECT_EQ(page["columns"]["gap"], Json::parse("[0.125, 0.5]"));
  EXPECT_EQ(page["columns"]["gap_ci"], Json::parse("[null, null]"));
  EXPECT_EQ(page["columns"]["overfits_from"], Json::parse("[null, 2]"));
  EXPECT_EQ(page["columns"]["verdict"], Json::parse(R"(["fits", "overfits"])"));
  EXPECT_EQ(page["columns"]["stop_epoch"], Json::parse("[4, 1]"));
  EXPECT_EQ(page["curve_epochs"], Json::parse("[0, 1, 2, 3, 4]"));
  EXPECT_EQ(page["curves"][1]["test_loss"], Json::parse(R"({"mean": [2, 1, 2, 3, 4]})"));
  EXPECT_EQ(page["effects"][0]["axis"], "hidden_size");
  EXPECT_EQ(page["effects"][0]["values"][1]["gap"], Json::parse("[0.5, null]"));
  EXPECT_THAT(page["fixed"].get<std::string>(),
              HasSubstr("learning_rate 0.1, batch_size 100, loss cross_entropy"));
}

TEST(Page, HasTheNamesOfConditions) {
  const Json page = data_of(results(1, {ending(spec(10), 1, 0.5f), ending(spec(50), 1, 0.5f)}));
  const auto named = [&](const char* name) {
    for (const Json& one : page["names"])
      if (one["name"] == name) return one;
    return Json();
  };
  EXPECT_EQ(page["names"][0], Json::parse(R"({"name": "hidden_size"})"));
  EXPECT_EQ(named("batch_size"), Json::parse(R"({"name": "batch_size", "value": 100})"));
  EXPECT_EQ(named("loss"), Json::parse(R"({"name": "loss", "words": ["cross_entropy", "mean_squared_error"],
      "value": "cross_entropy"})"));
  EXPECT_EQ(named("gap"), Json::parse(R"({"name": "gap"})"));
  EXPECT_EQ(
      named("verdict"),
      Json::parse(
          R"({"name": "verdict", "words": ["diverged", "did_not_learn", "fits", "perhaps", "overfits"]})"));
  EXPECT_EQ(named("seed"), Json());
}

TEST(Page, HasIntervalsOfSeveralSeeds) {
  const Json page = data_of(results(1, {ending(spec(10, 1), 0.5f, 0.25f), ending(spec(10, 2), 1, 0.25f),
                                        ending(spec(10, 3), 0.75f, 0.25f)}));
  EXPECT_EQ(page["curves"][0]["train_accuracy"]["mean"], Json::parse("[0, 0.75]"));
  EXPECT_NEAR(page["curves"][0]["train_accuracy"]["half"][1].get<double>(), 0.62104, 1e-5);
  EXPECT_NEAR(page["columns"]["train_accuracy_ci"][0].get<double>(), 0.62104, 1e-5);
}

TEST(Page, HasAllDigitsOfWhatItPrints) {
  const ResultsData made = results(1, {ending(spec(10, 1), 0.1f, 0.25f), ending(spec(10, 2), 0.2f, 0.25f),
                                       ending(spec(10, 3), 0.4f, 0.25f)});
  const Json page = data_of(made);
  const Comparison comparison = compare(made);
  const Estimate expected = comparison.configurations[0].last[Metric::train_accuracy];
  EXPECT_EQ(page["columns"]["train_accuracy"][0].get<double>(), expected.mean);
  EXPECT_EQ(page["columns"]["train_accuracy_ci"][0].get<double>(), expected.half_width);
  EXPECT_EQ(page["curves"][0]["train_accuracy"]["mean"][1].get<double>(), expected.mean);
}

TEST(Page, OfNoRunsSaysSo) {
  for (const std::vector<StoredRun>& runs :
       {std::vector<StoredRun>{}, {stored(spec(10), RunStatus::pending, {0, 0}, {0, 0}, {0, 0})}}) {
    const Json page = data_of(results(1, runs));
    EXPECT_TRUE(page["best"].is_null());
    EXPECT_TRUE(page["widest"].is_null());
    EXPECT_EQ(page["ended"], 0);
    EXPECT_EQ(page["configurations"], runs.size());
  }
  EXPECT_EQ(data_of(results(1, {}))["finding"], "There are no runs.");
}

// Both gaps are 0.25 in six digits, and which is wider must not be found out from these.
TEST(Page, MarksWhatTheFindingNamesThoughTheDigitsOnItAreTheSame) {
  const ResultsData made = results(1, {ending(spec(10), 0.75f, 0.5f), ending(spec(20), 0.7500001f, 0.5f)});
  const Json page = data_of(made);
  EXPECT_NEAR(page["columns"]["gap"][0].get<double>(), page["columns"]["gap"][1].get<double>(), 1e-6);
  EXPECT_EQ(page["widest"], 1);
  EXPECT_EQ(page["best"], 0);
  EXPECT_THAT(page["finding"].get<std::string>(), HasSubstr("widest at 0.2500 (hidden_size 20)"));
}

TEST(Page, HasChangesAgainstTheFirstValue) {
  std::vector<StoredRun> runs;
  for (const std::int64_t seed : {1, 2, 3}) {
    runs.push_back(ending(spec(10, seed), 0.5f, 0.25f + 0.125f * static_cast<float>(seed)));
    runs.push_back(ending(spec(50, seed), 0.5f, 0.375f + 0.125f * static_cast<float>(seed)));
  }
  const Json values = data_of(results(1, runs))["effects"][0]["values"];
  EXPECT_EQ(values[1]["test_change"], Json::parse("[0.125, 0]"));
  EXPECT_EQ(values[1]["gap_change"], Json::parse("[-0.125, 0]"));
}

TEST(Page, HasWhatCompareWritesAsCsv) {
  const ResultsData made = results(1, {ending(spec(10), 0.75f, 0.5f), ending(spec(20), 0.5f, 0.5f)});
  const Json csv = data_of(made)["csv"];
  ASSERT_EQ(csv["rows"].size(), 2U);
  EXPECT_EQ(
      csv["head"].get<std::string>() + csv["rows"][0].get<std::string>() + csv["rows"][1].get<std::string>(),
      to_csv(compare(made)));
}

TEST(Page, HasSingleSeedsWhereTheyAreFew) {
  const Json few = data_of(results(1, {ending(spec(10, 1), 0.5f, 0.25f), ending(spec(10, 2), 1, 0.5f)}));
  ASSERT_EQ(few["seed_curves"][0].size(), 2U);
  EXPECT_EQ(few["seed_curves"][0][1]["seed"], 2);
  EXPECT_EQ(few["seed_curves"][0][1]["test_accuracy"], Json::parse("[0, 0.5]"));
  // 4 numbers for each of 40,000 epochs, twice: more than 300,000.
  const std::vector<float> flat(40'001, 0.5f);
  const Json many = data_of(results(40'000, {stored(spec(10, 1), RunStatus::done, flat, flat, flat),
                                             stored(spec(10, 2), RunStatus::done, flat, flat, flat)}));
  EXPECT_TRUE(many["seed_curves"].is_null());
  EXPECT_EQ(many["seed_numbers"], 320'008);
}

TEST(Page, OfSeveralFilesHasThemAsAnAxis) {
  std::vector<ResultsData> files{
      results(1, {ending(spec(10), 0.75f, 0.5f)}),
      results(2, {stored(spec(10), RunStatus::done, {0, 0.5f, 1}, {0, 0.5f, 0.5f}, {3, 2, 1})})};
  files[0].name = "first";
  files[1].name = "second";
  const Json page = Json::parse(data_text(to_page(files, 3)));
  EXPECT_EQ(page["name"], "first and second");
  EXPECT_EQ(page["kept"], 3);
  EXPECT_EQ(page["axes"][0],
            Json::parse(R"({"name": "file", "words": true, "values": ["first", "second"], "at": [0, 1]})"));
  EXPECT_EQ(page["names"][0], Json::parse(R"({"name": "file", "words": ["first", "second"]})"));
  EXPECT_EQ(page["curves"][0]["test_loss"]["mean"].size(), 2U);
  EXPECT_EQ(page["curves"][1]["test_loss"]["mean"].size(), 3U);
  EXPECT_FALSE(page["differences"].empty());
}

TEST(Page, WhateverIsInTheConfigStaysText) {
  ResultsData hostile = results(1, {ending(spec(10), 1, 0.5f)});
  hostile.name = "</script><img src=x onerror=alert(1)>";
  hostile.effective_config = R"({"description": "<!--<script>"})";
  hostile.origin.config_text = "@PAGE_DATA@ </script> \xff";
  hostile.origin.processor = "</SCRIPT>";
  const std::string page = to_page(hostile);
  EXPECT_THAT(page, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(data_text(page), Not(HasSubstr("<")));
  const Json data = Json::parse(data_text(page));
  EXPECT_EQ(data["name"], hostile.name);
  EXPECT_EQ(data["description"], "<!--<script>");
  EXPECT_EQ(data["config"], "@PAGE_DATA@ </script> \xEF\xBF\xBD");
}

TEST(Page, NeedsNothingButItself) {
  const std::string page = to_page(results(1, {ending(spec(10), 1, 0.5f)}));
  EXPECT_THAT(page, HasSubstr("Chart.js v3"));
  EXPECT_THAT(page, HasSubstr("Released under the MIT License"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("@STYLE@")));
  EXPECT_THAT(page, Not(HasSubstr("@SCRIPT@")));
  EXPECT_THAT(page, Not(HasSubstr("@CHART@")));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_LT(page.size(), 400'000u);
}

TEST(Page, ThinsOutCurvesThatWouldMakeItLarge) {
  std::vector<StoredRun> runs;
  const std::vector<float> long_curve(1001, 0.5f);
  for (std::int32_t hidden = 1; hidden <= 1000; ++hidden)
    runs.push_back(stored(spec(hidden), RunStatus::done, long_curve, long_curve, long_curve));
  const Json page = data_of(results(1000, std::move(runs)));
  const std::size_t drawn = page["curve_epochs"].size();
  EXPECT_EQ(drawn, 375u);  // 1,500,000 / (1,000 configurations × 4 metrics)
  EXPECT_EQ(page["curve_epochs"][0], 0);
  EXPECT_EQ(page["curve_epochs"][drawn - 1], 1000);
  EXPECT_EQ(page["curves"][999]["train_loss"]["mean"].size(), drawn);
}

TEST(Page, HasTheHeatMapsAndColoursOfTheFigures) {
  std::vector<StoredRun> runs;
  for (const std::int32_t hidden : {10, 20, 40})
    for (const double rate : {0.1, 1.0})
      runs.push_back(ending(spec(hidden, 1, rate), 1, 0.5f + static_cast<float>(hidden) / 160));
  runs[0].curves[Metric::train_loss] = {2.5f, 2.5f};  // it did not learn
  const ResultsData made = results(1, runs);
  const Json page = data_of(made);
  ASSERT_EQ(page["maps"].size(), 1u);
  const Json& map = page["maps"][0];
  EXPECT_EQ(map["rows"], "learning_rate");
  EXPECT_EQ(map["columns"], "hidden_size");
  EXPECT_EQ(map["gap"]["means"], Json::parse("[null, 0.375, 0.25, 0.4375, 0.375, 0.25]"));
  EXPECT_EQ(map["gap"]["shades"][1], 170);  // (0.375 − 0.25) / (0.4375 − 0.25) of 255
  EXPECT_EQ(map["gap"]["shades"][2], 0);
  EXPECT_EQ(map["gap"]["shades"][3], 255);
  ASSERT_EQ(page["colours"].size(), 256u);
  EXPECT_EQ(page["colours"][0], Json::parse(R"(["#00224e", "#fff"])"));
  EXPECT_EQ(page["colours"][255], Json::parse(R"(["#fee838", "#000"])"));
  for (const Figure& figure : figures(made)) {
    if (figure.name != "gap_learning_rate_hidden_size.svg") continue;
    for (const std::size_t cell : {std::size_t{1}, std::size_t{2}, std::size_t{3}})
      EXPECT_THAT(
          figure.svg,
          HasSubstr(page["colours"][map["gap"]["shades"][cell].get<std::size_t>()][0].get<std::string>()));
  }
}

TEST(Page, HasNoHeatMapOfMoreThanAHundredValues) {
  std::vector<StoredRun> runs;
  for (int i = 0; i < 202; ++i)
    runs.push_back(ending(spec(1 + i / 2, 1, i % 2 == 0 ? 0.1 : 1.0), 0.9f, 0.8f));
  EXPECT_EQ(data_of(results(1, runs))["maps"], Json::array());
}

TEST(Page, SaysWhichAxesAreLogarithmic) {
  const auto logarithmic = [](const std::vector<std::int32_t>& hidden_sizes) {
    std::vector<StoredRun> runs;
    for (const std::int32_t hidden : hidden_sizes) runs.push_back(ending(spec(hidden), 1, 0.5f));
    return data_of(results(1, runs))["effects"][0]["logarithmic"].get<bool>();
  };
  EXPECT_TRUE(logarithmic({50, 100, 200}));
  EXPECT_FALSE(logarithmic({50, 100, 150, 200, 250}));
  EXPECT_TRUE(logarithmic({10, 100}));
  EXPECT_FALSE(logarithmic({50, 100}));
}

TEST(Page, SaysWhetherLossesAreLogarithmicAtFirst) {
  const auto logarithmic = [](float last) {
    return data_of(results(
        2, {stored(spec(10), RunStatus::done, {0, 0.5f, 1}, {0, 0.5f, 1}, {2, 1, last})}))["logarithmic_loss"]
        .get<bool>();
  };
  EXPECT_TRUE(logarithmic(0.0124f));  // of the training loss's 1.25
  EXPECT_FALSE(logarithmic(0.0126f));
}

TEST(Page, HasEachRunThatIsDone) {
  std::vector<StoredRun> runs{ending(spec(10, 1), 0.75f, 0.5f), ending(spec(20, 1), 1, 0.5f),
                              ending(spec(10, 2), 0.5f, 0.25f)};
  runs[1].status = RunStatus::diverged;
  EXPECT_EQ(
      data_of(results(1, runs))["runs_done"],
      Json::parse(
          R"({"configuration": [0, 0], "seed": [1, 2], "accuracy": [0.5, 0.25], "gap": [0.25, 0.25]})"));
}

TEST(Page, PutsValuesThatWereDrawnIntoBins) {
  std::vector<StoredRun> runs;
  for (int k = 1; k <= 20; ++k) {
    RunSpec s = spec(10, 1, 0.001 * std::pow(1.5, k));
    s.weight_decay = 1e-6 * ((8 * k) % 21);
    runs.push_back(ending(s, 1, 0.5f + 0.01f * static_cast<float>(k)));
  }
  const Json page = data_of(results(1, runs));
  EXPECT_EQ(page["logarithmic_axes"], Json::parse(R"(["learning_rate"])"));
  EXPECT_EQ(page["bins"]["weight_decay"]["values"][0], "1e-06 to 4e-06");
  EXPECT_EQ(page["bins"]["weight_decay"]["at"][1], 3);  // 16e-6 of 1 … 20e-6
  EXPECT_EQ(page["maps"][0]["gap"]["means"].size(), 25u);
  EXPECT_EQ(page["effects"][0]["samples"], 20);
  EXPECT_EQ(page["effects"][0]["values"].size(), 4u);
  EXPECT_EQ(page["importance"][0]["method"], "samples");
  EXPECT_THAT(page["importance"][0]["note"].get<std::string>(),
              testing::MatchesRegex("Importance of parameters: shares of .* configurations\\. What each .*"));
  EXPECT_EQ(page["importance"][0]["terms"][0]["name"], "learning_rate");
  EXPECT_EQ(page["importance"][0]["terms"][2]["name"], "rest");
  EXPECT_EQ(data_of(results(1, {ending(spec(10), 1, 0.5f), ending(spec(20), 1, 0.5f)}))["bins"],
            Json::object());
}

TEST(Page, TakesWordsAsAnAxis) {
  std::vector<StoredRun> runs{ending(spec(10), 1, 0.5f), ending(spec(10), 1, 0.25f)};
  runs[1].run.spec.loss = Loss::mean_squared_error;
  const Json page = data_of(results(1, runs));
  EXPECT_EQ(page["axes"], Json::parse(R"([{"name": "loss", "words": true,
      "values": ["cross_entropy", "mean_squared_error"], "at": [0, 1]}])"));
}

}  // namespace
}  // namespace runner
