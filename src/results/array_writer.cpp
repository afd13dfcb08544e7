#include "array_writer.hpp"

#include "runner/error/error.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>
#include <sys/file.h>

namespace runner {

static_assert(std::endian::native == std::endian::little,
              "the file's numbers are written as they lie in memory");

Weights read_weights(const StoredFile& file, std::size_t row, bool initial, std::size_t hidden) {
  const char* const* names = layout::weights.data() + (initial ? 0 : 4);
  // A row has room for the widest run.
  const std::size_t pixels = file.extent(layout::input), widest = file.extent(layout::hidden);
  Weights weights;
  const std::vector<float> all = file.read_row(names[0], row);
  for (std::size_t d = 0; d < pixels; ++d) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(d * widest);
    weights.W1.insert(weights.W1.end(), first, first + static_cast<std::ptrdiff_t>(hidden));
  }
  weights.b1 = file.read_row(names[1], row);
  weights.b1.resize(hidden);
  weights.W2 = file.read_row(names[2], row);
  weights.W2.resize(hidden * file.extent(layout::classes));
  weights.b2 = file.read_row(names[3], row);
  return weights;
}

ArrayWriter::ArrayWriter(const std::filesystem::path& file, const StoredFile& layout)
    : descriptor_(file, O_RDWR),
      epochs_done_(layout.offset("epochs_done")),
      wall_time_(layout.offset("wall_time")),
      status_(layout.offset("status")) {
  // Readers that use HDF5's own locks take a shared one too; a program that would write takes an exclusive
  // one.
  if (!descriptor_.try_lock(LOCK_SH))
    throw bad_input(fmt::format("{} is open for writing in another program", file.string()));
  for (std::size_t d = 0; d < extents_.size(); ++d)
    extents_[d] = layout.extent(static_cast<layout::Dimension>(d));
  for (std::size_t m = 0; m < layout.metric_count(); ++m)
    metrics_.push_back(layout.offset(layout::metrics[m]));
  if (!layout.has_weights()) return;
  weights_epoch_ = layout.offset("weights_epoch");
  for (std::size_t w = 0; w < weights_.size(); ++w) weights_[w] = layout.offset(layout::weights[w]);
}

void ArrayWriter::write_epochs(std::size_t row, int first_epoch, std::span<const Metrics> epochs) {
  buffer_.resize(epochs.size());
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    for (std::size_t e = 0; e < epochs.size(); ++e)
      buffer_[e] = layout::canonical(layout::values(epochs[e])[m]);
    const std::uint64_t first = row * extents_[layout::epoch] + static_cast<std::uint64_t>(first_epoch);
    descriptor_.write_at(metrics_[m] + first * sizeof(float), buffer_.data(), buffer_.size() * sizeof(float));
  }
}

void ArrayWriter::write_weights(std::size_t row, bool initial, const Weights& weights) {
  const std::size_t pixels = extents_[layout::input], widest = extents_[layout::hidden];
  const std::size_t classes = extents_[layout::classes], hidden = weights.b1.size();
  const std::uint64_t* offsets = weights_.data() + (initial ? 0 : 4);
  // A row has room for the widest run; the rest of it is NaN.
  const auto write_row = [&](std::uint64_t offset, std::size_t row_size) {
    buffer_.resize(row_size, layout::canonical_nan);
    std::transform(buffer_.begin(), buffer_.end(), buffer_.begin(), layout::canonical);
    descriptor_.write_at(offset + row * row_size * sizeof(float), buffer_.data(), row_size * sizeof(float));
  };

  buffer_.assign(pixels * widest, layout::canonical_nan);
  for (std::size_t d = 0; d < pixels; ++d)
    std::copy_n(weights.W1.begin() + static_cast<std::ptrdiff_t>(d * hidden), hidden,
                buffer_.begin() + static_cast<std::ptrdiff_t>(d * widest));
  write_row(offsets[0], pixels * widest);
  buffer_ = weights.b1;
  write_row(offsets[1], widest);
  buffer_ = weights.W2;
  write_row(offsets[2], widest * classes);
  buffer_ = weights.b2;
  write_row(offsets[3], classes);
}

void ArrayWriter::write_progress(std::size_t row, const Marks& marks) {
  descriptor_.write_at(epochs_done_ + row * sizeof(marks.epochs_done), &marks.epochs_done,
                       sizeof(marks.epochs_done));
  descriptor_.write_at(wall_time_ + row * sizeof(marks.wall_time), &marks.wall_time, sizeof(marks.wall_time));
  if (weights_epoch_ != 0) write_weights_epoch(row, marks.weights_epoch);
}

void ArrayWriter::write_status(std::size_t row, RunStatus status) {
  const auto number = static_cast<std::int8_t>(status);
  descriptor_.write_at(status_ + row, &number, 1);
}

void ArrayWriter::write_weights_epoch(std::size_t row, std::int32_t epoch) {
  descriptor_.write_at(weights_epoch_ + row * sizeof(epoch), &epoch, sizeof(epoch));
}

void ArrayWriter::sync() {
  descriptor_.sync_data();
}

}  // namespace runner
