#pragma once

#include "runner/model/weights.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace runner {

/// A weight that a file holds otherwise than it should.
struct DifferentWeight {
  std::string array;  ///< "weights/W1"
  float stored, expected;
};

/// The weights in a results file. Thread-safe. Throws Error as read_results.
class StoredWeights {
 public:
  explicit StoredWeights(const std::filesystem::path& file);
  ~StoredWeights();

  /// Whether the file has any.
  bool available() const;

  /// The first of a run's weights, those it began with or those it had last, that is not, bit for bit, one of
  /// these, or NaN for the hidden units that the run does not have.
  std::optional<DifferentWeight> first_different(std::size_t row, bool initial, const Weights& weights) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace runner
