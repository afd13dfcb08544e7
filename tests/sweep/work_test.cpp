#include "runner/sweep/work.hpp"

#include "support/tiny_dataset.hpp"

#include <gtest/gtest.h>

namespace runner {
namespace {

// 60 training and 20 test images of 35 pixels, 3 classes.
TEST(RunCost, CountsMultiplyAddsOfAnEpoch) {
  // 6 updates of 10 images: 7·(35·(2·60 + 2·6 + 80) + 3·(3·60 + 80))
  EXPECT_EQ(run_cost({.batch_size = 10, .hidden_size = 7}, test::tiny_dataset()), 57'400);
}

TEST(RunCost, CountsTheImagesTrained) {
  // With replacement, 2 updates of 25 images: 1·(35·(2·50 + 2·2 + 80) + 3·(3·50 + 80)); shuffled 3 updates of
  // 60 in all.
  EXPECT_EQ(run_cost({.batch_size = 25, .hidden_size = 1, .sampling = Sampling::with_replacement},
                     test::tiny_dataset()),
            7'130);
  EXPECT_EQ(run_cost({.batch_size = 25, .hidden_size = 1}, test::tiny_dataset()), 7'990);
}

TEST(RunCost, OfNumericalGradientsIsFarMore) {
  EXPECT_GT(run_cost({.batch_size = 10, .gradient = Gradient::numerical}, test::tiny_dataset()),
            20 * run_cost({.batch_size = 10}, test::tiny_dataset()));
}

TEST(EpochWork, CountsUpdatesAndImages) {
  const EpochWork shuffled = epoch_work({.batch_size = 25, .hidden_size = 2}, test::tiny_dataset());
  EXPECT_EQ(shuffled.updates, 3);
  EXPECT_EQ(shuffled.trained, 60);
  EXPECT_EQ(shuffled.evaluated, 80);
  EXPECT_EQ(shuffled.training, 2 * 60 * (2 * 35 + 3 * 3));
  EXPECT_EQ(shuffled.weights_written, 2 * 2 * 35 * 3);
  EXPECT_EQ(shuffled.evaluation, 2 * 80 * (35 + 3));
  const EpochWork drawn =
      epoch_work({.batch_size = 25, .sampling = Sampling::with_replacement}, test::tiny_dataset());
  EXPECT_EQ(drawn.updates, 2);
  EXPECT_EQ(drawn.trained, 50);
}

}  // namespace
}  // namespace runner
