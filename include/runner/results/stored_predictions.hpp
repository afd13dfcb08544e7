#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace runner {

/// What the runs in a results file predicted for the test images after their last epoch: to be looked at.
/// (Tests of single images with a single seed mislead: equal configurations seem to differ.) Thread-safe.
/// Throws Error as read_results.
class StoredPredictions {
 public:
  explicit StoredPredictions(const std::filesystem::path& file);
  ~StoredPredictions();

  /// Whether the file keeps any.
  bool available() const;

  /// The classes of the test images, in their order; empty where the file keeps no predictions.
  const std::vector<std::uint8_t>& labels() const;

  /// The classes that the run in this row (ResultsData::runs) predicted for them; empty where the file has
  /// none of its last epoch: it has not come to its end yet, or diverged.
  std::vector<std::uint8_t> of_run(std::size_t row) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace runner
