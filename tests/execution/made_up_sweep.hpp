#pragma once

#include "runner/execution/execute.hpp"

#include "support/tiny_dataset.hpp"
#include "support/weights.hpp"

#include <cstring>
#include <map>
#include <mutex>
#include <vector>

namespace runner::test {

/// A sweep of hand-made runs; digests are not looked at by execution.
inline Sweep made_up_sweep(int epochs = 3) {
  Sweep sweep;
  sweep.config.epochs = epochs;
  for (const double learning_rate : {0.1, 0.5})
    for (const std::int32_t batch_size : {8, 16})
      for (const std::int32_t hidden_size : {3, 20})
        for (const Loss loss : {Loss::cross_entropy, Loss::mean_squared_error})
          for (const Sampling sampling : {Sampling::shuffle, Sampling::with_replacement})
            for (const std::int64_t seed : {1, 2})
              sweep.runs.push_back({{.learning_rate = learning_rate,
                                     .batch_size = batch_size,
                                     .hidden_size = hidden_size,
                                     .loss = loss,
                                     .sampling = sampling,
                                     .weight_init_std = 0.1,
                                     .seed = seed},
                                    ""});
  return sweep;
}

inline std::vector<std::size_t> all_runs(const Sweep& sweep) {
  std::vector<std::size_t> runs(sweep.runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i] = i;
  return runs;
}

/// Keeps all it is told, and checks that it is told by one thread at a time, epochs in order.
class Recorder : public Observer {
 public:
  struct Entry {
    int epoch;
    Metrics metrics;
    RunStatus status;
    double seconds;
    std::vector<float> state;
    bool paused;
  };

  void on_epoch(std::span<const TrainedEpoch> records) override {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) overlapped = true;
    for (const TrainedEpoch& r : records) {
      Entry entry{r.epoch, r.metrics, r.status, r.seconds, {}, r.paused};
      append_state(r.state(), entry.state);
      runs[r.run].push_back(std::move(entry));
    }
  }

  std::map<std::size_t, std::vector<Entry>> runs;
  bool overlapped = false;

 private:
  std::mutex mutex_;
};

/// Whether two recorders were told the same bits of the same runs.
inline bool same_bits(const Recorder& a, const Recorder& b) {
  if (a.runs.size() != b.runs.size()) return false;
  for (const auto& [run, entries] : a.runs) {
    const auto other = b.runs.find(run);
    if (other == b.runs.end() || other->second.size() != entries.size()) return false;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Recorder::Entry &x = entries[i], &y = other->second[i];
      if (x.epoch != y.epoch || x.status != y.status ||
          std::memcmp(&x.metrics, &y.metrics, sizeof x.metrics) != 0 || x.state.size() != y.state.size() ||
          std::memcmp(x.state.data(), y.state.data(), x.state.size() * sizeof(float)) != 0)
        return false;
    }
  }
  return true;
}

}  // namespace runner::test
