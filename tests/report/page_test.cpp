#include "runner/report/page.hpp"

#include "runner/report/comparison.hpp"

#include "finding.hpp"
#include "report/hand_made.hpp"

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
  const Estimate expected = comparison.configurations[0].train_accuracy;
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
  EXPECT_EQ(page["columns"]["gap"][0], page["columns"]["gap"][1]);
  EXPECT_EQ(page["widest"], 1);
  EXPECT_EQ(page["best"], 0);
  EXPECT_THAT(page["finding"].get<std::string>(), HasSubstr("widest at 0.2500 (hidden_size 20)"));
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

TEST(Page, TakesWordsAsAnAxis) {
  std::vector<StoredRun> runs{ending(spec(10), 1, 0.5f), ending(spec(10), 1, 0.25f)};
  runs[1].run.spec.loss = Loss::mean_squared_error;
  const Json page = data_of(results(1, runs));
  EXPECT_EQ(page["axes"], Json::parse(R"([{"name": "loss", "words": true,
      "values": ["cross_entropy", "mean_squared_error"], "at": [0, 1]}])"));
}

}  // namespace
}  // namespace runner
