// An axis that means nothing to some runs, as momentum does to sgd: such a run has a default, which is no
// value of its own and is not shown.

#include "runner/error/error.hpp"
#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"
#include "runner/report/figures.hpp"
#include "runner/report/importance.hpp"
#include "runner/report/live.hpp"
#include "runner/report/page.hpp"

#include "columns.hpp"
#include "finding.hpp"
#include "report/hand_made.hpp"
#include "samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

RunSpec with_sgd(double rate, std::int64_t seed = 1) {
  return spec(50, seed, rate);
}

RunSpec with_momentum_of(double momentum, double rate, std::int64_t seed = 1) {
  RunSpec s = spec(50, seed, rate);
  s.optimizer = Optimizer::momentum;
  s.momentum = momentum;
  return s;
}

/// Rates 0.1 and 0.5: sgd, and momentum 0.7 and 0.8, each the better. None has the default of 0.9 by a list.
ResultsData sweep(int seeds = 1) {
  std::vector<StoredRun> runs;
  for (const double rate : {0.1, 0.5})
    for (int seed = 1; seed <= seeds; ++seed) {
      const float level = rate < 0.3 ? 0.25f : 0.375f;
      runs.push_back(ending(with_sgd(rate, seed), 0.75f, level));
      runs.push_back(ending(with_momentum_of(0.7, rate, seed), 0.75f, level + 0.125f));
      runs.push_back(ending(with_momentum_of(0.8, rate, seed), 0.75f, level + 0.25f));
    }
  return results(1, std::move(runs));
}

/// The same with momentum 0.5 alone.
ResultsData one_value() {
  return results(1, {ending(with_sgd(0.1), 0.75f, 0.5f), ending(with_momentum_of(0.5, 0.1), 0.75f, 0.25f)});
}

/// 30 rates, every third of them with sgd, the others each with a momentum of its own, by which alone the
/// test accuracy of these differs.
ResultsData drawn() {
  std::vector<StoredRun> runs;
  for (int k = 0; k < 30; ++k) {
    const double rate = 0.01 * (1 + 7 * k % 30);
    const bool sgd = k % 3 == 0;
    runs.push_back(ending(sgd ? with_sgd(rate) : with_momentum_of(0.03 * k, rate), 1,
                          sgd ? 0.0625f : 0.25f + 0.01f * static_cast<float>(k)));
  }
  return results(1, std::move(runs));
}

const Column& momentum() {
  const auto columns = axis_columns();
  return *std::find_if(columns.begin(), columns.end(), [](const Column& c) { return c.name == "momentum"; });
}

Json page_data(const ResultsData& data) {
  const std::string page = to_page(data), begin = R"(<script type="application/json" id="data">)";
  const std::size_t from = page.find(begin) + begin.size();
  return Json::parse(page.substr(from, page.find("</script>", from) - from));
}

std::string figure_named(const ResultsData& data, std::string_view name, std::size_t best_runs = 0) {
  for (const Figure& figure : figures(data, best_runs))
    if (figure.name == name) return figure.svg;
  return {};
}

TEST(WhereAnAxisMeansNothing, TheTableHasADashAndALabelLeavesItOut) {
  EXPECT_EQ(to_table(compare(sweep())),
            R"(made: 1 epoch, 6 configurations, 1 seed: no confidence interval
Fixed: batch_size 100, hidden_size 50, loss cross_entropy, sampling shuffle,
gradient backpropagation, weight_init_std 0.01

                                                               best
learning                        train    test              test acc  verdict
    rate  optimizer  momentum     acc     acc      gap      @ epoch  @ epoch
     0.1        sgd         -  0.7500  0.2500  *0.5000   0.2500 @ 1     fits
     0.1   momentum       0.7  0.7500  0.3750   0.3750   0.3750 @ 1     fits
     0.1   momentum       0.8  0.7500  0.5000   0.2500   0.5000 @ 1     fits
     0.5        sgd         -  0.7500  0.3750   0.3750   0.3750 @ 1     fits
     0.5   momentum       0.7  0.7500  0.5000   0.2500   0.5000 @ 1     fits
     0.5   momentum       0.8  0.7500  0.6250   0.1250  +0.6250 @ 1     fits

Verdicts: 6 fit so far.
+ Best by test accuracy: learning_rate 0.5, optimizer momentum, momentum 0.8:
0.6250 at epoch 1
With 1 seed no configuration is known to be better than another; 2 more seeds
would measure the noise
* Widest gap: learning_rate 0.1, optimizer sgd: train 0.7500, test 0.2500,
gap 0.5000; no sign of overfitting by test loss
)");
  EXPECT_THAT(finding(compare(sweep())), HasSubstr("(learning_rate 0.1, optimizer sgd)"));
}

TEST(WhereAnAxisMeansNothing, ItIsFixedThoughOnlyWhereItApplies) {
  const std::string table = to_table(compare(one_value()));
  EXPECT_THAT(table, HasSubstr("gradient backpropagation, momentum 0.5 where it applies,\n"));
  EXPECT_THAT(table, Not(HasSubstr("optimizer  momentum")));
  EXPECT_THAT(table, HasSubstr("* Widest gap: optimizer momentum: train"));
  ResultsData only_sgd = one_value();
  only_sgd.runs.pop_back();
  EXPECT_THAT(to_table(compare(only_sgd)), Not(HasSubstr("momentum")));
}

TEST(WhereAnAxisMeansNothing, CsvHasAnEmptyFieldAndJsonNull) {
  EXPECT_THAT(to_csv(compare(one_value())), HasSubstr(",sgd,,,,,,,0,0,0,constant,,,sigmoid,std,0.01,"));
  EXPECT_THAT(to_csv(compare(one_value())),
              HasSubstr(",momentum,0.5,,,,,,0,0,0,constant,,,sigmoid,std,0.01,"));
  const Json json = Json::parse(to_json(compare(one_value())));
  EXPECT_EQ(json["configurations"][0]["momentum"], Json(nullptr));
  EXPECT_EQ(json["configurations"][1]["momentum"], 0.5);
}

TEST(WhereAnAxisMeansNothing, AConfigurationIsSortedLast) {
  Comparison comparison = compare(sweep());
  sort(comparison, "momentum");
  std::vector<std::string> values;
  for (const ConfigurationSummary& c : comparison.configurations) values.push_back(exact_text(momentum(), c));
  EXPECT_THAT(values, ElementsAre("0.7", "0.7", "0.8", "0.8", "", ""));
}

TEST(WhereAnAxisMeansNothing, ARunIsNotComparedByIt) {
  const Effect effect = effect_of(sweep(3), "momentum");
  ASSERT_EQ(effect.values.size(), 2u);
  EXPECT_EQ(effect.values[0].value, "0.7");
  EXPECT_EQ(effect.values[1].test_change.mean, 0.125);
  EXPECT_EQ(effect.settings, 2u);
  EXPECT_EQ(effect.left_out, 0u);
  EXPECT_EQ(effect.not_applicable, 6u);
  EXPECT_THAT(to_table(effect), HasSubstr("3 seeds;\n6 runs that momentum does not apply to left out\n\n"));
  EXPECT_THROW(effect_of(one_value(), "momentum"), Error);  // its default is no second value
}

TEST(WhereAnAxisMeansNothing, ExportsCountTheRuns) {
  const Effect effect = effect_of(sweep(3), "momentum");
  EXPECT_THAT(to_csv({{effect}}), HasSubstr("file,momentum,settings,seeds,left_out,stopped,not_applicable,"));
  EXPECT_THAT(to_csv({{effect}}), HasSubstr("\r\nmade,0.7,2,3,0,0,6,"));
  EXPECT_EQ(Json::parse(to_json({{effect}}))["values"][1]["not_applicable"], 6);
  const Effect in_bins = effect_in_bins(drawn(), "momentum");
  EXPECT_EQ(Json::parse(to_json({{in_bins}}))["values"][0]["not_applicable"], 10);
}

TEST(WhereAnAxisMeansNothing, AConfigurationIsInNoBin) {
  const Comparison comparison = compare(drawn());
  const auto& all = comparison.configurations;
  EXPECT_EQ(different_values(all, momentum()).size(), 20u);
  EXPECT_TRUE(is_sampled(all, momentum()));
  const Bins bins = bins_of(all, momentum());
  ASSERT_EQ(bins.count(), 5u);
  EXPECT_EQ(bins.least.front(), 0.03);
  EXPECT_EQ(bins.most.back(), 0.03 * 29);
  for (std::size_t c = 0; c < all.size(); ++c) EXPECT_EQ(bins.at[c] == 5, c % 3 == 0) << c;
  EXPECT_EQ(samples_of(all, {momentum()}).count, 21u);  // those of sgd are one

  const Effect effect = effect_in_bins(drawn(), "momentum");
  EXPECT_EQ(effect.samples, 20u);
  EXPECT_EQ(effect.values.front().least, 0.03);
  EXPECT_EQ(effect.not_applicable, 10u);
  EXPECT_THAT(to_table(effect),
              HasSubstr("differ, too;\n10 runs that momentum does not apply to left out\n"));
}

TEST(WhereAnAxisMeansNothing, OnlyTheOthersAreItsGrid) {
  const Importance importance = importance_of(sweep(2));
  EXPECT_EQ(importance.method, Importance::Method::grid);
  EXPECT_EQ(importance.configurations, 4u);
  EXPECT_EQ(importance.left_out, 2u);
  ASSERT_EQ(importance.terms.size(), 3u);
  EXPECT_THAT(importance.terms[0].axes, ElementsAre("learning_rate"));
  EXPECT_THAT(importance.terms[1].axes, ElementsAre("momentum"));
  EXPECT_NEAR(importance.terms[1].accuracy.share, 0.5, 1e-9);
}

// Half of the variance is between sgd and the others: that is no effect of momentum.
TEST(WhereAnAxisMeansNothing, ItsImportanceIsThatAmongTheOthers) {
  const Importance importance = importance_of(drawn());
  ASSERT_EQ(importance.method, Importance::Method::samples);
  double shares = 0;
  const auto share_of = [&](std::string_view axis) {
    for (const ImportanceOfTerm& term : importance.terms)
      if (term.axes.front() == axis) return term.accuracy.share;
    return std::nan("");
  };
  for (const ImportanceOfTerm& term : importance.terms) shares += term.accuracy.share;
  EXPECT_GT(share_of("optimizer"), 0.6);
  EXPECT_GT(share_of("momentum"), 0.1);
  EXPECT_LT(share_of("momentum"), 0.4);
  EXPECT_LT(shares, 1.05);
}

TEST(WhereAnAxisMeansNothing, TheLiveViewHasADash) {
  const std::string screen = to_screen(sweep(), "", {100, 24, false});
  EXPECT_THAT(screen, HasSubstr("    rate  optimizer  momentum  "));
  EXPECT_THAT(screen, HasSubstr("     0.5   momentum       0.8  "));
  EXPECT_THAT(screen, HasSubstr("     0.1        sgd         -  "));
  EXPECT_THAT(to_screen(one_value(), "", {100, 24, false}), Not(HasSubstr("optimizer  momentum")));
}

TEST(WhereAnAxisMeansNothing, ThePageHasNull) {
  const Json page = page_data(sweep());
  EXPECT_EQ(page["axes"][2], Json::parse(R"({"name": "momentum", "words": false, "values": ["0.7", "0.8"],
                                             "at": [null, 0, 1, null, 0, 1]})"));
  EXPECT_EQ(page["effects"][2]["not_applicable"], 2);
  // The cells of two rates and two values of momentum: sgd is in none.
  EXPECT_EQ(page["maps"][1]["columns"], "momentum");
  EXPECT_EQ(page["maps"][1]["test_accuracy"]["means"], Json::parse("[0.375, 0.5, 0.5, 0.625]"));
  EXPECT_THAT(page_data(drawn())["bins"]["momentum"]["at"].dump(), testing::StartsWith("[null,0,0,null,"));
}

TEST(WhereAnAxisMeansNothing, TheFilterOfThePageKnowsIt) {
  const auto named = [](const Json& page, const char* name) {
    for (const Json& one : page["names"])
      if (one["name"] == name) return one;
    return Json();
  };
  const Json page = page_data(one_value());
  EXPECT_EQ(named(page, "momentum"), Json::parse(R"({"name": "momentum"})"));
  EXPECT_EQ(page["columns"]["momentum"], Json::parse("[null, 0.5]"));
  EXPECT_EQ(named(page, "beta1"), Json::parse(R"({"name": "beta1", "value": null})"));
  EXPECT_FALSE(page["columns"].contains("beta1"));
}

TEST(WhereAnAxisMeansNothing, AConfigurationIsInNoFigureByIt) {
  EXPECT_THAT(figure_named(sweep(), "gap_by_momentum.svg"), HasSubstr("(2 runs that momentum"));
  EXPECT_THAT(figure_named(sweep(), "gap_learning_rate_momentum.svg"),
              HasSubstr("2 configurations that momentum"));
  EXPECT_THAT(figure_named(drawn(), "gap_by_momentum.svg"),
              HasSubstr("A point for each of 20 configurations that momentum applies to."));
  const std::string best = figure_named(sweep(), "best_runs.svg", 6);
  EXPECT_THAT(best, HasSubstr("momentum 0.8"));
  EXPECT_THAT(best, Not(HasSubstr("momentum nan")));
  EXPECT_THAT(best, Not(HasSubstr("momentum 0.9")));
}

}  // namespace
}  // namespace runner
