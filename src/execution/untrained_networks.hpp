#pragma once

#include "runner/training/cohort_trainer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace runner {

/// What an evaluation tells of a network that has not been trained yet.
struct UntrainedNetwork {
  Metrics metrics;
  std::vector<std::uint8_t> test_predictions;
};

/// Evaluates networks before their training. Runs that differ in their training alone, say in their learning
/// rate, begin with the same network (before_training). It is evaluated for one of them, and what came out is
/// kept for the others.
///
/// Thread-safe. Threads that ask for the same network at the same time each evaluate it.
class UntrainedNetworks {
 public:
  /// `data` and `split` must outlive the object. So many bytes of what came out are kept, and at least 16
  /// networks: the oldest are forgotten.
  UntrainedNetworks(const Dataset& data, const Backend& backend, const std::atomic<bool>& split,
                    std::size_t bytes_kept = std::size_t{16} << 20);

  /// Of each of the runs, which are those of the trainer, in its order; it has trained none of them yet. May
  /// throw std::bad_alloc.
  std::vector<std::shared_ptr<const UntrainedNetwork>> evaluate(std::span<const RunSpec> runs,
                                                                const CohortTrainer& trainer);

 private:
  using Known = std::map<RunSpec, std::shared_ptr<const UntrainedNetwork>>;

  void evaluate(std::span<const RunSpec> runs, const CohortTrainer& trainer, Known& found) const;
  void keep(const Known& found);

  const Dataset& data_;
  const Backend backend_;
  const std::atomic<bool>& split_;
  const std::size_t most_;  ///< networks that are kept; the oldest go

  std::mutex mutex_;
  Known known_;                         // guarded by mutex_, as is
  std::deque<Known::iterator> by_age_;  // the oldest first
};

}  // namespace runner
