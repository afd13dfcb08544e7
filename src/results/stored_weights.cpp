#include "runner/results/stored_weights.hpp"

#include "runner/error/error.hpp"

#include "array_writer.hpp"
#include "stored_file.hpp"

#include <fmt/format.h>

namespace runner {

struct StoredWeights::State {
  StoredFile file;
};

StoredWeights::StoredWeights(const std::filesystem::path& file)
    : state_(std::make_unique<State>(State{StoredFile(file)})) {}

StoredWeights::~StoredWeights() = default;

namespace {

Weights weights_of(const StoredFile& file, std::size_t row, layout::TensorSet set, std::int32_t hidden_size) {
  const auto hidden = static_cast<std::size_t>(hidden_size);
  if (row >= file.extent(layout::run) || hidden > file.extent(layout::hidden))
    throw failure(
        fmt::format("cannot read the weights of run {} with {} hidden units in {}: the file was "
                    "replaced meanwhile",
                    row, hidden_size, file.path().string()));
  return read_weights(file, row, set, hidden);
}

}  // namespace

Weights StoredWeights::initial(std::size_t row, std::int32_t hidden_size) const {
  return weights_of(state_->file, row, layout::TensorSet::initial, hidden_size);
}

Weights StoredWeights::last(std::size_t row, std::int32_t hidden_size) const {
  return weights_of(state_->file, row, layout::TensorSet::last, hidden_size);
}

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
