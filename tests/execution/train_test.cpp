#include "runner/execution/train.hpp"

#include "runner/error/error.hpp"

#include "made_up_sweep.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace runner {
namespace {

bool same_bits(const Metrics& a, const Metrics& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

TEST(Train, GivesTheBitsOfTheSweepForAnyNumberOfThreads) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep(3);
  test::Recorder recorder;
  ThreadPool pool(2);
  execute(sweep, make_cohorts(sweep, data, test::all_runs(sweep), 2), data,
          make_backend("auto", best_instruction_set()), pool, recorder, std::atomic<bool>{false});
  for (const std::size_t run : {std::size_t{0}, std::size_t{21}})
    for (const std::size_t threads : {std::size_t{1}, std::size_t{3}}) {
      const std::vector<Metrics> curve = train(sweep.runs[run].spec, data, 3, threads);
      ASSERT_EQ(curve.size(), 4u);
      for (std::size_t e = 0; e < curve.size(); ++e)
        EXPECT_TRUE(same_bits(curve[e], recorder.runs[run][e].metrics)) << run << " " << e;
    }
}

TEST(Train, NoEpochsAreTheUntrainedNetwork) {
  EXPECT_EQ(train({.batch_size = 10}, test::tiny_dataset(), 0, 1).size(), 1u);
}

TEST(Train, EndsWhereItDiverges) {
  const std::vector<Metrics> curve =
      train({.learning_rate = 3e38, .batch_size = 10, .hidden_size = 5, .weight_init_std = 0.1},
            test::tiny_dataset(), 10, 1);
  ASSERT_LT(curve.size(), 11u);
  EXPECT_FALSE(curve.back().finite());
  EXPECT_TRUE(curve[curve.size() - 2].finite());
}

TEST(Train, RefusesABatchLargerThanTheTrainingSet) {
  try {
    train({.batch_size = 61}, test::tiny_dataset(), 1, 1);
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "batch_size: 61 is out of range: at most the 60 images of the training set");
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
  }
}

}  // namespace
}  // namespace runner
