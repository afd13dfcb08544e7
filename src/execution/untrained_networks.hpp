#pragma once

#include "runner/training/cohort_trainer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace runner {

/// What an evaluation tells of untrained networks.
struct UntrainedMetrics {
  std::vector<Metrics> metrics;                ///< of each network
  std::vector<std::uint8_t> test_predictions;  ///< of the networks in turn, the class of each test image

  std::span<const std::uint8_t> test_predictions_of(std::size_t network) const {
    const std::size_t images = test_predictions.size() / metrics.size();
    return std::span(test_predictions).subspan(network * images, images);
  }
};

/// Evaluates networks before their training. Runs that differ in their training alone, say in their learning
/// rate, begin with the same network (before_training). It is evaluated for one of them, and what came out is
/// kept for the others.
///
/// Thread-safe. Threads that ask for the same network at the same time each evaluate it.
class UntrainedNetworks {
 public:
  /// `data` and `split` must outlive the object. What was found of the last networks is kept, of 256 at most,
  /// with 16 MB of predictions at most, but of 16 at least. This memory is taken at once, so that it does not
  /// lie between that of trainers.
  UntrainedNetworks(const Dataset& data, const Backend& backend, const std::atomic<bool>& split);

  /// Of each of the runs, which are those of the trainer, in its order; it has trained none of them yet. May
  /// throw std::bad_alloc.
  UntrainedMetrics evaluate(std::span<const RunSpec> runs, const CohortTrainer& trainer);

 private:
  /// Copies what is kept of a network; false if it is not known.
  bool recall(const RunSpec& network, std::size_t to, UntrainedMetrics& found) const;
  void keep(const RunSpec& network, std::size_t from, const UntrainedMetrics& found);

  const Dataset& data_;
  const Backend backend_;
  const std::atomic<bool>& split_;

  mutable std::mutex mutex_;  // guards the following
  const std::size_t most_;    // networks that are kept
  std::vector<RunSpec> networks_;
  UntrainedMetrics kept_;
  std::size_t next_ = 0;  // the place of the next network: that of the oldest
};

}  // namespace runner
