#pragma once

#include "runner/model/weights.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace runner {

/// A weight, or a moment of one, that a file holds otherwise than it should.
struct DifferentWeight {
  std::string array;  ///< "weights/W1"
  float stored, expected;
};

/// The weights in a results file, and the moments of optimizers. Thread-safe. Throws Error as read_results.
class StoredWeights {
 public:
  explicit StoredWeights(const std::filesystem::path& file);
  ~StoredWeights();

  /// Whether the file has any.
  bool available() const;

  /// Those that a run began with, and those after its last epoch (StoredRun::weights_epoch); NaN where the
  /// file has none yet. The row is StoredRun::row, and the hidden size that of the run. Throws Error
  /// (failure) where the file has no such row, or no room for so many hidden units: another has taken its
  /// place since its runs were read.
  Weights initial(std::size_t row, std::int32_t hidden_size) const;
  Weights last(std::size_t row, std::int32_t hidden_size) const;

  /// The first of the weights that a run began with that is not, bit for bit, one of these, or NaN for the
  /// hidden units that the run does not have.
  std::optional<DifferentWeight> first_different_initial(std::size_t row, const Weights& weights) const;

  /// The same of its state after its last epoch.
  std::optional<DifferentWeight> first_different_last(std::size_t row, const TrainingState& state) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace runner
