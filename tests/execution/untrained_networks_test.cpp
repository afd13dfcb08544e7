#include "execution/untrained_networks.hpp"

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

Backend backend() {
  return make_backend("auto", best_instruction_set());
}

/// What an evaluation of the untrained network itself says.
UntrainedNetwork evaluated(const RunSpec& run) {
  const CohortTrainer trainer(data, {&run, 1}, backend(), not_split);
  Metrics metrics[1];
  trainer.evaluate(metrics);
  const std::span<const std::uint8_t> predictions = trainer.test_predictions(0);
  return {metrics[0], {predictions.begin(), predictions.end()}};
}

bool same_bits(const UntrainedNetwork& a, const UntrainedNetwork& b) {
  return std::memcmp(&a.metrics, &b.metrics, sizeof a.metrics) == 0 &&
         a.test_predictions == b.test_predictions;
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
    EXPECT_TRUE(same_bits(evaluated(other), evaluated(plain))) << axis.name;
  });
  EXPECT_EQ(std::ranges::count(of_training, "learning_rate"), 1);
  EXPECT_EQ(std::ranges::count(of_training, "batch_size"), 1);
  EXPECT_EQ(std::ranges::count(of_training, "seed"), 0);
}

class AnUntrainedNetwork : public testing::Test {
 protected:
  using Result = std::vector<std::shared_ptr<const UntrainedNetwork>>;

  Result evaluate(const std::vector<RunSpec>& runs) {
    return networks.evaluate(runs, CohortTrainer(data, runs, backend(), not_split));
  }

  static RunSpec with_rate(RunSpec run, double rate) {
    run.learning_rate = rate;
    return run;
  }
  static RunSpec with_units(std::int32_t units) {
    RunSpec run = plain;
    run.hidden_size = units;
    return run;
  }

  UntrainedNetworks networks{data, backend(), not_split, 0};
};

TEST_F(AnUntrainedNetwork, IsEvaluatedOnceForTheRunsOfACohort) {
  const Result found = evaluate({plain, with_units(3), with_rate(plain, 0.5), with_rate(with_units(3), 0.7)});
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0], found[2]);
  EXPECT_EQ(found[1], found[3]);
  EXPECT_TRUE(same_bits(*found[0], evaluated(plain)));
  EXPECT_TRUE(same_bits(*found[1], evaluated(with_units(3))));
}

TEST_F(AnUntrainedNetwork, IsEvaluatedOnceForCohorts) {
  const Result first = evaluate({plain});
  RunSpec in_batches_of_3 = plain;
  in_batches_of_3.batch_size = 3;
  RunSpec beside = with_units(20);
  beside.batch_size = 3;
  const Result second = evaluate({beside, in_batches_of_3});
  EXPECT_EQ(second[1], first[0]);
  EXPECT_TRUE(same_bits(*second[0], evaluated(with_units(20))));
}

TEST_F(AnUntrainedNetwork, OfAnotherSeedIsAnother) {
  RunSpec other = plain;
  other.seed = 2;
  const Result first = evaluate({plain}), second = evaluate({other});
  EXPECT_NE(second[0], first[0]);
  EXPECT_TRUE(same_bits(*second[0], evaluated(other)));
}

TEST_F(AnUntrainedNetwork, IsForgottenWhenMoreAreKnownThanAreKept) {
  const Result first = evaluate({plain});
  for (std::int32_t units = 30; units < 45; ++units) evaluate({with_units(units)});
  EXPECT_EQ(evaluate({plain})[0], first[0]);  // one of 16
  evaluate({with_units(45)});
  const Result again = evaluate({plain});
  EXPECT_NE(again[0], first[0]);
  EXPECT_TRUE(same_bits(*again[0], *first[0]));
}

}  // namespace
}  // namespace runner::test
