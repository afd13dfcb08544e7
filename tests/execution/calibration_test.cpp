// How long training is expected to take. No test looks at a clock: what is tested is what follows from the
// measured speeds, whatever they are.

#include "runner/execution/calibration.hpp"

#include "execution/made_up_sweep.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace runner::test {
namespace {

const Dataset data = tiny_dataset();
const Calibration::Effort little{0.02, 1};
const std::atomic<bool> no_stop{false};

class ACalibration : public testing::Test {
 protected:
  Calibration calibration(std::size_t threads, int evaluate_every = 1) {
    ThreadPool pool(threads);
    cohorts = make_cohorts(sweep, data, all_runs(sweep), threads, 40);
    return {sweep,  cohorts,
            data,   make_backend("auto", best_instruction_set()),
            pool,   RecordedEpochs(sweep.config.epochs, evaluate_every),
            little, no_stop};
  }

  /// The expected seconds of the first cohort, which has been trained up to an epoch.
  double of_the_first_cohort(const Calibration& measured, int epoch) const {
    Cohort cohort = cohorts.front();
    cohort.epoch = epoch;
    return measured.expected_seconds(sweep, {&cohort, 1});
  }

  Sweep sweep = made_up_sweep(8);
  std::vector<Cohort> cohorts;
};

TEST_F(ACalibration, ExpectsNothingOfNothing) {
  EXPECT_EQ(calibration(1).expected_seconds(sweep, {}), 0);
}

TEST_F(ACalibration, ExpectsTimeForCohorts) {
  EXPECT_GT(calibration(2).expected_seconds(sweep, cohorts), 0);
}

TEST_F(ACalibration, AddsUpTheCohortsOfAThread) {
  const Calibration measured = calibration(1);
  for (Cohort& cohort : cohorts) cohort.epoch = 1;
  double sum = 0;
  for (const Cohort& cohort : cohorts) sum += measured.expected_seconds(sweep, {&cohort, 1});
  const double together = measured.expected_seconds(sweep, cohorts);
  EXPECT_NEAR(sum, together, 1e-9 * together);
}

TEST_F(ACalibration, SharesCohortsAmongThreads) {
  const Calibration measured = calibration(4);
  ASSERT_GE(cohorts.size(), 8u);
  for (Cohort& cohort : cohorts) cohort.epoch = 1;
  double sum = 0;
  for (const Cohort& cohort : cohorts) sum += measured.expected_seconds(sweep, {&cohort, 1});
  const double together = measured.expected_seconds(sweep, cohorts);
  EXPECT_NEAR(sum / 4, together, 1e-9 * together);
}

TEST_F(ACalibration, ExpectsLessWhereThereIsLessToDo) {
  const Calibration measured = calibration(1);
  Cohort begun = cohorts.front();
  double before = measured.expected_seconds(sweep, {&begun, 1});
  for (begun.epoch = 1; begun.epoch < 8; ++begun.epoch) {
    const double now = measured.expected_seconds(sweep, {&begun, 1});
    EXPECT_LT(now, before) << begun.epoch;
    before = now;
  }
}

// Training takes the same however often it is evaluated.
TEST_F(ACalibration, CountsTheEvaluationsThatAreMade) {
  const Calibration measured = calibration(1, 3);  // after epochs 0, 3, 6 and 8
  const auto left_from = [&](int epoch) { return of_the_first_cohort(measured, epoch); };
  const double an_epoch = left_from(4) - left_from(5);
  const double an_evaluation = left_from(3) - left_from(4) - an_epoch;
  EXPECT_GT(an_evaluation, 0);
  EXPECT_NEAR(left_from(0) - left_from(1), an_epoch + an_evaluation, 1e-6 * an_epoch);
  EXPECT_NEAR(left_from(1) - left_from(2), an_epoch, 1e-6 * an_epoch);
  EXPECT_NEAR(left_from(6) - left_from(7), an_epoch + an_evaluation, 1e-6 * an_epoch);
}

// Whoever goes on from an epoch evaluates it again.
TEST_F(ACalibration, ExpectsTheStagesOfASweepOneByOne) {
  const Calibration measured = calibration(1, 3);  // after epochs 0, 3, 6 and 8
  const auto between = [&](int from, int to) {
    Cohort cohort = cohorts.front();
    cohort.epoch = from;
    return measured.expected_seconds(sweep, {&cohort, 1}, to);
  };
  EXPECT_EQ(between(2, 8), measured.expected_seconds(sweep, {{{cohorts.front().runs, 0, 2}}}));
  const double an_epoch = between(0, 2) - between(0, 1);
  const double an_evaluation = between(0, 3) - between(0, 2) - an_epoch;
  EXPECT_GT(an_evaluation, 0);
  EXPECT_NEAR(between(3, 4) - between(4, 5), an_evaluation, 1e-6 * an_epoch);
  EXPECT_NEAR(between(3, 8) - between(3, 6), 2 * an_epoch + an_evaluation, 1e-6 * an_epoch);
}

TEST_F(ACalibration, CountsAnUntrainedNetworkOnceForAllRunsThatBeginWithIt) {
  sweep.runs = {sweep.runs[0], sweep.runs[0]};
  sweep.runs[1].spec.learning_rate *= 2;
  const Calibration measured = calibration(1, 3);  // after epochs 0, 3, 6 and 8
  ASSERT_EQ(cohorts.size(), 1u);
  const auto left_from = [&](int epoch) { return of_the_first_cohort(measured, epoch); };
  // Of both runs.
  const double an_epoch = left_from(4) - left_from(5);
  const double an_evaluation = left_from(3) - left_from(4) - an_epoch;
  EXPECT_NEAR(left_from(0) - left_from(1), an_epoch + an_evaluation / 2, 1e-6 * an_epoch);
}

TEST_F(ACalibration, IsOverAtOnceWhereTheSweepIsStopped) {
  ThreadPool pool(2);
  cohorts = make_cohorts(sweep, data, all_runs(sweep), 2);
  const std::atomic<bool> stop{true};
  const Calibration measured(sweep, cohorts, data, make_backend("auto", best_instruction_set()), pool,
                             RecordedEpochs(8), {3600, 1e9}, stop);
  EXPECT_GT(measured.expected_seconds(sweep, cohorts), 0);
}

TEST_F(ACalibration, TakesAllKindsOfRuns) {
  sweep.runs.clear();
  for (const Optimizer optimizer : {Optimizer::sgd, Optimizer::adam})
    for (const Gradient gradient : {Gradient::backpropagation, Gradient::numerical})
      for (const Sampling sampling : {Sampling::shuffle, Sampling::with_replacement})
        for (const std::int32_t batch_size : {1, 60})
          sweep.runs.push_back({{.learning_rate = 0.01,
                                 .batch_size = batch_size,
                                 .hidden_size = 3,
                                 .sampling = sampling,
                                 .gradient = gradient,
                                 .optimizer = optimizer,
                                 .label_noise = 0.5},
                                ""});
  for (const std::size_t threads : std::array<std::size_t, 3>{1, 2, 33}) {
    const Calibration measured = calibration(threads);
    for (const Cohort& cohort : cohorts) {
      const double seconds = measured.expected_seconds(sweep, {&cohort, 1});
      EXPECT_TRUE(std::isfinite(seconds) && seconds > 0) << seconds;
    }
  }
}

}  // namespace
}  // namespace runner::test
