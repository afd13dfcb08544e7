#include "runner/execution/execute.hpp"

#include "runner/error/error.hpp"

#include "counted_evaluation.hpp"
#include "made_up_sweep.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using test::Recorder;

using test::backend;
using test::CountedEvaluation;

const std::atomic<bool> never{false};

struct Run {
  Recorder recorder;
  bool complete;
};

std::unique_ptr<Run> run(const Sweep& sweep, std::span<const Cohort> cohorts, const Dataset& data,
                         std::size_t threads) {
  auto out = std::make_unique<Run>();
  ThreadPool pool(threads);
  out->complete = execute(sweep, cohorts, data, backend(), pool, out->recorder, never);
  return out;
}

TEST(Execute, TellsEveryEpochOfEveryRunInOrder) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep();
  const auto cohorts = make_cohorts(sweep, data, test::all_runs(sweep), 2);
  const auto result = run(sweep, cohorts, data, 2);
  EXPECT_TRUE(result->complete);
  EXPECT_FALSE(result->recorder.overlapped);
  ASSERT_EQ(result->recorder.runs.size(), sweep.runs.size());
  for (const auto& [index, entries] : result->recorder.runs) {
    ASSERT_EQ(entries.size(), 4u);
    for (int epoch = 0; epoch <= 3; ++epoch) {
      const auto& entry = entries[static_cast<std::size_t>(epoch)];
      EXPECT_EQ(entry.epoch, epoch);
      EXPECT_EQ(entry.status, epoch == 3 ? RunStatus::done : RunStatus::running);
      EXPECT_GT(entry.seconds, 0.0);
    }
  }
}

/// The states that a recorder was told, of each run after the epoch it is to go on from.
class ToldStates : public Checkpoints {
 public:
  ToldStates(const Sweep& sweep, const Dataset& data, const test::Recorder& told,
             const std::vector<int>& epochs)
      : sweep_(sweep), data_(data), told_(told), epochs_(epochs) {}

  TrainingState state(std::size_t run) const override {
    const auto hidden = static_cast<std::size_t>(sweep_.runs[run].spec.hidden_size);
    const float* next = told_.runs.at(run).at(static_cast<std::size_t>(epochs_[run])).state.data();
    const auto take = [&] {
      Weights numbers;
      for (const TensorInfo& tensor : tensor_table) {
        const std::size_t count = size(tensor, {data_.pixels, hidden, data_.classes});
        (numbers.*tensor.values).assign(next, next + count);
        next += count;
      }
      return numbers;
    };
    TrainingState state{take(), {}};
    for (std::size_t k = 0; k < moment_count(sweep_.runs[run].spec.optimizer); ++k)
      state.moments.push_back(take());
    return state;
  }

  std::vector<float> curve(std::size_t run, Metric metric) const override {
    std::vector<float> values;
    for (const Recorder::Entry& entry : told_.runs.at(run))
      if (entry.epoch <= epochs_[run]) values.push_back(entry.metrics[metric]);
    return values;
  }

  void compare(std::size_t run, const Metrics& evaluated) const override {
    const Metrics& then = told_.runs.at(run).at(static_cast<std::size_t>(epochs_[run])).metrics;
    if (std::memcmp(&then, &evaluated, sizeof then) != 0) throw bad_input("other weights");
    ++compared;
  }

  mutable std::atomic<std::size_t> compared = 0;

 private:
  const Sweep& sweep_;
  const Dataset& data_;
  const test::Recorder& told_;
  const std::vector<int>& epochs_;
};

TEST(Execute, GoesOnFromCheckpointsWithTheSameBits) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep(4);
  const auto all = test::all_runs(sweep);
  const auto expected = run(sweep, make_cohorts(sweep, data, all, 2), data, 2);
  std::vector<int> epochs;
  for (const std::size_t i : all) epochs.push_back(static_cast<int>(i % 4));
  const ToldStates checkpoints(sweep, data, expected->recorder, epochs);

  const auto cohorts = make_cohorts(sweep, data, all, epochs, 2);
  for (const Cohort& cohort : cohorts)
    for (const std::size_t i : cohort.runs) EXPECT_EQ(epochs[i], cohort.epoch);
  test::Recorder rest;
  ThreadPool pool(2);
  EXPECT_TRUE(execute(sweep, cohorts, data, backend(), pool, rest, never, &checkpoints));
  // Of a run that goes on from an epoch, that epoch has been told before.
  for (auto& [i, entries] : expected->recorder.runs)
    if (epochs[i] > 0) entries.erase(entries.begin(), entries.begin() + epochs[i] + 1);
  EXPECT_TRUE(test::same_bits(rest, expected->recorder));
  EXPECT_EQ(checkpoints.compared, std::count_if(epochs.begin(), epochs.end(), [](int e) { return e > 0; }));
}

TEST(Execute, DoesNotGoOnFromWeightsThatGiveOtherNumbers) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep(4);
  const auto all = test::all_runs(sweep);
  const auto told = run(sweep, make_cohorts(sweep, data, all, 2), data, 2);
  const std::vector<int> epochs(all.size(), 2);
  told->recorder.runs.at(1).at(2).state.back() *= 2;
  const ToldStates checkpoints(sweep, data, told->recorder, epochs);
  test::Recorder rest;
  ThreadPool pool(2);
  EXPECT_THROW(execute(sweep, make_cohorts(sweep, data, all, epochs, 2), data, backend(), pool, rest, never,
                       &checkpoints),
               Error);
  EXPECT_FALSE(rest.runs.contains(1));
}

/// As if it were said in the config.
Sweep evaluated_every(int every, Sweep sweep) {
  sweep.config.evaluate_every = every;
  return sweep;
}

TEST(Execute, TellsTheSameBitsOfTheEpochsThatAreRecorded) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep(8);
  const auto cohorts = make_cohorts(sweep, data, test::all_runs(sweep), 2);
  const auto expected = run(sweep, cohorts, data, 2);
  const auto some = run(evaluated_every(3, sweep), cohorts, data, 2);
  EXPECT_TRUE(some->complete);
  for (auto& [index, entries] : expected->recorder.runs)
    std::erase_if(entries, [](const Recorder::Entry& e) { return e.epoch % 3 != 0 && e.epoch != 8; });
  ASSERT_EQ(expected->recorder.runs.at(0).size(), 4u);
  EXPECT_TRUE(test::same_bits(some->recorder, expected->recorder));
  for (const auto& [index, entries] : some->recorder.runs)
    for (const Recorder::Entry& entry : entries) EXPECT_GT(entry.seconds, 0.0);
}

TEST(Execute, TakesTheEpochsThatAreGivenForThoseOfTheConfig) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep(8);
  const RecordedEpochs epochs(std::vector{0, 2, 3, 8});
  Recorder recorder;
  ThreadPool pool(2);
  EXPECT_TRUE(execute(sweep, make_cohorts(sweep, data, test::all_runs(sweep), 2), data, backend(), pool,
                      recorder, never, nullptr, &epochs));
  for (const auto& [index, entries] : recorder.runs) {
    ASSERT_EQ(entries.size(), 4u);
    for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].epoch, epochs[i]);
    EXPECT_EQ(entries[2].status, RunStatus::running);
    EXPECT_EQ(entries[3].status, RunStatus::done);
  }
}

TEST(Execute, EvaluatesNoEpochBetween) {
  const Dataset data = test::tiny_dataset();
  const Backend counted = CountedEvaluation::backend();
  const auto groups = [&](const Sweep& sweep, const std::vector<int>& epochs,
                          const Checkpoints* checkpoints = nullptr) {
    CountedEvaluation::groups = 0;
    Recorder recorder;
    ThreadPool pool(1);  // more may evaluate the same untrained network at the same time
    execute(sweep, make_cohorts(sweep, data, test::all_runs(sweep), epochs, 2), data, counted, pool, recorder,
            never, checkpoints);
    return CountedEvaluation::groups.load();
  };
  const Sweep nine = test::made_up_sweep(9);
  const std::vector<int> from_the_start(nine.runs.size(), 0), from_four(nine.runs.size(), 4);
  const std::size_t of_a_run = 2;  // a group of training images, and one of test images
  const std::size_t each = of_a_run * nine.runs.size();
  // Before training there are eight networks: of two hidden sizes, two losses and two seeds.
  const std::size_t untrained = groups(evaluated_every(9, nine), from_the_start) - each;
  EXPECT_GE(untrained, 8 * of_a_run);
  EXPECT_LT(untrained, each);
  EXPECT_EQ(groups(nine, from_the_start), untrained + 9 * each);
  EXPECT_EQ(groups(evaluated_every(4, nine), from_the_start), untrained + 3 * each);
  // From epoch 4, which is not recorded, nor compared.
  const auto told = run(nine, make_cohorts(nine, data, test::all_runs(nine), 2), data, 2);
  const ToldStates checkpoints(nine, data, told->recorder, from_four);
  EXPECT_EQ(groups(evaluated_every(9, nine), from_four, &checkpoints), each);
  EXPECT_EQ(checkpoints.compared, 0u);
  EXPECT_EQ(groups(evaluated_every(4, nine), from_four, &checkpoints), 3 * each);
  EXPECT_EQ(checkpoints.compared, nine.runs.size());
}

TEST(Execute, FindsThatARunHasDivergedAtTheNextRecordedEpoch) {
  const Dataset data = test::tiny_dataset();
  Sweep sweep = evaluated_every(4, test::made_up_sweep(10));
  sweep.runs.resize(2);
  sweep.runs[1].spec = sweep.runs[0].spec;
  sweep.runs[1].spec.learning_rate = 3e38;
  const auto result = run(sweep, std::vector<Cohort>{{{0, 1}, 1.0}}, data, 2);
  EXPECT_TRUE(result->complete);
  const auto& diverged = result->recorder.runs.at(1);
  ASSERT_EQ(diverged.size(), 2u);
  EXPECT_EQ(diverged[1].epoch, 4);
  EXPECT_EQ(diverged[1].status, RunStatus::diverged);
  EXPECT_EQ(result->recorder.runs.at(0).back().epoch, 10);
}

/// The same runs, stopped by a rule that ends some of them.
Sweep with_patience(Sweep sweep, int patience) {
  sweep.config.early_stopping = Patience{patience, Metric::test_accuracy, 0};
  return sweep;
}

std::vector<float> curve_of(const std::vector<Recorder::Entry>& entries, Metric metric) {
  std::vector<float> curve;
  for (const Recorder::Entry& entry : entries) curve.push_back(entry.metrics[metric]);
  return curve;
}

// Those that go on have the bits they have without the rule.
TEST(Execute, StopsTheRunsThatPatienceIsOverFor) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep(8);
  const auto all = test::all_runs(sweep);
  const auto whole = run(sweep, make_cohorts(sweep, data, all, 2), data, 2);
  for (const std::size_t threads : {1u, 3u}) {
    const Sweep impatient = with_patience(sweep, 2);
    const auto result = run(impatient, make_cohorts(sweep, data, all, threads), data, threads);
    EXPECT_TRUE(result->complete);
    std::size_t stopped = 0;
    for (const std::size_t i : all) {
      const auto& entries = result->recorder.runs.at(i);
      const auto& expected = whole->recorder.runs.at(i);
      const RecordedEpochs recorded(8);
      const int last = stop_epoch({2, Metric::test_accuracy, 0}, recorded, recorded,
                                  curve_of(expected, Metric::test_accuracy))
                           .value_or(8);
      ASSERT_EQ(entries.back().epoch, last);
      ASSERT_EQ(entries.size(), static_cast<std::size_t>(last) + 1);
      EXPECT_EQ(entries.back().status, last < 8 ? RunStatus::stopped : RunStatus::done);
      EXPECT_FALSE(entries.back().paused);
      stopped += last < 8 ? 1 : 0;
      for (std::size_t e = 0; e < entries.size(); ++e) {
        EXPECT_EQ(std::memcmp(&entries[e].metrics, &expected[e].metrics, sizeof entries[e].metrics), 0);
        EXPECT_EQ(entries[e].state, expected[e].state);
      }
    }
    EXPECT_GT(stopped, 5u);
    EXPECT_LT(stopped, all.size());
  }
}

TEST(Execute, CountsPatienceFromTheBeginningWhereRunsGoOn) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = with_patience(test::made_up_sweep(8), 3);
  const auto all = test::all_runs(sweep);
  const auto expected = run(sweep, make_cohorts(sweep, data, all, 2), data, 2);
  std::vector<std::size_t> some;
  for (const std::size_t i : all)
    if (expected->recorder.runs.at(i).back().epoch > 2) some.push_back(i);
  const std::vector<int> two(all.size(), 2);
  const ToldStates checkpoints(sweep, data, expected->recorder, two);
  Recorder rest;
  ThreadPool pool(2);
  EXPECT_TRUE(execute(sweep, make_cohorts(sweep, data, some, two, 2), data, backend(), pool, rest, never,
                      &checkpoints));
  std::size_t stopped_soon = 0;
  for (const std::size_t i : some) {
    const Recorder::Entry &last = rest.runs.at(i).back(), &then = expected->recorder.runs.at(i).back();
    EXPECT_EQ(last.epoch, then.epoch);
    EXPECT_EQ(last.status, then.status);
    EXPECT_EQ(last.state, then.state);
    stopped_soon += last.status == RunStatus::stopped && last.epoch < 5 ? 1 : 0;
  }
  EXPECT_GT(stopped_soon, 0u);  // which counted epochs of before
}

// As at a rung: nothing is done there.
TEST(Execute, LeavesRunsRunningWhereTheEpochsToRecordEndBeforeTheSweep) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep(8);
  const auto all = test::all_runs(sweep);
  Recorder recorder;
  ThreadPool pool(2);
  const RecordedEpochs to_three(3);
  EXPECT_TRUE(execute(sweep, make_cohorts(sweep, data, all, 2), data, backend(), pool, recorder, never,
                      nullptr, &to_three));
  for (const std::size_t i : all) {
    const auto& entries = recorder.runs.at(i);
    ASSERT_EQ(entries.size(), 4u);
    for (const Recorder::Entry& entry : entries) {
      EXPECT_EQ(entry.status, RunStatus::running);
      EXPECT_EQ(entry.paused, entry.epoch == 3);
    }
  }
}

TEST(Execute, DoesNothingForNoCohorts) {
  const Dataset data = test::tiny_dataset();
  const auto result = run(test::made_up_sweep(), {}, data, 2);
  EXPECT_TRUE(result->complete);
  EXPECT_TRUE(result->recorder.runs.empty());
}

TEST(Execute, GivesTheSameBitsForAnyThreadsAndGrouping) {
  const Dataset data = test::tiny_dataset(100, 50);
  const Sweep sweep = test::made_up_sweep();
  std::vector<Cohort> alone;
  for (std::size_t i = sweep.runs.size(); i-- > 0;) alone.push_back({{i}, 1.0});
  const auto expected = run(sweep, alone, data, 1);
  for (const std::size_t threads : {1u, 2u, 3u, 8u}) {
    const auto cohorts = make_cohorts(sweep, data, test::all_runs(sweep), threads);
    EXPECT_TRUE(test::same_bits(run(sweep, cohorts, data, threads)->recorder, expected->recorder))
        << threads << " threads";
  }
}

// One cohort and several threads: the products are split.
TEST(Execute, GivesTheSameBitsWhenOneCohortHasAllThreads) {
  const Dataset data = test::tiny_dataset(600, 300);
  Sweep sweep = test::made_up_sweep();
  sweep.runs.resize(1);
  sweep.runs[0].spec.hidden_size = 100;
  const std::vector<Cohort> cohorts{{{0}, 1.0}};
  const auto expected = run(sweep, cohorts, data, 1);
  for (const std::size_t threads : {2u, 3u, 8u})
    EXPECT_TRUE(test::same_bits(run(sweep, cohorts, data, threads)->recorder, expected->recorder))
        << threads << " threads";
}

TEST(Execute, StopsADivergedRunAndKeepsItsNeighboursBits) {
  const Dataset data = test::tiny_dataset();
  Sweep sweep = test::made_up_sweep(6);
  sweep.runs.resize(3);
  for (std::size_t i = 0; i < 3; ++i) sweep.runs[i].spec = sweep.runs[0].spec;
  sweep.runs[1].spec.learning_rate = 3e38;
  sweep.runs[2].spec.hidden_size = 9;
  const auto together = run(sweep, std::vector<Cohort>{{{0, 1, 2}, 1.0}}, data, 2);
  EXPECT_TRUE(together->complete);
  const auto& diverged = together->recorder.runs.at(1);
  EXPECT_EQ(diverged.back().status, RunStatus::diverged);
  EXPECT_FALSE(diverged.back().metrics.finite());
  EXPECT_LT(diverged.back().epoch, 6);
  for (std::size_t i = 0; i + 1 < diverged.size(); ++i) EXPECT_TRUE(diverged[i].metrics.finite());

  const auto apart = run(sweep, std::vector<Cohort>{{{0, 2}, 1.0}}, data, 2);
  together->recorder.runs.erase(1);
  EXPECT_TRUE(test::same_bits(together->recorder, apart->recorder));
}

/// Asks to stop after so many calls.
class Stopper : public Recorder {
 public:
  explicit Stopper(int calls) : calls_(calls) {}
  void on_epoch(std::span<const TrainedEpoch> records) override {
    Recorder::on_epoch(records);
    if (--calls_ <= 0) stop = true;
  }
  std::atomic<bool> stop{false};

 private:
  int calls_;
};

TEST(Execute, FinishesTheEpochsInFlightWhenStopped) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep(50);
  const auto cohorts = make_cohorts(sweep, data, test::all_runs(sweep), 2);
  Stopper stopper(5);
  ThreadPool pool(2);
  EXPECT_FALSE(execute(sweep, cohorts, data, backend(), pool, stopper, stopper.stop));
  EXPECT_FALSE(stopper.runs.empty());
  for (const auto& [index, entries] : stopper.runs)
    for (std::size_t i = 0; i < entries.size(); ++i) {
      EXPECT_EQ(entries[i].epoch, static_cast<int>(i));
      EXPECT_EQ(entries[i].paused, i + 1 == entries.size());
    }
}

/// Keeps apart what it is told of epochs that are not recorded.
class StoppedBetween : public Recorder {
 public:
  void on_stop_between(std::span<const TrainedEpoch> records) override {
    for (const TrainedEpoch& r : records) {
      EXPECT_EQ(r.status, RunStatus::running);
      EXPECT_FALSE(r.metrics.finite());
    }
    between.on_epoch(records);
  }

  Recorder between;
};

/// Weights to go on from; as they are asked for, the sweep is to stop: the epoch that begins is its last.
class StopsAtTheBeginning : public Checkpoints {
 public:
  explicit StopsAtTheBeginning(const Checkpoints& from) : from_(from) {}
  TrainingState state(std::size_t run) const override {
    stop = true;
    return from_.state(run);
  }
  std::vector<float> curve(std::size_t, Metric) const override { return {}; }
  void compare(std::size_t, const Metrics&) const override { ADD_FAILURE() << "nothing is recorded"; }

  mutable std::atomic<bool> stop{false};

 private:
  const Checkpoints& from_;
};

TEST(Execute, IsStoppedBetweenRecordedEpochsAndGoesOnFromThere) {
  const Dataset data = test::tiny_dataset();
  Sweep sweep = test::made_up_sweep(5);
  const auto all = test::all_runs(sweep);
  const auto expected = run(sweep, make_cohorts(sweep, data, all, 1), data, 1);
  sweep.config.evaluate_every = 5;

  const std::vector<int> two(all.size(), 2);
  const ToldStates after_two(sweep, data, expected->recorder, two);
  const StopsAtTheBeginning checkpoints(after_two);
  StoppedBetween stopper;
  ThreadPool pool(1);
  EXPECT_FALSE(execute(sweep, std::vector<Cohort>{{{0, 4}, 1.0, 2}}, data, backend(), pool, stopper,
                       checkpoints.stop, &checkpoints));
  EXPECT_TRUE(stopper.runs.empty());
  ASSERT_EQ(stopper.between.runs.size(), 2u);
  for (const std::size_t i : {0u, 4u}) {
    const Recorder::Entry& entry = stopper.between.runs.at(i).at(0);
    EXPECT_EQ(entry.epoch, 3);
    EXPECT_TRUE(entry.paused);
    EXPECT_EQ(entry.state, expected->recorder.runs.at(i).at(3).state);
  }

  const std::vector<int> three(all.size(), 3);
  const ToldStates stopped(sweep, data, expected->recorder, three);
  Recorder rest;
  EXPECT_TRUE(
      execute(sweep, std::vector<Cohort>{{{0, 4}, 1.0, 3}}, data, backend(), pool, rest, never, &stopped));
  EXPECT_EQ(stopped.compared, 0u);
  for (const std::size_t i : {0u, 4u}) {
    ASSERT_EQ(rest.runs.at(i).size(), 1u);
    const Recorder::Entry &last = rest.runs.at(i)[0], &then = expected->recorder.runs.at(i).at(5);
    EXPECT_EQ(last.epoch, 5);
    EXPECT_EQ(std::memcmp(&last.metrics, &then.metrics, sizeof last.metrics), 0);
    EXPECT_EQ(last.state, then.state);
  }
}

TEST(Execute, TrainsNothingWhenStoppedBeforeItBegins) {
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep();
  Recorder recorder;
  ThreadPool pool(2);
  EXPECT_FALSE(execute(sweep, make_cohorts(sweep, data, test::all_runs(sweep), 2), data, backend(), pool,
                       recorder, std::atomic<bool>{true}));
  EXPECT_TRUE(recorder.runs.empty());
}

TEST(Execute, IsCompleteWhenStoppedAfterTheLastEpoch) {
  const Dataset data = test::tiny_dataset();
  Sweep sweep = test::made_up_sweep(1);
  sweep.runs.resize(1);
  Stopper stopper(2);
  ThreadPool pool(1);
  EXPECT_TRUE(execute(sweep, std::vector<Cohort>{{{0}, 1.0}}, data, backend(), pool, stopper, stopper.stop));
}

TEST(Execute, HandsOnWhatTheObserverThrows) {
  class Failing : public Observer {
    void on_epoch(std::span<const TrainedEpoch>) override { throw std::runtime_error("disk full"); }
  } failing;
  const Dataset data = test::tiny_dataset();
  const Sweep sweep = test::made_up_sweep();
  ThreadPool pool(2);
  EXPECT_THROW(execute(sweep, make_cohorts(sweep, data, test::all_runs(sweep), 2), data, backend(), pool,
                       failing, never),
               std::runtime_error);
}

}  // namespace
}  // namespace runner
