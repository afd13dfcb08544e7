#include "runner/model/enumerations.hpp"
#include "runner/model/metric.hpp"
#include "runner/model/run_spec.hpp"
#include "runner/model/weights.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

using testing::ElementsAre;

// They stand in results files and digests: an old name never changes.
TEST(Enumerations, HaveTheConfigsNames) {
  EXPECT_EQ(to_string(Loss::cross_entropy), "cross_entropy");
  EXPECT_EQ(to_string(Loss::mean_squared_error), "mean_squared_error");
  EXPECT_EQ(to_string(Sampling::shuffle), "shuffle");
  EXPECT_EQ(to_string(Sampling::with_replacement), "with_replacement");
  EXPECT_EQ(to_string(Gradient::backpropagation), "backpropagation");
  EXPECT_EQ(to_string(Gradient::numerical), "numerical");
  EXPECT_EQ(to_string(Optimizer::sgd), "sgd");
  EXPECT_EQ(to_string(Optimizer::momentum), "momentum");
  EXPECT_EQ(to_string(Optimizer::nesterov), "nesterov");
  EXPECT_EQ(to_string(Optimizer::adagrad), "adagrad");
  EXPECT_EQ(to_string(Optimizer::rmsprop), "rmsprop");
  EXPECT_EQ(to_string(Optimizer::adam), "adam");
  EXPECT_EQ(to_string(Activation::sigmoid), "sigmoid");
  EXPECT_EQ(to_string(Activation::tanh), "tanh");
  EXPECT_EQ(to_string(Activation::relu), "relu");
  EXPECT_EQ(to_string(WeightInit::std), "std");
  EXPECT_EQ(to_string(WeightInit::xavier), "xavier");
  EXPECT_EQ(to_string(WeightInit::he), "he");
  EXPECT_EQ(to_string(LearningRateSchedule::constant), "constant");
  EXPECT_EQ(to_string(LearningRateSchedule::step), "step");
  EXPECT_EQ(to_string(LearningRateSchedule::cosine), "cosine");
  EXPECT_EQ(to_string(RunStatus::diverged), "diverged");
}

TEST(Metrics, AreAllInTheirPlacesOfTheTable) {
  for (std::size_t m = 0; m < metric_count; ++m) {
    EXPECT_EQ(static_cast<std::size_t>(metric_table[m].metric), m);
    EXPECT_EQ(info(metric_table[m].metric).name, metric_table[m].name);
  }
}

TEST(Metrics, AreNoNumbersAtFirst) {
  for (const MetricInfo& line : metric_table) EXPECT_TRUE(std::isnan(Metrics()[line.metric])) << line.name;
}

TEST(Metrics, AreFiniteWithoutAValidationSet) {
  Metrics metrics;
  EXPECT_FALSE(metrics.finite());
  metrics[Metric::train_loss] = 1;
  EXPECT_FALSE(metrics.finite());
  metrics[Metric::test_loss] = 2;
  EXPECT_TRUE(metrics.finite());
  metrics[Metric::train_loss] = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(metrics.finite());
}

// A run may have been trained, in part, before there was a metric. Of a metric that every file has, NaN is
// damage.
TEST(Metrics, MayBeUnrecordedWhereTheyAreNewerThanTheRun) {
  const MetricInfo old = info(Metric::test_loss);
  MetricInfo newer = old;
  newer.since = oldest_readable_layout + 1;
  EXPECT_TRUE(unrecorded(newer, canonical_nan));
  EXPECT_FALSE(unrecorded(newer, 0.5f));
  EXPECT_FALSE(unrecorded(old, canonical_nan));
}

TEST(AxisTable, HasTheAxesInTheirOrder) {
  EXPECT_THAT(
      axis_names(),
      ElementsAre("learning_rate", "batch_size", "hidden_size", "loss", "sampling", "gradient", "optimizer",
                  "momentum", "decay_rate", "beta1", "beta2", "epsilon", "decoupled_weight_decay",
                  "weight_decay", "dropout", "label_noise", "learning_rate_schedule", "schedule_factor",
                  "schedule_epochs", "activation", "weight_init", "weight_init_std", "seed"));
  std::size_t i = 0;
  for_each_axis([&](const auto& axis) {
    EXPECT_EQ(axis_table()[i].name, axis.name);
    EXPECT_EQ(axis_table()[i].long_name, axis.long_name);
    EXPECT_EQ(axis_table()[i].units, axis.units);
    ++i;
  });
}

// That every scope names an axis of words, and that it includes some of its words and not all.
TEST(AxisTable, HasScopesThatDependOnOneOtherAxis) {
  for_each_axis([](const auto& axis) {
    if (axis.scope.other.empty()) {
      EXPECT_TRUE(axis.applies_to(RunSpec{})) << axis.name;
      return;
    }
    std::size_t words = 0, included = 0;
    for_each_axis([&]<class Value, class Rule>(const Axis<Value, Rule>& other) {
      if constexpr (Named<Value>) {
        if (other.name != axis.scope.other) return;
        words = enumerator_names<Value>.size();
        for (std::size_t i = 0; i < words; ++i) {
          RunSpec run;
          run.*other.value = static_cast<Value>(i);
          included += axis.applies_to(run) ? 1 : 0;
        }
      }
    });
    EXPECT_GT(included, 0u) << axis.name;
    EXPECT_LT(included, words) << axis.name;
  });
}

TEST(AxisTable, LeavesOutWhatGoesWithoutSaying) {
  RunSpec spec;
  EXPECT_FALSE(find_axis("weight_init_std")->goes_without_saying(spec));
  EXPECT_TRUE(find_axis("optimizer")->goes_without_saying(spec));
  spec.weight_init = WeightInit::he;
  EXPECT_TRUE(find_axis("weight_init_std")->goes_without_saying(spec));
  EXPECT_FALSE(find_axis("weight_init")->goes_without_saying(spec));
}

TEST(Runs, ShareACohortWhereTheMiniBatchesAreTheSame) {
  RunSpec one, other;
  other.optimizer = Optimizer::adam;
  other.weight_decay = 0.1;
  other.dropout = 0.5;
  other.learning_rate = 1;
  other.learning_rate_schedule = LearningRateSchedule::cosine;
  other.weight_init = WeightInit::he;
  EXPECT_TRUE(same_cohort(one, other));
  other.label_noise = 0.2;
  EXPECT_FALSE(same_cohort(one, other));
  other.label_noise = 0;
  other.activation = Activation::relu;
  EXPECT_FALSE(same_cohort(one, other));
}

TEST(AxisTable, TellsAValueAsAConfigHasIt) {
  RunSpec spec;
  spec.learning_rate = 1e-5;
  spec.sampling = Sampling::with_replacement;
  spec.seed = 9'007'199'254'740'993;
  EXPECT_EQ(find_axis("learning_rate")->text(spec), "1e-05");
  EXPECT_EQ(find_axis("sampling")->text(spec), "with_replacement");
  EXPECT_EQ(find_axis("sampling")->order(spec), 1);
  EXPECT_THAT(find_axis("sampling")->words, ElementsAre("shuffle", "with_replacement"));
  EXPECT_EQ(find_axis("seed")->text(spec), "9007199254740993");
  EXPECT_TRUE(find_axis("seed")->words.empty());
  EXPECT_EQ(find_axis("rate"), nullptr);
}

TEST(AxisTable, ComparesAndResetsOneValue) {
  const RunSpec plain;
  RunSpec other = plain;
  other.batch_size = 7;
  EXPECT_FALSE(find_axis("batch_size")->same(plain, other));
  EXPECT_TRUE(find_axis("hidden_size")->same(plain, other));
  find_axis("hidden_size")->reset(other);
  EXPECT_EQ(other.batch_size, 7);
  find_axis("batch_size")->reset(other);
  EXPECT_EQ(other, plain);
}

TEST(ARuleOfNumbers, IsThatOfTheirFloat32) {
  EXPECT_TRUE(obeys(1e-45, positive));
  EXPECT_FALSE(obeys(7e-46, positive));  // is 0 as float32
  EXPECT_TRUE(obeys(3.4e38, positive));
  EXPECT_FALSE(obeys(3.5e38, positive));
  EXPECT_FALSE(obeys(0.0, positive));
  EXPECT_FALSE(obeys(std::nan(""), positive));
  EXPECT_FALSE(obeys(std::numeric_limits<double>::infinity(), positive));
  constexpr Numbers share{0, true, 1};
  EXPECT_TRUE(obeys(0.0, share));
  EXPECT_TRUE(obeys(1.0, share));
  EXPECT_FALSE(obeys(-1e-3, share));
  EXPECT_FALSE(obeys(1.001, share));
}

TEST(Tensors, HaveTheSizesOfTheirNetwork) {
  constexpr NetworkShape shape{784, 50, 10};
  EXPECT_EQ(size(tensor_table[0], shape), 784u * 50);
  EXPECT_EQ(size(tensor_table[1], shape), 50u);
  EXPECT_EQ(size(tensor_table[2], shape), 500u);
  EXPECT_EQ(size(tensor_table[3], shape), 10u);
}

}  // namespace
}  // namespace runner::test
