#pragma once

#include "runner/error/error.hpp"
#include "runner/execution/execute.hpp"
#include "runner/results/check.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/results_file.hpp"

#include "results/array_writer.hpp"
#include "results/stored_file.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

/// A sweep that is really trained, and what its results file may hold at any time.
namespace runner::test {

inline const Dataset& sweep_data() {
  static const Dataset data = tiny_dataset(40, 16, 3, 4);
  return data;
}

inline Sweep sweep_of(const std::string& config) {
  return expand(parse_config(config, "configs/faults.json"), sweep_data());
}

/// Of which the second is more of the first, and some runs diverge. They have moments, and labels of which
/// some are drawn anew.
inline const std::string short_config =
    R"({"epochs": 3, "learning_rate": 0.5, "batch_size": [8, 10], "hidden_size": [2, 3], "optimizer": "momentum", "label_noise": 0.25, "save_weights": true})";
inline const std::string long_config =
    R"({"epochs": 5, "learning_rate": [0.5, 0.25, 3e38], "batch_size": [8, 10], "hidden_size": [2, 3], "optimizer": "momentum", "label_noise": 0.25, "save_weights": true})";

using Told = std::pair<std::string, DurableEpoch>;  ///< with the run's digest

/// Trains what a file lacks, on one thread, and waits until each epoch is on file, so that it is written and
/// synced in the same way each time; stops after so many epochs of cohorts.
inline void train(
    const std::filesystem::path& path, const Sweep& sweep,
    const std::function<void(const Told&)>& committed = [](const Told&) {},
    int stop_after = std::numeric_limits<int>::max()) {
  std::atomic<std::size_t> on_file = 0;
  const auto told = [&](std::span<const DurableEpoch> epochs) {
    for (const DurableEpoch& e : epochs) committed({sweep.runs[e.run].digest, e});
    on_file += epochs.size();
  };
  ResultsFile file(path, sweep, sweep_data(), {"runner", "0.1.0", "g++", "reference", "a processor"},
                   {.commit_interval = std::chrono::milliseconds(0), .notify = told});
  /// Hands on, and asks to stop in the end.
  struct Stopper : Observer {
    ResultsFile& file;
    const std::atomic<std::size_t>& on_file;
    std::size_t added = 0;
    int left;
    std::atomic<bool> stop{false};
    Stopper(ResultsFile& to, const std::atomic<std::size_t>& count, int calls)
        : file(to), on_file(count), left(calls) {}
    void on_epoch(std::span<const TrainedEpoch> records) override {
      file.on_epoch(records);
      added += records.size();
      while (on_file < added) {
        file.on_epoch({});  // throws if the commit has failed
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
      stop = --left <= 0;
    }
    void on_stop_between(std::span<const TrainedEpoch> records) override { file.on_stop_between(records); }
  } stopper(file, on_file, stop_after);
  const auto missing = file.missing();
  ThreadPool pool(1);
  execute(sweep, make_cohorts(sweep, sweep_data(), missing, file.epochs(), 1), sweep_data(),
          make_backend("reference", baseline_instruction_set()), pool, stopper, stopper.stop, &file,
          &file.recorded());
  file.close();
}

/// All epochs of all runs, whatever the config records, with their weights.
class Reference : public Observer {
 public:
  explicit Reference(const std::string& config) : sweep_(sweep_of(config)) {
    std::vector<std::size_t> all(sweep_.runs.size());
    for (std::size_t r = 0; r < all.size(); ++r) all[r] = r;
    ThreadPool pool(1);
    const RecordedEpochs every(sweep_.config.epochs);
    execute(sweep_, make_cohorts(sweep_, sweep_data(), all, 1), sweep_data(),
            make_backend("reference", baseline_instruction_set()), pool, *this, std::atomic<bool>{false},
            nullptr, &every);
  }

  void on_epoch(std::span<const TrainedEpoch> records) override {
    for (const TrainedEpoch& r : records)
      epochs_[sweep_.runs[r.run].digest].push_back({r.metrics, r.status, r.state()});
  }

  /// That a file can be read and all it claims is so, also by its checksums.
  void check(const std::filesystem::path& path) const {
    const ResultsData results = read_results(path);
    for (const DamagedRun& damaged : check_results(path).damaged) ADD_FAILURE() << description(damaged);
    for (std::size_t row = 0; row < results.runs.size(); ++row) {
      const StoredRun& run = results.runs[row];
      const auto& epochs = epochs_.at(run.run.digest);
      for (std::size_t i = 0; i < results.recorded.count_to(run.epochs_done); ++i) {
        const int e = results.recorded[i];
        EXPECT_TRUE(same(run.metrics(i), epochs.at(static_cast<std::size_t>(e)).metrics))
            << "run " << row << ", epoch " << e;
      }
      if (run.status == RunStatus::done) {
        EXPECT_EQ(run.epochs_done, results.epochs());
      }
      if (run.status == RunStatus::diverged) {
        EXPECT_EQ(epochs.back().status, RunStatus::diverged);
        const int diverged = static_cast<int>(epochs.size()) - 1;
        EXPECT_EQ(run.epochs_done, results.recorded.last_before(diverged));
      }
      const auto hidden = static_cast<std::size_t>(run.run.spec.hidden_size);
      StoredFile file(path);
      if (run.epochs_done >= 0) {
        EXPECT_TRUE(
            same(read_weights(file, row, layout::TensorSet::initial, hidden), epochs[0].state.weights))
            << "run " << row;
      }
      if (run.weights_epoch >= 0) {
        const TrainingState& expected = epochs.at(static_cast<std::size_t>(run.weights_epoch)).state;
        EXPECT_FALSE(different_weight(file, row, expected)) << "run " << row;
      }
    }
  }

  /// That after a fault a file holds what has been told of it, or is not there if nothing has, and that the
  /// same command then finishes.
  void check_nothing_lost(const std::filesystem::path& path, const std::vector<Told>& told) const {
    if (std::filesystem::exists(path)) {
      check(path);
      check_told(path, told);
    } else {
      EXPECT_TRUE(told.empty());
    }
    train(path, sweep_);
    check_whole(path);
  }

  /// That a file holds all.
  void check_whole(const std::filesystem::path& path) const {
    check(path);
    const ResultsData results = read_results(path);
    ASSERT_EQ(results.runs.size(), sweep_.runs.size());
    for (std::size_t r = 0; r < results.runs.size(); ++r) {
      EXPECT_EQ(results.runs[r].run.digest, sweep_.runs[r].digest);
      EXPECT_EQ(results.runs[r].status, epochs_.at(sweep_.runs[r].digest).back().status);
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), 1);
  }

  /// That a file holds what has been told of it.
  static void check_told(const std::filesystem::path& path, const std::vector<Told>& told) {
    if (told.empty()) return;
    const ResultsData results = read_results(path);
    std::map<std::string, const StoredRun*> run_of;
    for (const StoredRun& run : results.runs) run_of[run.run.digest] = &run;
    for (const auto& [digest, e] : told) {
      const StoredRun& run = *run_of.at(digest);
      if (e.status == RunStatus::diverged) {
        EXPECT_EQ(run.status, RunStatus::diverged);
      } else {
        EXPECT_GE(run.epochs_done, e.epoch);
        EXPECT_TRUE(same(run.metrics(results.recorded.index_of(e.epoch)), e.metrics));
      }
    }
  }

 private:
  struct Epoch {
    Metrics metrics;
    RunStatus status;
    TrainingState state;
  };

  static bool same(const Metrics& a, const Metrics& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

  /// As the file holds them: it knows one NaN alone.
  static bool same(const std::vector<float>& a, const std::vector<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
      return std::bit_cast<std::uint32_t>(canonical(x)) == std::bit_cast<std::uint32_t>(canonical(y));
    });
  }

  static bool same(const Weights& a, const Weights& b) {
    return same(a.W1, b.W1) && same(a.b1, b.b1) && same(a.W2, b.W2) && same(a.b2, b.b2);
  }

  const Sweep sweep_;
  std::map<std::string, std::vector<Epoch>> epochs_;
};

}  // namespace runner::test
