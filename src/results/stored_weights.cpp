#include "runner/results/stored_weights.hpp"

#include "array_writer.hpp"
#include "stored_file.hpp"

namespace runner {

struct StoredWeights::State {
  StoredFile file;
};

StoredWeights::StoredWeights(const std::filesystem::path& file)
    : state_(std::make_unique<State>(State{StoredFile(file)})) {}

StoredWeights::~StoredWeights() = default;

bool StoredWeights::available() const {
  return state_->file.has_weights();
}

std::optional<DifferentWeight> StoredWeights::first_different_initial(std::size_t row,
                                                                      const Weights& weights) const {
  return different_weight(state_->file, row, layout::TensorSet::initial, weights);
}

std::optional<DifferentWeight> StoredWeights::first_different_last(std::size_t row,
                                                                   const TrainingState& state) const {
  return different_weight(state_->file, row, state);
}

}  // namespace runner
