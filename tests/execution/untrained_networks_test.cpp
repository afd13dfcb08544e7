#include "execution/untrained_networks.hpp"

#include "counted_evaluation.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace runner::test {
namespace {

const Dataset data = tiny_dataset();
const std::atomic<bool> not_split{false};
const RunSpec plain{.batch_size = 8, .hidden_size = 5, .weight_init_std = 0.1};

/// What an evaluation of the untrained network itself says.
UntrainedMetrics evaluated(const RunSpec& run) {
  const CohortTrainer trainer(data, {&run, 1}, backend(), not_split);
  UntrainedMetrics found{std::vector<Metrics>(1), {}};
  trainer.evaluate(found.metrics);
  const std::span<const std::uint8_t> predictions = trainer.test_predictions(0);
  found.test_predictions.assign(predictions.begin(), predictions.end());
  return found;
}

bool same_bits(const UntrainedMetrics& a, std::size_t i, const UntrainedMetrics& b) {
  return std::memcmp(&a.metrics[i], &b.metrics[0], sizeof a.metrics[i]) == 0 &&
         std::ranges::equal(a.test_predictions_of(i), b.test_predictions);
}

/// Another value that the axis may have.
template <class Value>
Value other_than(Value value) {
  if constexpr (std::is_enum_v<Value>)
    return static_cast<Value>(static_cast<int>(value) + 1);
  else if constexpr (std::is_integral_v<Value>)
    return value + 1;
  else
    return value == 0 ? 0.5 : value / 2;
}

TEST(BeforeTraining, RunsThatAreEqualHaveTheSameBits) {
  std::vector<std::string_view> of_training;
  for_each_axis([&](const auto& axis) {
    RunSpec other = plain;
    other.*axis.value = other_than(plain.*axis.value);
    ASSERT_NE(other, plain) << axis.name;
    if (before_training(other) != before_training(plain)) return;
    of_training.push_back(axis.name);
    EXPECT_TRUE(same_bits(evaluated(other), 0, evaluated(plain))) << axis.name;
  });
  EXPECT_EQ(std::ranges::count(of_training, "learning_rate"), 1);
  EXPECT_EQ(std::ranges::count(of_training, "batch_size"), 1);
  EXPECT_EQ(std::ranges::count(of_training, "seed"), 0);
}

RunSpec with_units(std::int32_t units) {
  RunSpec run = plain;
  run.hidden_size = units;
  return run;
}

RunSpec with_rate(RunSpec run, double rate) {
  run.learning_rate = rate;
  return run;
}

class AnUntrainedNetwork : public testing::Test {
 protected:
  /// Evaluates the runs of a cohort, and tells how many networks it took.
  std::size_t evaluations_of(const std::vector<RunSpec>& runs) {
    const CohortTrainer trainer(data, runs, CountedEvaluation::backend(), not_split);
    CountedEvaluation::groups = 0;
    const UntrainedMetrics found = networks.evaluate(runs, trainer);
    const std::size_t groups_of_a_network = 2;  // one of training images, one of test images
    const std::size_t evaluations = CountedEvaluation::groups / groups_of_a_network;
    for (std::size_t i = 0; i < runs.size(); ++i)
      EXPECT_TRUE(same_bits(found, i, evaluated(runs[i]))) << runs[i].hidden_size;
    return evaluations;
  }

  UntrainedNetworks networks{data, CountedEvaluation::backend(), not_split};
};

TEST_F(AnUntrainedNetwork, IsEvaluatedOnceForTheRunsOfACohort) {
  const RunSpec wide = with_units(3000);
  EXPECT_EQ(evaluations_of({wide, plain, with_rate(wide, 0.5), with_rate(plain, 0.7)}), 2u);
}

TEST_F(AnUntrainedNetwork, IsEvaluatedOnceForCohorts) {
  RunSpec in_batches_of_3 = with_units(3000);
  in_batches_of_3.batch_size = 3;
  RunSpec beside = plain;
  beside.batch_size = 3;
  EXPECT_EQ(evaluations_of({with_units(3000)}), 1u);
  EXPECT_EQ(evaluations_of({beside, in_batches_of_3}), 1u);
  EXPECT_EQ(evaluations_of({with_rate(beside, 1), with_rate(in_batches_of_3, 1)}), 0u);
}

TEST_F(AnUntrainedNetwork, IsEvaluatedAgainWhereItTakesLessThanATrainer) {
  EXPECT_EQ(evaluations_of({plain}), 1u);
  EXPECT_EQ(evaluations_of({plain, with_units(3)}), 2u);
  EXPECT_EQ(evaluations_of({plain, with_units(3)}), 0u);
}

TEST_F(AnUntrainedNetwork, OfAnotherSeedIsAnother) {
  RunSpec other = plain;
  other.seed = 2;
  EXPECT_EQ(evaluations_of({plain}), 1u);
  EXPECT_EQ(evaluations_of({other}), 1u);
}

TEST_F(AnUntrainedNetwork, IsForgottenWhenMoreAreKnownThanAreKept) {
  const std::size_t kept = 256;
  EXPECT_EQ(evaluations_of({plain}), 1u);
  for (std::size_t i = 1; i < kept; ++i) evaluations_of({with_units(100 + static_cast<std::int32_t>(i))});
  EXPECT_EQ(evaluations_of({plain}), 0u);
  EXPECT_EQ(evaluations_of({with_units(99)}), 1u);
  EXPECT_EQ(evaluations_of({with_units(101)}), 0u);
  EXPECT_EQ(evaluations_of({plain}), 1u);
}

}  // namespace
}  // namespace runner::test
