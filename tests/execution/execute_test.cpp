#include "runner/execution/execute.hpp"

#include "runner/error/error.hpp"

#include "made_up_sweep.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>

#include <gtest/gtest.h>

namespace runner {
namespace {

using test::Recorder;

const std::atomic<bool> never{false};

Backend backend() {
  return make_backend("auto", best_instruction_set());
}

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
      EXPECT_EQ(entries[i].stopped, i + 1 == entries.size());
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
