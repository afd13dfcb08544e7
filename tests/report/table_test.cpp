#include "runner/report/comparison.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using test::stored;
using testing::HasSubstr;
using testing::Not;

const float nan = std::numeric_limits<float>::quiet_NaN();

StoredRun diverged(const RunSpec& s) {
  return stored(s, RunStatus::diverged, {0, nan}, {0, nan}, {2, nan});
}

StoredRun pending(const RunSpec& s) {
  return stored(s, RunStatus::pending, {nan, nan}, {nan, nan}, {nan, nan});
}

std::string table(const ResultsData& data) {
  return to_table(compare(data));
}

TEST(ToTable, OfNoRunsSaysSo) {
  EXPECT_EQ(table(results(10, {})), "made: 10 epochs, 0 configurations\n");
}

TEST(ToTable, OfOneRunNamesItsAxesAboveIt) {
  EXPECT_EQ(table(results(1, {ending(spec(50), 0.75f, 0.5f)})),
            R"(made: 1 epoch, 1 configuration, 1 seed: no confidence interval
Fixed: learning_rate 0.1, batch_size 100, hidden_size 50, loss cross_entropy,
sampling shuffle, gradient backpropagation, weight_init_std 0.01

                                best            stop    gained
 train    test              test acc  verdict     at        by   train    test
   acc     acc      gap      @ epoch  @ epoch  epoch  stopping    loss    loss
0.7500  0.5000  *0.2500  +0.5000 @ 1     fits      1    0.0000  1.2500  1.0000

Verdicts: 1 fits so far.
+ Best by test accuracy: 0.5000 at epoch 1
* Widest gap: train 0.7500, test 0.5000, gap 0.2500;
no sign of overfitting by test loss
)");
}

// The accuracy by the labels before label noise stands beside that by the labels that were trained on; and an
// axis that came later is named where it is not at its default.
TEST(ToTable, ShowsTheCleanAccuracyWhereLabelsAreNoisy) {
  StoredRun clean = ending(spec(50), 0.75f, 0.5f), noisy = ending(spec(50), 0.875f, 0.25f);
  noisy.run.spec.label_noise = 0.5;
  noisy.run.spec.optimizer = clean.run.spec.optimizer = Optimizer::adam;
  noisy.curves[Metric::clean_train_accuracy] = {0.125f, 0.625f};
  const std::string text = table(results(1, {clean, noisy}));
  EXPECT_THAT(text, HasSubstr("gradient backpropagation, optimizer adam, weight_init_std 0.01\n"));
  EXPECT_THAT(text, HasSubstr("clean "));
  EXPECT_THAT(text, HasSubstr("    0  0.7500       -  0.5000"));
  EXPECT_THAT(text, HasSubstr("  0.5  0.8750  0.6250  0.2500"));
  EXPECT_THAT(table(results(1, {clean})), Not(HasSubstr("clean")));
}

TEST(ToTable, LeadsWithTheAxesThatVaryAndMarksTheWidestGap) {
  const test::Curve loss(13, 1);
  std::vector<StoredRun> runs;
  for (const std::int32_t hidden_size : {25, 800})
    for (const double learning_rate : {0.03, 0.3}) {
      const bool large = hidden_size == 800 && learning_rate == 0.3;
      test::Curve train(13, 0.5f), test(13, 0.5f), test_loss(13, 2);
      train[12] = large ? 1.0f : 0.8812f;
      test[9] = 0.8712f;
      test[12] = large ? 0.8421f : 0.87f;
      for (int e = 8; large && e <= 12; ++e)
        test_loss[static_cast<std::size_t>(e)] = 1 + 0.1f * static_cast<float>(e - 8);
      runs.push_back(stored(spec(hidden_size, 1, learning_rate), RunStatus::done, train, test, test_loss));
    }
  EXPECT_EQ(table(results(12, runs)), R"(made: 12 epochs, 4 configurations, 1 seed: no confidence interval
Fixed: batch_size 100, loss cross_entropy, sampling shuffle,
gradient backpropagation, weight_init_std 0.01

                                                   best
learning  hidden   train    test               test acc       verdict
    rate    size     acc     acc      gap       @ epoch       @ epoch
    0.03      25  0.8812  0.8700   0.0112  +0.8712 @  9          fits
     0.3      25  0.8812  0.8700   0.0112   0.8712 @  9          fits
    0.03     800  0.8812  0.8700   0.0112   0.8712 @  9          fits
     0.3     800  1.0000  0.8421  *0.1579   0.8712 @  9  overfits @ 9

Verdicts: 1 overfits, 3 fit so far.
+ Best by test accuracy: learning_rate 0.03, hidden_size 25: 0.8712 at epoch 9
With 1 seed no configuration is known to be better than another; 2 more seeds
would measure the noise
* Widest gap: learning_rate 0.3, hidden_size 800: train 1.0000, test 0.8421,
gap 0.1579; overfits from epoch 9;
stopping at epoch 8, where the test loss is smallest,
would change test accuracy by -0.3421
)");
}

TEST(ToTable, CountsSeedsWhereSomeAreNotDone) {
  const RunSpec a = spec(50, 1), b = spec(50, 2), c = spec(100, 1), d = spec(100, 2), e = spec(200, 1),
                f = spec(200, 2);
  const ResultsData data = results(1, {ending(a, 0.75f, 0.5f), ending(b, 0.75f, 0.5f), ending(c, 1, 0.5f),
                                       pending(d), ending(e, 1, 0.75f), diverged(f), diverged(spec(400, 1)),
                                       diverged(spec(400, 2)), pending(spec(800, 1)), pending(spec(800, 2))});
  EXPECT_EQ(table(data), R"(made: 1 epoch, 5 configurations, mean over the seeds done
Fixed: learning_rate 0.1, batch_size 100, loss cross_entropy, sampling shuffle,
gradient backpropagation, weight_init_std 0.01

                                        best
hidden   train    test              test acc   verdict            seeds
  size     acc     acc      gap      @ epoch   @ epoch             done
    50  0.7500  0.5000   0.2500  +0.5000 @ 1      fits              2/2
   100  1.0000  0.5000  *0.5000   0.5000 @ 1      fits              1/2
   200  1.0000  0.7500   0.2500   0.7500 @ 1      fits  1/2, 1 diverged
   400       -       -        -            -  diverged              0/2
   800       -       -        -            -         -              0/2

Verdicts: 3 fit so far, 1 diverged, 1 is not done yet.
+ Best by test accuracy: hidden_size 50: 0.5000 at epoch 1;
without the luck of being chosen 0.5000
There is no other configuration to compare the best with; 4 left out:
a seed diverged or is not done
* Widest gap: hidden_size 100: train 1.0000, test 0.5000, gap 0.5000;
no sign of overfitting by test loss
)");
}

TEST(ToTable, CountsSeedsWhereTheirNumberVaries) {
  const std::string text =
      table(results(1, {ending(spec(50, 1), 0.75f, 0.5f), ending(spec(50, 2), 0.75f, 0.5f),
                        ending(spec(100, 1), 1, 0.5f)}));
  EXPECT_THAT(text, HasSubstr("2/2\n"));
  EXPECT_THAT(text, HasSubstr("1/1\n"));
}

TEST(ToTable, CountsNoSeedsWhereAllAreDone) {
  const std::string text =
      table(results(1, {ending(spec(50, 1), 0.75f, 0.5f), ending(spec(50, 2), 0.75f, 0.5f)}));
  EXPECT_THAT(text, HasSubstr("mean over 2 seeds, of two seeds their range\n"));
  EXPECT_THAT(text, Not(HasSubstr("2/2")));
}

TEST(ToTable, MarksNothingWhereNothingIsDone) {
  const std::string text = table(results(1, {pending(spec(50)), diverged(spec(100))}));
  EXPECT_THAT(text, Not(HasSubstr("*")));
  EXPECT_THAT(text, Not(HasSubstr("Widest")));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(ToTable, MarksOneOfSeveralEqualGaps) {
  const std::string text = table(results(1, {ending(spec(50), 0.75f, 0.5f), ending(spec(100), 0.75f, 0.5f)}));
  EXPECT_EQ(std::count(text.begin(), text.end(), '*'), 2);  // in the table and before the sentence
  EXPECT_THAT(text, HasSubstr("* Widest gap: hidden_size 50: train"));
}

TEST(ToTable, KeepsNegativeGapsAligned) {
  const std::string text = to_table(
      compare(results(1, {ending(spec(50), 0.5f, 0.75f), ending(spec(100), 0.75f, 0.5f)})), {.columns = 100});
  EXPECT_THAT(text, HasSubstr(R"(
    50  0.5000  0.7500  -0.2500  +0.7500 @ 1     fits      1    0.0000  1.2500  1.0000
   100  0.7500  0.5000  *0.2500   0.5000 @ 1     fits      1    0.0000  1.2500  1.0000
)"));
}

TEST(ToTable, PrintsAxesWithTheDigitsThatGiveThemBack) {
  const std::string text =
      table(results(1, {ending(spec(50, 1, 0.30000000000000004), 1, 1), ending(spec(50, 1, 1e-7), 1, 1)}));
  EXPECT_THAT(text, HasSubstr("\n0.30000000000000004 "));
  EXPECT_THAT(text, HasSubstr("\n              1e-07 "));
}

TEST(ToTable, ShowsEveryConfigurationOfThousands) {
  std::vector<StoredRun> runs;
  for (std::int32_t hidden_size = 1; hidden_size <= 20'000; ++hidden_size)
    runs.push_back(ending(spec(hidden_size), 0.75f, 0.5f));
  const std::string text = table(results(1, std::move(runs)));
  const auto shown = [&](const char* line) { return text.find(line) != std::string::npos; };
  EXPECT_TRUE(shown("\n     1  0.7500  0.5000  *0.2500"));
  EXPECT_TRUE(shown("\n 10000  0.7500  0.5000   0.2500"));
  EXPECT_TRUE(shown("\n 20000  0.7500  0.5000   0.2500"));
}

// Numbers as wide as they usually are: three axes, two digits of epochs, ten seeds, some diverged.
TEST(ToTable, Is80ColumnsWideWithThreeAxes) {
  const test::Curve flat(100, 0.5f);
  test::Curve test_loss = flat;
  for (std::size_t e = 80; e < 100; ++e) test_loss[e] = 0.25f + 0.1f * static_cast<float>(e - 80);
  std::vector<StoredRun> runs;
  for (const std::int32_t hidden_size : {25, 800})
    for (const double learning_rate : {0.001, 0.3})
      for (const std::int32_t batch_size : {10, 60'000})
        for (std::int64_t seed = 1; seed <= 10; ++seed) {
          RunSpec s = spec(hidden_size, seed, learning_rate);
          s.batch_size = batch_size;
          const RunStatus status = learning_rate < 0.1 ? RunStatus::done : RunStatus::diverged;
          runs.push_back(stored(s, status, flat, flat, test_loss));
        }
  std::istringstream lines(table(results(99, std::move(runs))));
  std::size_t width = 0;
  for (std::string line; std::getline(lines, line);) width = std::max(width, line.size());
  EXPECT_EQ(width, 79u);
}

/// Three configurations of three seeds that differ a little.
ResultsData with_seeds() {
  std::vector<StoredRun> runs;
  for (const std::int32_t hidden_size : {25, 50, 800})
    for (std::int64_t seed = 1; seed <= 3; ++seed) {
      const float shift = static_cast<float>(seed) * 0.001f;
      runs.push_back(stored(spec(hidden_size, seed), RunStatus::done, {0.1f, 0.8f, 0.9f},
                            {0.1f, 0.8f, 0.85f + shift}, {2, 1, 1.5f}));
    }
  return results(2, std::move(runs));
}

// s = 0.001, t = 4.303: ± 0.00248, said as .003.
TEST(ToTable, ShowsIntervalsOverSeeds) {
  EXPECT_THAT(table(with_seeds()),
              HasSubstr("    25  0.9000  0.8520±.003  *0.0480±.003  +0.8520 @ 2     fits\n"));
}

// Three accuracies of 0.98 ± 0.0497, and a gap: 1.03 is no accuracy.
TEST(ToTable, ShowsTheEndsOfAnIntervalWhereItWouldLeaveWhatCanBe) {
  const std::string text = table(
      results(1, {ending(spec(50, 1), 1, 0.96f), ending(spec(50, 2), 1, 0.98f), ending(spec(50, 3), 1, 1)}));
  EXPECT_THAT(text, HasSubstr("1.0000  0.930…1.000  "));
}

TEST(ToTable, ShowsTheRangeOfTwoSeeds) {
  const std::string text =
      table(results(1, {ending(spec(50, 1), 0.9f, 0.75f), ending(spec(50, 2), 0.9f, 0.7f)}));
  EXPECT_THAT(text, HasSubstr("0.700…0.750  *0.150…0.200  "));
}

TEST(ToTable, LeavesIntervalsAwayWhereThereIsNoRoom) {
  const Comparison comparison = compare(with_seeds());
  const std::string narrow = to_table(comparison, {.columns = 50, .colour = false});
  EXPECT_THAT(narrow, HasSubstr("mean over 3 seeds\n"));
  EXPECT_THAT(narrow, HasSubstr("    25  0.9000  0.8520  *0.0480   +0.8520     fits\n"));
  const std::string wide = to_table(comparison, {.columns = 150, .colour = false});
  EXPECT_THAT(wide, HasSubstr("mean over 3 seeds ± 95 % interval\n"));
  EXPECT_THAT(wide, HasSubstr("test\n"));
  EXPECT_THAT(wide, HasSubstr("stopping"));
}

TEST(ToTable, ColoursWhatIsMarkedAndNothingElse) {
  const std::string text = to_table(compare(with_seeds()), {.columns = 80, .colour = true});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\x1b'), 2);
  EXPECT_THAT(text, HasSubstr("\n\x1b[32m    25  0.9000"));
  EXPECT_THAT(text, HasSubstr("fits\x1b[0m\n"));
}

TEST(ToTable, NamesTheFilesWhereThereAreSeveral) {
  std::vector<ResultsData> files{results(1, {ending(spec(50), 0.75f, 0.5f)}), results(2, {})};
  files[1] = with_seeds();
  files[1].name = "other";
  const std::string text = to_table(compare(files));
  EXPECT_THAT(text, testing::StartsWith("made, other: 2 epochs, 4 configurations, mean over the seeds done"));
  EXPECT_THAT(text, HasSubstr("\n made      50      1  0.7500"));
  EXPECT_THAT(text, HasSubstr("\nother      25      2  0.9000"));
  EXPECT_THAT(text, HasSubstr("* Widest gap: made, hidden_size 50:"));
}

TEST(ToTable, AlignsNamesByThePlacesTheyTake) {
  std::vector<ResultsData> files(4, results(1, {ending(spec(50), 0.75f, 0.5f)}));
  files[0].name = "学習率";                      // Chinese: 6 places
  files[1].name = "がく\u3099";                  // Japanese, a mark written apart: 4 places
  files[2].name = "e\u0301te\u0301 \U0001F600";  // accents written apart, an emoji: 6 places
  files[3].name = "abc";
  const std::string text = to_table(compare(files));
  EXPECT_THAT(text, HasSubstr("\n  file     acc     acc"));
  EXPECT_THAT(text, HasSubstr("\n学習率  0.7500  0.5000"));
  EXPECT_THAT(text, HasSubstr("\n  がく\u3099  0.7500  0.5000"));
  EXPECT_THAT(text, HasSubstr("\ne\u0301te\u0301 \U0001F600  0.7500  0.5000"));
  EXPECT_THAT(text, HasSubstr("\n   abc  0.7500  0.5000"));
}

}  // namespace
}  // namespace runner
