#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace runner {

/// The runs' predictions for the test images after their last epoch, from a results file. Do not compare
/// single images of single seeds: equal configurations would seem to differ. Thread-safe. Throws Error as
/// read_results().
class StoredPredictions {
 public:
  explicit StoredPredictions(const std::filesystem::path& file);
  ~StoredPredictions();

  /// Whether the file keeps predictions.
  bool available() const;

  /// The classes of the test images, in their order; empty where the file keeps no predictions.
  const std::vector<std::uint8_t>& labels() const;

  /// The predicted classes of the run in this row (ResultsData::runs). Empty if the file has no predictions
  /// of its last epoch: the run has not ended yet, or diverged.
  std::vector<std::uint8_t> of_run(std::size_t row) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace runner
