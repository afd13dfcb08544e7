#include "runner/results/stored_predictions.hpp"

#include "runner/error/error.hpp"

#include "array_writer.hpp"
#include "stored_file.hpp"

#include <utility>

#include <fmt/format.h>

namespace runner {

struct StoredPredictions::State {
  StoredFile file;
  std::int64_t classes;
  std::vector<std::uint8_t> labels;
};

StoredPredictions::StoredPredictions(const std::filesystem::path& file) {
  StoredFile stored(file);
  std::vector<std::uint8_t> labels;
  std::int64_t classes = 0;
  if (stored.has_predictions()) {
    classes = stored.integer("classes");
    labels = stored.read<std::uint8_t>(layout::test_label);
  }
  state_ = std::make_unique<State>(State{std::move(stored), classes, std::move(labels)});
}

StoredPredictions::~StoredPredictions() = default;

bool StoredPredictions::available() const {
  return state_->file.has_predictions();
}

const std::vector<std::uint8_t>& StoredPredictions::labels() const {
  return state_->labels;
}

std::vector<std::uint8_t> StoredPredictions::of_run(std::size_t row) const {
  if (!available()) return {};
  // The mark first: what it stands for was written before.
  const auto mark = [&](const char* name) { return state_->file.read_part<std::int32_t>(name, row, 1)[0]; };
  const std::int32_t epoch = mark("predictions_epoch");
  if (epoch < 0 || epoch != mark("epochs_done")) return {};
  std::vector<std::uint8_t> predictions = read_predictions(state_->file, row);
  for (const std::uint8_t predicted : predictions)
    if (predicted >= state_->classes)
      throw state_->file.damaged(fmt::format("run {} predicts the class {}, but there are {} classes", row,
                                             predicted, state_->classes));
  return predictions;
}

}  // namespace runner
