#include "runner/report/classes.hpp"

#include "runner/error/error.hpp"

#include "report/hand_made.hpp"

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
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pointwise;
using testing::ThrowsMessage;
using Json = nlohmann::json;

const Labels labels{0, 0, 0, 0, 1, 1, 1, 2, 2, 2};
const Labels first{0, 0, 1, 1, 1, 1, 1, 2, 0, 1};
const Labels second{0, 0, 0, 1, 1, 0, 1, 1, 0, 1};  // class 2 is predicted of no image

/// Of one run alone, of each class.
std::vector<double> means_of(const Labels& predictions, Estimate ClassFigures::*figure) {
  std::vector<double> means;
  for (const ClassFigures& own : class_results(labels, {{predictions}}, 3).classes)
    means.push_back((own.*figure).mean);
  return means;
}

/// As scikit-learn 1.2.1 has them: confusion_matrix, precision_recall_fscore_support with zero_division=0,
/// accuracy_score of each class against the rest.
TEST(ClassResults, AreThoseOfScikitLearn) {
  const auto are = [](std::vector<double> expected) { return Pointwise(testing::DoubleEq(), expected); };
  EXPECT_THAT(class_results(labels, {{first}}, 3).confusion, ElementsAre(2, 2, 0, 0, 3, 0, 1, 1, 1));
  EXPECT_THAT(means_of(first, &ClassFigures::accuracy), are({0.7, 0.7, 0.8}));
  EXPECT_THAT(means_of(first, &ClassFigures::precision), are({0.6666666666666666, 0.5, 1.0}));
  EXPECT_THAT(means_of(first, &ClassFigures::recall), are({0.5, 1.0, 0.3333333333333333}));
  EXPECT_THAT(means_of(first, &ClassFigures::f1), are({0.5714285714285715, 0.6666666666666666, 0.5}));

  EXPECT_THAT(class_results(labels, {{second}}, 3).confusion, ElementsAre(3, 1, 0, 1, 2, 0, 1, 2, 0));
  EXPECT_THAT(means_of(second, &ClassFigures::accuracy), are({0.7, 0.6, 0.7}));
  EXPECT_THAT(means_of(second, &ClassFigures::precision), are({0.6, 0.4, 0.0}));
  EXPECT_THAT(means_of(second, &ClassFigures::recall), are({0.75, 0.6666666666666666, 0.0}));
  EXPECT_THAT(means_of(second, &ClassFigures::f1), are({0.6666666666666665, 0.5, 0.0}));
}

TEST(ClassResults, OfAClassWithoutImagesAreNought) {
  const ClassResults results = class_results(Labels{0, 0, 1}, {{Labels{0, 2, 1}}}, 4);
  for (const std::size_t k : {std::size_t{2}, std::size_t{3}}) {
    EXPECT_EQ(results.classes[k].images, 0u);
    EXPECT_EQ(results.classes[k].precision.mean, 0);
    EXPECT_EQ(results.classes[k].recall.mean, 0);
    EXPECT_EQ(results.classes[k].f1.mean, 0);
  }
  EXPECT_DOUBLE_EQ(results.classes[2].accuracy.mean, 2 / 3.0);
  EXPECT_EQ(results.classes[3].accuracy.mean, 1);
}

TEST(ClassResults, AreMeansOverTheRunsWithTheirSpread) {
  const ClassResults two = class_results(labels, {{first, second}}, 3);
  EXPECT_EQ(two.images, 10u);
  EXPECT_EQ(two.runs, 2u);
  EXPECT_DOUBLE_EQ(two.accuracy.mean, 0.55);
  EXPECT_EQ(two.confused(0, 1), 1.5);
  EXPECT_EQ(two.confused(2, 2), 0.5);
  EXPECT_EQ(two.classes[0].images, 4u);
  EXPECT_DOUBLE_EQ(two.classes[0].recall.mean, 0.625);
  EXPECT_TRUE(two.classes[0].recall.is_range());
  EXPECT_EQ(two.classes[0].recall.least, 0.5);
  EXPECT_EQ(two.classes[0].recall.most, 0.75);
  // 0.5, 0.75, 1: 4.303 · 0.25/√3
  const ClassResults three = class_results(labels, {{first, second, labels}}, 3);
  EXPECT_NEAR(three.classes[0].recall.half_width, 0.62104, 1e-5);
}

TEST(MostConfused, ComeFirst) {
  const std::vector<ConfusedPair> pairs = most_confused(class_results(labels, {{first, second}}, 3), 3);
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0].label, 0u);  // as many as of 2 and 1, and a lower class
  EXPECT_EQ(pairs[0].predicted, 1u);
  EXPECT_EQ(pairs[0].images, 1.5);
  EXPECT_EQ(pairs[1].label, 2u);
  EXPECT_EQ(pairs[1].predicted, 1u);
  EXPECT_EQ(pairs[2].label, 2u);
  EXPECT_EQ(pairs[2].predicted, 0u);
  EXPECT_TRUE(most_confused(class_results(labels, {{labels}}, 3), 3).empty());
}

TEST(Misclassifications, AreCountedForEachImage) {
  Misclassifications all(labels, 3);
  EXPECT_TRUE(all.worst(40).empty());
  for (const Labels& run : {first, second, labels}) all.add(run);
  EXPECT_EQ(all.runs(), 3u);
  // Image 3 is taken for 1 by both, as are 8 for 0 and 9 for 1; 7 only by the second.
  EXPECT_THAT(all.worst(4), ElementsAre(MisclassifiedImage{3, 0, 1, 2}, MisclassifiedImage{8, 2, 0, 2},
                                        MisclassifiedImage{9, 2, 1, 2}, MisclassifiedImage{2, 0, 1, 1}));
  EXPECT_EQ(all.worst(40).size(), 6u);
}

TEST(Misclassifications, NameTheClassThatMostTookItFor) {
  Misclassifications all({0}, 4);
  for (const Labels& prediction : {Labels{3}, {1}, {3}, {0}, {2}}) all.add(prediction);
  EXPECT_THAT(all.worst(1), ElementsAre(MisclassifiedImage{0, 0, 3, 4}));
  all.add(Labels{1});  // as often as 3
  EXPECT_THAT(all.worst(1), ElementsAre(MisclassifiedImage{0, 0, 1, 5}));
}

/// Two configurations of two seeds each: hidden_size 20 is the better. What they predicted is the first for
/// seed 1, the second for others.
ResultsData four_runs() {
  ResultsData made = results(1, {ending(spec(10, 1), 0.75f, 0.25f), ending(spec(10, 2), 0.75f, 0.25f),
                                 ending(spec(20, 1), 0.75f, 0.5f), ending(spec(20, 2), 0.75f, 0.5f)});
  made.file = "made.h5";
  made.origin.data.classes = 3;
  made.origin.data.test_labels = labels;
  for (std::size_t i = 0; i < made.runs.size(); ++i) {
    made.runs[i].run.index = static_cast<std::int32_t>(i);
    made.runs[i].predictions_epoch = 1;
  }
  return made;
}

Labels of_seed(const StoredRun& run) {
  return run.run.spec.seed == 1 ? first : second;
}

TEST(SweepClasses, AreOfTheBestConfiguration) {
  const SweepClasses classes = classes_of(four_runs(), of_seed);
  EXPECT_EQ(classes.chosen, "Best of 2 configurations by test accuracy");
  EXPECT_THAT(classes.settings, ElementsAre("hidden_size 20"));
  EXPECT_THAT(classes.seeds, ElementsAre(1, 2));
  EXPECT_EQ(classes.first_epoch, 1);
  EXPECT_EQ(classes.last_epoch, 1);
  EXPECT_EQ(classes.results.confused(0, 1), 1.5);
  EXPECT_EQ(classes.runs, 4u);
  EXPECT_EQ(classes.misclassified.front(), (MisclassifiedImage{3, 0, 1, 4}));
  EXPECT_THAT(classes.class_names, ElementsAre("0", "1", "2"));
}

TEST(SweepClasses, AreOfTheRunThatIsNamed) {
  const SweepClasses classes = classes_of(four_runs(), of_seed, 1);
  EXPECT_EQ(classes.chosen, "Run 1");
  EXPECT_THAT(classes.settings, ElementsAre("hidden_size 10", "seed 2"));
  EXPECT_THAT(classes.results.confusion, ElementsAre(3, 1, 0, 1, 2, 0, 1, 2, 0));
  EXPECT_EQ(classes.runs, 4u);
}

TEST(SweepClasses, LeaveOutWhatHasNoPredictionsOrDiverged) {
  ResultsData made = four_runs();
  made.runs[2].predictions_epoch = -1;
  made.runs[3].status = RunStatus::diverged;
  EXPECT_THAT(classes_of(made, of_seed).chosen, "The one configuration");
  EXPECT_EQ(classes_of(made, of_seed).runs, 2u);
  EXPECT_THAT([&] { classes_of(made, of_seed, 3); },
              ThrowsMessage<Error>("run 3 has no predictions to show: it is diverged"));
  EXPECT_THAT([&] { classes_of(made, of_seed, 4); }, ThrowsMessage<Error>("there is no run 4 to show"));
  for (StoredRun& run : made.runs) run.predictions_epoch = -1;
  EXPECT_THAT([&] { classes_of(made, of_seed); },
              ThrowsMessage<Error>(HasSubstr("made.h5: no run that is to be shown has predictions yet")));
}

TEST(SweepClasses, NeedAFileThatKeepsPredictions) {
  ResultsData made = four_runs();
  made.origin.data.test_labels.clear();
  EXPECT_THAT(
      [&] { classes_of(made, of_seed); },
      ThrowsMessage<Error>(
          "made.h5 has no predictions for the test images: train the sweep with \"save_predictions\": true"));
}

TEST(SweepClasses, AreATableToRead) {
  ResultsData made = four_runs();
  const std::string table = to_table(classes_of(made, of_seed));
  EXPECT_EQ(table, R"(made: what its networks see, class by class, after epoch 1
Best of 2 configurations by test accuracy: hidden_size 20;
test accuracy 0.5500 (0.5000 to 0.6000) of 10 images,
mean over 2 seeds, their range

Images of a class (row) by the class that was predicted (column):
     0    1    2
0  2.5  1.5    0
1  0.5  2.5    0
2    1  1.5  0.5

class  images     accuracy    precision       recall           f1
    0       4  0.7000       0.600…0.667  0.500…0.750  0.571…0.667
    1       3  0.600…0.700  0.400…0.500  0.667…1.000  0.500…0.667
    2       3  0.700…0.800  0.000…1.000  0.000…0.333  0.000…0.500

Confused most:
  0 taken for 1: 1.5 of 4 images
  2 taken for 1: 1.5 of 3 images
  2 taken for 0: 1 of 3 images
  1 taken for 0: 0.5 of 3 images

Test images, from 0, that most of 4 runs misclassified:
image  class  taken for  runs
    3      0          1     4
    8      2          0     4
    9      2          1     4
    2      0          1     2
    5      1          0     2
    7      2          1     2
)");
}

TEST(SweepClasses, HaveTheNamesOfFashionMnist) {
  ResultsData made = four_runs();
  made.origin.data.name = "fashion-mnist";
  made.origin.data.classes = 10;
  const std::string table = to_table(classes_of(made, of_seed));
  EXPECT_THAT(table, HasSubstr("\n    Trouser 1  "));
  EXPECT_THAT(table, HasSubstr("\n  T-shirt/top taken for Trouser: 1.5 of 4 images\n"));
}

TEST(SweepClasses, LeaveOutAMatrixThatHasNoRoom) {
  ResultsData made = four_runs();
  made.origin.data.classes = 30;
  const SweepClasses classes = classes_of(made, of_seed);
  EXPECT_THAT(to_table(classes, {.columns = 100}),
              HasSubstr("The confusion matrix of 30 classes is 118 columns wide: --csv and --json have it."));
  EXPECT_THAT(to_table(classes, {.columns = 118}), Not(HasSubstr("columns wide")));
}

TEST(SweepClasses, AreOneTableAsCsv) {
  const std::string csv = to_csv(classes_of(four_runs(), of_seed, 0));
  EXPECT_EQ(csv,
            "class,name,images,runs,accuracy,accuracy_ci,precision,precision_ci,recall,recall_ci,f1,f1_ci,"
            "predicted_0,predicted_1,predicted_2\r\n"
            "0,0,4,1,0.7,,0.6666666666666666,,0.5,,0.5714285714285714,,2,2,0\r\n"
            "1,1,3,1,0.7,,0.5,,1,,0.6666666666666666,,0,3,0\r\n"
            "2,2,3,1,0.8,,1,,0.3333333333333333,,0.5,,1,1,1\r\n");
}

TEST(SweepClasses, AreJson) {
  const Json json = Json::parse(to_json(classes_of(four_runs(), of_seed)));
  EXPECT_EQ(json["chosen"], "Best of 2 configurations by test accuracy");
  EXPECT_EQ(json["seeds"], Json::parse("[1, 2]"));
  EXPECT_EQ(json["confusion"], Json::parse("[[2.5, 1.5, 0], [0.5, 2.5, 0], [1, 1.5, 0.5]]"));
  EXPECT_EQ(json["test_accuracy"], 0.55);
  EXPECT_TRUE(json["test_accuracy_ci"].is_null());
  EXPECT_EQ(json["classes"][0]["recall"], 0.625);
  EXPECT_EQ(json["misclassified"][0], Json::parse(R"({"image": 3, "class": 0, "taken_for": 1, "runs": 4})"));
}

}  // namespace
}  // namespace runner
