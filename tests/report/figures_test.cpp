#include "runner/report/figures.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using test::stored;

using Names = std::vector<std::string>;

Names names_of(const std::vector<Figure>& all) {
  Names names;
  for (const Figure& figure : all) names.push_back(figure.name);
  return names;
}

const std::string& svg_of(const std::vector<Figure>& all, std::string_view name) {
  return std::find_if(all.begin(), all.end(), [&](const Figure& f) { return f.name == name; })->svg;
}

bool has(const std::string& svg, std::string_view text) {
  return svg.find(text) != std::string::npos;
}

std::size_t count(const std::string& svg, std::string_view text) {
  std::size_t n = 0;
  for (std::size_t at = svg.find(text); at != std::string::npos; at = svg.find(text, at + 1)) ++n;
  return n;
}

/// Learning rates 0.1 and 1, hidden sizes 10, 20 and 40, `seeds` seeds each.
ResultsData grid(int seeds) {
  std::vector<StoredRun> runs;
  for (const double rate : {0.1, 1.0})
    for (const int hidden : {10, 20, 40})
      for (int seed = 0; seed < seeds; ++seed)
        runs.push_back(ending(spec(hidden, seed, rate), 0.8f + 0.002f * static_cast<float>(hidden + seed),
                              0.8f + 0.001f * static_cast<float>(seed)));
  return results(1, std::move(runs));
}

TEST(Figures, AreOfEachAxisThatVariesAndEachTwo) {
  EXPECT_EQ(names_of(figures(grid(2))),
            (Names{"train_against_test.svg", "learning_curves.svg", "gap_by_learning_rate.svg",
                   "accuracy_by_learning_rate.svg", "gap_by_hidden_size.svg", "accuracy_by_hidden_size.svg",
                   "gap_learning_rate_hidden_size.svg", "test_accuracy_learning_rate_hidden_size.svg"}));
}

TEST(Figures, OfOneConfigurationAreTwo) {
  const std::vector<Figure> all = figures(results(1, {ending(spec(10), 0.9f, 0.8f)}));
  EXPECT_EQ(names_of(all), (Names{"train_against_test.svg", "learning_curves.svg"}));
  EXPECT_TRUE(has(svg_of(all, "learning_curves.svg"), "One seed."));
}

// As a damaged file may have them.
TEST(Figures, AreDrawnOfWhateverNumbersThereAre) {
  constexpr float infinity = std::numeric_limits<float>::infinity(),
                  nan = std::numeric_limits<float>::quiet_NaN(), largest = std::numeric_limits<float>::max();
  for (const std::vector<float>& odd : {std::vector{nan},
                                        {infinity},
                                        {-infinity},
                                        {largest, -largest},
                                        {0.5f, infinity, nan},
                                        {-1.0f, 0.0f}}) {
    ResultsData data = grid(3);
    std::size_t i = 0;
    for (StoredRun& run : data.runs)
      for (const MetricInfo& line : metric_table)
        for (float& value : run.curves[line.metric]) value = odd[i++ % odd.size()];
    for (const Figure& figure : figures(data)) {
      EXPECT_EQ(figure.svg.find("nan,"), std::string::npos) << figure.name;
      for (const char* no_number :
           {"\"nan", "\"inf", "\"-inf", "\"-nan", "Mnan", "Lnan", "Minf", " nan", " inf", "#-"})
        EXPECT_FALSE(has(figure.svg, no_number)) << figure.name << ' ' << no_number;
    }
  }
}

TEST(Figures, OfNothingAreNone) {
  EXPECT_TRUE(figures(results(1, {})).empty());
  EXPECT_TRUE(figures(results(1, {stored(spec(1), RunStatus::diverged, {0, 0}, {0, 0}, {1, 1}),
                                  stored(spec(2), RunStatus::pending, {0, 0}, {0, 0}, {1, 1})}))
                  .empty());
}

TEST(Figures, LeaveOutWhatDiverged) {
  ResultsData data = grid(1);
  for (StoredRun& run : data.runs)
    if (run.run.spec.hidden_size == 40) run.status = RunStatus::diverged;
  const std::vector<Figure> all = figures(data);
  EXPECT_TRUE(has(svg_of(all, "train_against_test.svg"), "2 runs diverged"));
  // The value that has no runs has no place on the axis, and takes none of the others' partners.
  const std::string& by = svg_of(all, "gap_by_hidden_size.svg");
  EXPECT_TRUE(has(by, ">20<"));
  EXPECT_FALSE(has(by, ">40<"));
  EXPECT_TRUE(has(by, "Means over 2 settings of the others and 1 seed"));
}

TEST(Figures, WhereNoRunsCanBePairedShowNoEffect) {
  const std::vector<Figure> all =
      figures(results(1, {ending(spec(10, 1), 0.9f, 0.8f), ending(spec(20, 2), 0.9f, 0.8f)}));
  EXPECT_EQ(names_of(all), (Names{"train_against_test.svg", "learning_curves.svg"}));
}

TEST(Figures, SayWhatTheirIntervalsAre) {
  EXPECT_TRUE(has(svg_of(figures(grid(3)), "gap_by_hidden_size.svg"), "against 10, for all values"));
  std::vector<StoredRun> runs;
  for (const int hidden : {10, 20})
    for (int seed = 0; seed < 3; ++seed)
      runs.push_back(ending(spec(hidden, seed), 0.9f + 0.01f * static_cast<float>(seed), 0.8f));
  const std::string one_axis = svg_of(figures(results(1, runs)), "gap_by_hidden_size.svg");
  EXPECT_TRUE(has(one_axis, "bars: 95 %"));
  EXPECT_FALSE(has(one_axis, "against"));
}

TEST(Figures, HaveTitlesTicksAndUnits) {
  const std::vector<Figure> all = figures(grid(2));
  const std::string& curves = svg_of(all, "learning_curves.svg");
  for (const std::string_view text :
       {">Epoch<", ">Accuracy<", ">Loss (cross entropy, nats)<", ">training<", ">test<"})
    EXPECT_TRUE(has(curves, text)) << text;
  const std::string& by = svg_of(all, "accuracy_by_hidden_size.svg");
  for (const std::string_view text : {">Hidden units<", ">Accuracy<", ">10<", ">20<", ">40<", ">0.82<"})
    EXPECT_TRUE(has(by, text)) << text;
  EXPECT_EQ(count(by, "stroke-dasharray=\"6 3\""), 2u);  // the test curve and its place in the legend
}

TEST(Figures, TakeWordsForCategories) {
  RunSpec squared;
  squared.loss = Loss::mean_squared_error;
  const std::vector<Figure> all =
      figures(results(1, {ending(RunSpec{}, 0.9f, 0.8f), ending(squared, 0.9f, 0.7f)}));
  const std::string& by = svg_of(all, "gap_by_loss.svg");
  EXPECT_TRUE(has(by, ">cross_entropy<"));
  EXPECT_TRUE(has(by, ">mean_squared_error<"));
  EXPECT_TRUE(has(svg_of(all, "learning_curves.svg"), ">Loss<"));
}

TEST(Figures, WriteTheCellsOfHeatMaps) {
  const std::vector<Figure> all = figures(grid(1));
  const std::string& gap = svg_of(all, "gap_learning_rate_hidden_size.svg");
  // 0.02, 0.04 and 0.08: white on the darkest, black on the lightest colour.
  EXPECT_EQ(count(gap, "fill=\"#fff\">0.020</text>"), 2u);
  EXPECT_EQ(count(gap, ">0.040</text>"), 2u);
  EXPECT_EQ(count(gap, "fill=\"#000\">0.080</text>"), 2u);
  EXPECT_EQ(count(gap, ">0.04</text>"), 1u);  // on the colour bar
}

TEST(Figures, MarkCellsThatLackConfigurations) {
  ResultsData data = grid(1);
  data.runs.pop_back();
  EXPECT_TRUE(has(svg_of(figures(data), "gap_learning_rate_hidden_size.svg"), "grey: no network learned"));

  ResultsData more = grid(1);
  for (const StoredRun& run : grid(1).runs) {
    more.runs.push_back(run);
    more.runs.back().run.spec.batch_size = 7;
  }
  more.runs.pop_back();
  const std::string svg = svg_of(figures(more), "gap_learning_rate_hidden_size.svg");
  EXPECT_EQ(count(svg, ">0.080*</text>"), 1u);
  EXPECT_EQ(count(svg, ">0.080</text>"), 1u);
  EXPECT_TRUE(has(svg, "(*"));
}

TEST(Figures, DrawTheValidationSetWhereThereIsOne) {
  StoredRun run = ending(spec(10), 0.9f, 0.8f);
  run.curves[Metric::validation_accuracy] = {0, 0.85f};
  run.curves[Metric::validation_loss] = {2, 1};
  ResultsData data = results(1, {run});
  EXPECT_FALSE(has(svg_of(figures(data), "learning_curves.svg"), ">validation<"));
  data.origin.data.validation_size = 5;
  EXPECT_TRUE(has(svg_of(figures(data), "learning_curves.svg"), ">validation<"));
}

TEST(Figures, EscapeTheName) {
  ResultsData data = grid(1);
  data.name = "<script>&";
  data.origin.data.name = "]]><b>";
  for (const Figure& figure : figures(data)) {
    EXPECT_TRUE(has(figure.svg, "&lt;script&gt;&amp;: ")) << figure.name;
    EXPECT_FALSE(has(figure.svg, "<script")) << figure.name;
    EXPECT_FALSE(has(figure.svg, "<b>")) << figure.name;
  }
}

TEST(Figures, HoldNoNumberThatIsNone) {
  ResultsData data = grid(1);
  for (StoredRun& run : data.runs)
    run.curves[Metric::train_accuracy][1] = run.curves[Metric::test_accuracy][1] = 0.5f;  // all the same
  for (const Figure& figure : figures(data)) {
    EXPECT_FALSE(has(figure.svg, "nan")) << figure.name;
    EXPECT_FALSE(has(figure.svg, "inf")) << figure.name;
  }
}

TEST(Figures, OfTenThousandConfigurationsStaySmall) {
  std::vector<StoredRun> runs;
  for (int i = 0; i < 10000; ++i) {
    auto run = ending(spec(1 + i % 100), 0.9f, 0.8f + 1e-5f * static_cast<float>(i));
    run.run.spec.batch_size = 1 + i / 100;
    runs.push_back(std::move(run));
  }
  const std::vector<Figure> all = figures(results(1, std::move(runs)));
  EXPECT_EQ(all.size(), 8u);
  for (const Figure& figure : all) EXPECT_LT(figure.svg.size(), 2'000'000u) << figure.name;
}

TEST(Figures, OfMoreThanAHundredValuesHaveNoHeatMaps) {
  std::vector<StoredRun> runs;
  for (int i = 0; i < 202; ++i)
    runs.push_back(ending(spec(1 + i / 2, 1, i % 2 == 0 ? 0.1 : 1.0), 0.9f, 0.8f));
  EXPECT_EQ(figures(results(1, std::move(runs))).size(), 6u);
}

/// 100 configurations whose rates and weight decays were drawn.
ResultsData drawn() {
  std::vector<StoredRun> runs;
  for (int k = 1; k <= 100; ++k) {
    RunSpec s = spec(10, 1, std::pow(10, -3 + 0.03 * k));
    s.weight_decay = 1e-6 * ((37 * k) % 101);
    runs.push_back(ending(s, 0.9f, 0.5f + 0.003f * static_cast<float>(k)));
  }
  return results(1, std::move(runs));
}

TEST(Figures, OfValuesThatWereDrawnAreInBins) {
  const std::vector<Figure> all = figures(drawn());
  EXPECT_EQ(names_of(all),
            (Names{"train_against_test.svg", "learning_curves.svg", "gap_by_learning_rate.svg",
                   "accuracy_by_learning_rate.svg", "gap_by_weight_decay.svg", "accuracy_by_weight_decay.svg",
                   "gap_learning_rate_weight_decay.svg", "test_accuracy_learning_rate_weight_decay.svg"}));
  EXPECT_TRUE(has(svg_of(all, "gap_by_learning_rate.svg"), "means of 5 bins of"));
  const std::string& map = svg_of(all, "gap_learning_rate_weight_decay.svg");
  EXPECT_TRUE(has(map, "values that were drawn are in bins"));
  EXPECT_TRUE(has(map, ">1e-06 to 2e-05<"));
}

TEST(Figures, OfTheBestRunsAreWhereAskedFor) {
  ResultsData data = drawn();
  const std::vector<Figure> all = figures(data, 7);
  EXPECT_EQ(all[2].name, "best_runs.svg");
  const std::string& best = all[2].svg;
  for (const std::string_view text :
       {">1: 0.8000<", ">7: 0.7820<", ">learning_rate 1<", ">Accuracy<", ">Epoch<",
        "The 7 of 100 runs that are done with the largest test accuracy"})
    EXPECT_TRUE(has(best, text)) << text;
  EXPECT_FALSE(has(best, ">8: "));
  EXPECT_FALSE(has(best, ">seed 1<"));
  // By the validation set, where there is one.
  for (StoredRun& run : data.runs) {
    run.curves[Metric::validation_accuracy] = {0, 1 - run.curves[Metric::test_accuracy][1]};
    run.curves[Metric::validation_loss] = {2, 1};
  }
  data.origin.data.validation_size = 100;
  EXPECT_TRUE(has(figures(data, 7)[2].svg, ">1: 0.4970<"));
}

TEST(Figures, OfTheBestRunsNameTheirSeedsWhereTheseVary) {
  const std::string best = figures(grid(2), 100)[2].svg;
  EXPECT_TRUE(has(best, ">12: 0.8000<"));
  EXPECT_TRUE(has(best, ">seed 0<"));
}

// The limits of the colours would be those of the networks that did not learn.
TEST(Figures, HaveHeatMapsOfWhatLearned) {
  ResultsData data = grid(1);
  data.runs[0].curves[Metric::train_loss] = {2.5f, 2.5f};
  data.runs[0].curves[Metric::test_accuracy][1] = 0.125f;
  const std::string map = svg_of(figures(data), "test_accuracy_learning_rate_hidden_size.svg");
  EXPECT_TRUE(has(map, "grey: no network learned"));
  EXPECT_FALSE(has(map, ">0.12"));
  EXPECT_FALSE(has(svg_of(figures(grid(1)), "test_accuracy_learning_rate_hidden_size.svg"), "grey"));
}

TEST(Figures, SayHowManyImagesTheNumbersComeFrom) {
  StoredRun run = ending(spec(10), 1, 0.5f);
  run.curves[Metric::validation_accuracy] = {0, 0.75f};
  run.curves[Metric::validation_loss] = {2, 1};
  ResultsData data = results(1, {run});
  data.origin.data.name = "letters";
  data.origin.data.train_size = 50;  // those of the validation set not among them
  data.origin.data.validation_size = 10;
  data.origin.data.test_size = 20;
  for (const Figure& figure : figures(data))
    EXPECT_NE(figure.svg.find("letters: 50 training, 10 validation and 20 test images"), std::string::npos)
        << figure.name;
}

}  // namespace
}  // namespace runner
