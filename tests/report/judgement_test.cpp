#include "judgement.hpp"

#include "report/hand_made.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using test::Curve;

// Of ten classes of equal size, on so many images that chance is small.
constexpr Baseline ten_classes{0.1, 2.302585, 10'000, 10'000};

/// A run whose losses are functions of the epoch, and that knows its training data well in the end.
template <class Train, class Test>
StoredRun run_of(int epochs, const Train& train, const Test& test) {
  Curve train_loss, test_loss;
  for (int e = 0; e <= epochs; ++e) {
    train_loss.push_back(static_cast<float>(train(e)));
    test_loss.push_back(static_cast<float>(test(e)));
  }
  StoredRun run = test::stored(test::spec(50), RunStatus::done, Curve(test_loss.size(), 0.9f),
                               Curve(test_loss.size(), 0.8f), test_loss);
  run.curves[Metric::train_loss] = std::move(train_loss);
  return run;
}

Judgement judged(const std::vector<StoredRun>& runs, const Baseline& baseline = ten_classes) {
  Runs all;
  for (const StoredRun& run : runs) all.push_back(&run);
  return judge(all, Metric::test_loss, static_cast<std::size_t>(runs.front().epochs_done), baseline);
}

double falling(int e) {
  return 2 / (1.0 + e);
}
/// Falls to epoch 10, then rises by 0.02 an epoch.
double turning(int e) {
  return 1 + 0.02 * std::abs(e - 10);
}

TEST(Judgement, ALossThatRisesWhileTheTrainingLossFallsOverfits) {
  const Judgement judgement = judged({run_of(40, falling, turning)});
  EXPECT_EQ(judgement.verdict, Verdict::overfits);
  // Windows of six epochs: the smallest are 7 … 12 and 8 … 13, and the first of them counts.
  EXPECT_EQ(judgement.stop_epoch, 9);
  EXPECT_NEAR(judgement.overfits_from, 12, 2);
}

TEST(Judgement, ALossThatFallsToTheEndFitsAndTheLastEpochIsTheOneToStopAt) {
  const Judgement judgement = judged({run_of(40, falling, falling)});
  EXPECT_EQ(judgement.verdict, Verdict::fits);
  EXPECT_EQ(judgement.stop_epoch, 40);
  EXPECT_EQ(judgement.overfits_from, -1);
}

TEST(Judgement, ARiseWithTheTrainingLossIsNoOverfitting) {
  EXPECT_EQ(judged({run_of(40, turning, turning)}).verdict, Verdict::fits);
}

TEST(Judgement, ASingleBadLastEpochIsNoOverfitting) {
  const auto bad_end = [](int e) { return e == 40 ? 1.2 : 1 + 0.001 * (40 - e) + (e % 2 == 0 ? 0.02 : 0); };
  EXPECT_EQ(judged({run_of(40, falling, bad_end)}).verdict, Verdict::fits);
}

TEST(Judgement, ARiseWithinTheJitterIsNoOverfitting) {
  // Up and down by 0.2 from epoch to epoch, and up by 0.04 in all.
  const auto noisy = [](int e) { return turning(e) / 10 + 1 + 0.2 * (e * 7 % 5 - 2); };
  EXPECT_EQ(judged({run_of(40, falling, noisy)}).verdict, Verdict::fits);
}

TEST(Judgement, WhatFewTestImagesMayShowIsPerhapsOrNothing) {
  const auto with_images = [](std::size_t images) {
    Baseline few = ten_classes;
    few.chosen_images = images;
    return judged({run_of(
                      40, [](int e) { return 1.2 - 0.01 * e; },
                      [](int e) { return 1 + 0.002 * std::abs(e - 10); })},
                  few)
        .verdict;
  };
  EXPECT_EQ(with_images(100'000), Verdict::overfits);
  EXPECT_EQ(with_images(800), Verdict::perhaps);
  EXPECT_EQ(with_images(50), Verdict::fits);
}

TEST(Judgement, ARiseOfLessThanOnePercentIsPerhaps) {
  Baseline many = ten_classes;
  many.chosen_images = 100'000'000;
  const auto rising_by = [&](double share) {
    return judged(
               {run_of(40, falling, [&](int e) { return e < 10 ? 2 - 0.1 * e : 1 + share * (e - 10) / 30; })},
               many)
        .verdict;
  };
  EXPECT_EQ(rising_by(0.004), Verdict::fits);
  EXPECT_EQ(rising_by(0.009), Verdict::perhaps);
  EXPECT_EQ(rising_by(0.02), Verdict::overfits);
}

TEST(Judgement, SeedsThatWanderApartAreNoise) {
  // Each by itself is smooth; one rises, one falls, and the mean rises a little.
  const auto wave = [](double phase) {
    return [phase](int e) {
      return (e < 10 ? 2 - 0.1 * e : 1) + 0.002 * std::max(e - 10, 0) + 0.1 * std::sin(e / 4.0 + phase);
    };
  };
  EXPECT_NE(judged({run_of(60, falling, wave(0)), run_of(60, falling, wave(2)), run_of(60, falling, wave(3))})
                .verdict,
            Verdict::overfits);
}

TEST(Judgement, ANetworkAsGoodAsTheClassFrequenciesDidNotLearn) {
  const auto constant = [](double loss) { return [loss](int) { return loss; }; };
  StoredRun guesses = run_of(10, constant(2.30), constant(2.31));
  guesses.curves[Metric::train_accuracy].assign(11, 0.105f);
  EXPECT_EQ(judged({guesses}).verdict, Verdict::did_not_learn);
  // 0.105 is chance on 10,000 images (0.1 + 3·0.003), but not on 1,000,000.
  Baseline many = ten_classes;
  many.train_images = 1'000'000;
  EXPECT_EQ(judged({guesses}, many).verdict, Verdict::fits);
  // A loss above that of the class frequencies, however many it gets right by it.
  EXPECT_EQ(judged({run_of(10, constant(9), constant(9))}).verdict, Verdict::did_not_learn);
}

TEST(Judgement, MostSeedsDecideWhetherItLearnedAndTheOthersAreLeftOut) {
  StoredRun stuck = run_of(
      40, [](int) { return 9.0; }, [](int) { return 9.0; });
  const StoredRun overfits = run_of(40, falling, turning);
  EXPECT_EQ(judged({overfits, stuck, overfits}).verdict, Verdict::overfits);
  EXPECT_EQ(judged({stuck, overfits, stuck}).verdict, Verdict::did_not_learn);
}

TEST(Judgement, OfTooFewEpochsThereIsNoSign) {
  const std::vector<StoredRun> runs{run_of(3, falling, [](int e) { return 1.0 + e; })};
  EXPECT_EQ(judged(runs).verdict, Verdict::fits);
  EXPECT_EQ(judged({run_of(1, falling, falling)}).verdict, Verdict::fits);
}

TEST(Baseline, IsThatOfTheClassFrequencies) {
  ResultsData results = test::results(1, {});
  results.origin.data.train_class_counts = {6, 2, 2};
  results.origin.data.train_size = 10;
  results.origin.data.test_size = 5;
  const Baseline crossed = baseline_of(results, Loss::cross_entropy);
  EXPECT_DOUBLE_EQ(crossed.accuracy, 0.6);
  EXPECT_NEAR(crossed.loss, 0.6 * std::log(1 / 0.6) + 0.4 * std::log(1 / 0.2), 1e-15);
  EXPECT_EQ(crossed.train_images, 10u);
  EXPECT_EQ(crossed.chosen_images, 5u);
  EXPECT_NEAR(baseline_of(results, Loss::mean_squared_error).loss, (1 - 0.36 - 0.04 - 0.04) / 2, 1e-15);
  results.origin.data.validation_size = 3;
  EXPECT_EQ(baseline_of(results, Loss::cross_entropy).chosen_images, 3u);
}

TEST(Baseline, OfAFileThatDoesNotSayIsThatOfItsUntrainedNetworks) {
  std::vector<StoredRun> runs;
  for (const float loss : {2.31f, 2.30f, 5.0f}) {
    runs.push_back(test::ending(test::spec(10), 0.9f, 0.8f));
    runs.back().curves[Metric::train_loss] = {loss, 0.1f};
    runs.back().curves[Metric::train_accuracy][0] = loss / 20;
  }
  ResultsData results = test::results(1, std::move(runs));
  results.origin.data.train_class_counts.clear();
  const Baseline baseline = baseline_of(results, Loss::cross_entropy);
  EXPECT_FLOAT_EQ(static_cast<float>(baseline.loss), 2.31f);
  EXPECT_FLOAT_EQ(static_cast<float>(baseline.accuracy), 2.31f / 20);
}

}  // namespace
}  // namespace runner
