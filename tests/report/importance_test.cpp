#include "runner/report/importance.hpp"

#include "report/hand_made.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using testing::HasSubstr;

/// Three rates, two hidden sizes, three seeds: the numbers that variance_shares_test has, as test accuracy.
std::vector<StoredRun> grid() {
  const std::vector<float> accuracies{.50f, .52f, .51f, .58f, .57f, .62f, .60f, .63f, .61f,
                                      .66f, .71f, .67f, .64f, .63f, .66f, .80f, .79f, .84f};
  std::vector<StoredRun> runs;
  std::size_t at = 0;
  for (const double rate : {0.1, 0.5, 1.0})
    for (const std::int32_t hidden : {10, 20})
      for (const std::int64_t seed : {1, 2, 3})
        runs.push_back(ending(spec(hidden, seed, rate), 0.9f, accuracies[at++]));
  return runs;
}

/// 40 rates and weight decays that belong together; accuracy goes up with the rate alone.
std::vector<StoredRun> drawn(int count = 40) {
  std::vector<StoredRun> runs;
  for (int k = 1; k <= count; ++k) {
    RunSpec s = spec(10, 1, 0.01 * k);
    s.weight_decay = 1e-6 * ((17 * k) % 41);
    runs.push_back(ending(s, 0.9f, 0.01f * static_cast<float>(k)));
  }
  return runs;
}

TEST(ImportanceOf, AFullGridIsItsAnalysisOfVariance) {
  const Importance importance = importance_of(results(1, grid()));
  EXPECT_EQ(importance.method, Importance::Method::grid);
  EXPECT_EQ(importance.accuracy_name, "test_accuracy");
  EXPECT_EQ(importance.configurations, 6u);
  EXPECT_EQ(importance.seeds, 3u);
  EXPECT_EQ(importance.left_out, 0u);
  ASSERT_EQ(importance.terms.size(), 3u);
  EXPECT_EQ(importance.terms[0].axes, (std::vector<std::string_view>{"learning_rate"}));
  EXPECT_NEAR(importance.terms[0].accuracy.share, 0.617369065, 1e-5);
  EXPECT_TRUE(importance.terms[0].accuracy.sure);
  EXPECT_EQ(importance.terms[2].axes, (std::vector<std::string_view>{"learning_rate", "hidden_size"}));
  EXPECT_NEAR(importance.terms[2].accuracy.share, 0.056265985, 1e-5);
  // The training accuracy is the same for all, so that the gap is the test accuracy turned over.
  EXPECT_NEAR(importance.terms[1].gap.share, 0.326364951, 1e-5);
}

TEST(ImportanceOf, AGridWithHolesIsThatOfTheFullPartOfIt) {
  std::vector<StoredRun> runs = grid();
  const std::vector<float> more{.1f, .2f, .15f};
  for (const std::int64_t seed : {1, 2, 3})  // a fourth rate, with one hidden size
    runs.push_back(ending(spec(10, seed, 2.0), 0.9f, more[static_cast<std::size_t>(seed) - 1]));
  const Importance importance = importance_of(results(1, runs));
  EXPECT_EQ(importance.method, Importance::Method::grid);
  EXPECT_EQ(importance.configurations, 6u);
  EXPECT_EQ(importance.left_out, 1u);
  EXPECT_NEAR(importance.terms[0].accuracy.share, 0.617369065, 1e-5);
}

TEST(ImportanceOf, SamplesIsTheFirstOrderIndex) {
  const Importance importance = importance_of(results(1, drawn()));
  EXPECT_EQ(importance.method, Importance::Method::samples);
  EXPECT_EQ(importance.samples, 40u);
  ASSERT_EQ(importance.terms.size(), 2u);
  EXPECT_EQ(importance.terms[0].axes, (std::vector<std::string_view>{"learning_rate"}));
  // Of a straight line in four bins: 1 − 1/16, but for the correction for chance.
  EXPECT_NEAR(importance.terms[0].accuracy.share, 15.0 / 16, 0.01);
  EXPECT_TRUE(importance.terms[0].accuracy.sure);
  EXPECT_FALSE(importance.terms[1].accuracy.sure);
  EXPECT_NEAR(importance.accuracy_rest.share,
              1 - importance.terms[0].accuracy.share - importance.terms[1].accuracy.share, 1e-12);
}

TEST(ImportanceOf, TooLittleIsNone) {
  EXPECT_THAT(importance_of(results(1, drawn(19))).why_not, HasSubstr("19 samples are too few"));
  EXPECT_EQ(importance_of(results(1, drawn(20))).method, Importance::Method::samples);
  EXPECT_EQ(importance_of(results(1, {})).why_not, "no configuration is done");
  EXPECT_EQ(importance_of(results(1, {ending(spec(10), 1, 0), ending(spec(20), 1, 1)})).why_not,
            "fewer than two parameters vary");
}

TEST(ImportanceOf, GoesByTheValidationSetWhereThereIsOne) {
  std::vector<StoredRun> runs = grid();
  for (StoredRun& run : runs) {
    run.curves[Metric::validation_accuracy] = {0, run.run.spec.hidden_size == 10 ? 0.5f : 0.75f};
    run.curves[Metric::validation_loss] = {2, 1};
  }
  ResultsData data = results(1, runs);
  data.origin.data.validation_size = 8;
  const Importance importance = importance_of(data);
  EXPECT_EQ(importance.accuracy_name, "validation_accuracy");
  EXPECT_EQ(importance.terms[0].axes, (std::vector<std::string_view>{"hidden_size"}));
  EXPECT_EQ(importance.terms[0].accuracy.share, 1);
}

TEST(ImportanceTable, OfAGridIsThis) {
  EXPECT_EQ(to_table(importance_of(results(1, grid()))),
            R"(Importance of parameters: shares of the variance between 6 configurations,
means over 3 seeds

                              test accuracy             gap
learning_rate                       61.7 %*         61.7 %*
hidden_size                         32.6 %*         32.6 %*
learning_rate x hidden_size          5.6 %*          5.6 %*

Analysis of variance of the full grid; the part due to chance is subtracted.
For two parameters: their joint effect, beyond the effect of each alone.
* more than chance (F test over the seeds, for all lines of a column together)
)");
}

TEST(ImportanceTable, SaysWhyThereIsNone) {
  EXPECT_EQ(to_table(importance_of(results(1, drawn(19)))),
            "Importance of parameters is not known: the configurations are not a full grid, and 19 samples "
            "are too few: "
            "it takes 20\n");
}

TEST(ImportanceTable, OfSamplesHasIntervalsAndARest) {
  const std::string table = to_table(importance_of(results(1, drawn())));
  EXPECT_THAT(table, HasSubstr("variance between 40 configurations\n"));
  EXPECT_THAT(table, testing::ContainsRegex("learning_rate +9[0-9]\\.[0-9]±[0-9.]+ %\\*"));
  EXPECT_THAT(table, testing::ContainsRegex("\nrest +[0-9.]+ %"));
  EXPECT_THAT(table, HasSubstr("± 95 % interval over 40 samples."));
}

TEST(ImportanceExports, HaveAllDigits) {
  const std::vector<Importance> both = importances_of(std::vector{results(1, grid())});
  const std::string csv = to_csv(both);
  EXPECT_THAT(csv, testing::StartsWith(
                       "file,method,parameters,configurations,left_out,stopped,seeds,samples,accuracy_share,"
                       "accuracy_share_ci,accuracy_p,gap_share,gap_share_ci,gap_p\r\n"
                       "made,grid,learning_rate,6,0,0,3,0,0.61736"));
  EXPECT_THAT(csv, HasSubstr("\r\nmade,grid,learning_rate x hidden_size,6,"));
  EXPECT_THAT(to_json(both), HasSubstr("\"parameters\": [\n        \"learning_rate\",\n        "
                                       "\"hidden_size\"\n      ]"));
  EXPECT_THAT(to_json(both), HasSubstr("\"accuracy_share_ci\": null"));
}

}  // namespace
}  // namespace runner
