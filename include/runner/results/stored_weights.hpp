#pragma once

#include "runner/model/weights.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace runner {

/// A weight, or a moment, that differs from the expected value.
struct DifferentWeight {
  std::string array;  ///< "weights/W1"
  float stored, expected;
};

/// The weights in a results file, and the moments of optimizers. Thread-safe. Throws Error as read_results.
class StoredWeights {
 public:
  explicit StoredWeights(const std::filesystem::path& file);
  ~StoredWeights();

  /// Whether the file has weights.
  bool available() const;

  /// The initial weights of a run, and those after its last epoch (StoredRun::weights_epoch); NaN: none in
  /// the file yet. `row` is StoredRun::row, `hidden_size` that of the run. Throws Error (failure) if the file
  /// has no such row, or no room for so many hidden units: it was replaced since its runs were read.
  Weights initial(std::size_t row, std::int32_t hidden_size) const;
  Weights last(std::size_t row, std::int32_t hidden_size) const;

  /// The first initial weight of a run that differs from these, bit for bit. For hidden units that the run
  /// does not have, NaN is expected.
  std::optional<DifferentWeight> first_different_initial(std::size_t row, const Weights& weights) const;

  /// The same for its state after its last epoch.
  std::optional<DifferentWeight> first_different_last(std::size_t row, const TrainingState& state) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace runner
