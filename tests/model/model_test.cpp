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
  EXPECT_THAT(axis_names(), ElementsAre("learning_rate", "batch_size", "hidden_size", "loss", "sampling",
                                        "gradient", "weight_init_std", "seed"));
  std::size_t i = 0;
  for_each_axis([&](const auto& axis) {
    EXPECT_EQ(axis_table()[i].name, axis.name);
    EXPECT_EQ(axis_table()[i].long_name, axis.long_name);
    EXPECT_EQ(axis_table()[i].units, axis.units);
    ++i;
  });
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
