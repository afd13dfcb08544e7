#include "runner/compute/learning_rate.hpp"

#include "runner/compute/initial_weights.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace runner {
namespace {

constexpr double pi = 3.14159265358979323846;

TEST(LearningRate, IsTheSameInEachEpochWithoutASchedule) {
  RunSpec run;
  run.learning_rate = 0.3;
  EXPECT_EQ(learning_rate(run, 1), 0.3f);
  EXPECT_EQ(learning_rate(run, 1'000'000'000), 0.3f);
}

TEST(LearningRate, IsMultipliedAtEachStep) {
  RunSpec run;
  run.learning_rate = 0.5;
  run.learning_rate_schedule = LearningRateSchedule::step;
  run.schedule_factor = 0.25;
  run.schedule_epochs = 3;
  const float expected[] = {0.5f, 0.5f, 0.5f, 0.125f, 0.125f, 0.125f, 0.03125f};
  for (int epoch = 1; epoch <= 7; ++epoch) EXPECT_EQ(learning_rate(run, epoch), expected[epoch - 1]) << epoch;
  EXPECT_EQ(learning_rate(run, 1'000'000'000), 0.0f);
}

TEST(LearningRate, FollowsACosineToZero) {
  RunSpec run;
  run.learning_rate_schedule = LearningRateSchedule::cosine;
  for (const int epochs : {1, 2, 7, 1000}) {
    run.schedule_epochs = epochs;
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      const double expected = 0.5 * (1 + std::cos(pi * (epoch - 1) / epochs));
      EXPECT_NEAR(static_cast<double>(learning_rate(run, epoch)) / static_cast<double>(0.1f), expected, 1e-7)
          << epoch << " of " << epochs;
    }
    EXPECT_EQ(learning_rate(run, epochs + 1), 0.0f);
    EXPECT_EQ(learning_rate(run, 1'000'000'000), 0.0f);
  }
}

TEST(Power, IsThatOfTheLibrary) {
  for (const double base : {0.9, 0.999, 0.5, 1.0})
    for (const std::uint64_t exponent : {0u, 1u, 2u, 3u, 100u, 12345u})
      EXPECT_NEAR(power(base, exponent), std::pow(base, exponent), 1e-11 * std::pow(base, exponent));
  EXPECT_EQ(power(0.999, std::uint64_t{1} << 60), 0.0);
}

TEST(InitialStd, IsThatOfTheBook) {
  EXPECT_EQ(initial_std(WeightInit::std, 0.01, 784), 0.01);
  EXPECT_EQ(initial_std(WeightInit::xavier, 0.01, 784), 1 / 28.0);
  EXPECT_EQ(initial_std(WeightInit::he, 0.01, 50), 0.2);
}

}  // namespace
}  // namespace runner
