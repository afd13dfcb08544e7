#include "array_writer.hpp"

#include "runner/error/error.hpp"

#include "writer_lock.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>

#include <fmt/format.h>
#include <sys/stat.h>

namespace runner {

static_assert(std::endian::native == std::endian::little,
              "the file's numbers are written as they lie in memory");

namespace {

using layout::Extents;

/// The rows of the arrays that hold a run's W1, b1, W2 and b2. There is room for the widest run of the file;
/// what of it a run does not need is NaN.
std::array<std::vector<float>, 4> rows_of(const Weights& weights, const Extents& extents) {
  const std::size_t pixels = extents[layout::input], widest = extents[layout::hidden];
  const std::size_t classes = extents[layout::classes], hidden = weights.b1.size();
  std::array<std::vector<float>, 4> rows;
  rows[0].assign(pixels * widest, layout::canonical_nan);
  for (std::size_t d = 0; d < pixels; ++d)
    std::copy_n(weights.W1.begin() + static_cast<std::ptrdiff_t>(d * hidden), hidden,
                rows[0].begin() + static_cast<std::ptrdiff_t>(d * widest));
  rows[1] = weights.b1;
  rows[1].resize(widest, layout::canonical_nan);
  rows[2] = weights.W2;
  rows[2].resize(widest * classes, layout::canonical_nan);
  rows[3] = weights.b2;
  for (std::vector<float>& row : rows) std::transform(row.begin(), row.end(), row.begin(), layout::canonical);
  return rows;
}

const char* const* names_of_weights(bool initial) {
  return layout::weights.data() + (initial ? 0 : 4);
}

}  // namespace

std::vector<Marks> stored_marks(const StoredFile& file) {
  // In the opposite order of a writer's: what is claimed here has been written before.
  const auto status = file.read_flags<RunStatus>("status");
  const auto epochs_done = file.epochs_done();
  const auto wall_time = file.read<double>("wall_time");
  std::vector<std::int32_t> weights_epoch(status.size(), -1);
  if (file.has_weights()) weights_epoch = file.weights_epochs();
  std::vector<Marks> marks;
  for (std::size_t r = 0; r < status.size(); ++r)
    marks.push_back({epochs_done[r], status[r], wall_time[r], weights_epoch[r]});
  return marks;
}

std::optional<DifferentWeight> different_weight(const StoredFile& file, std::size_t row, bool initial,
                                                const Weights& weights) {
  const std::array<std::vector<float>, 4> rows = rows_of(weights, file.extents());
  for (std::size_t w = 0; w < rows.size(); ++w) {
    const char* name = names_of_weights(initial)[w];
    const std::vector<float> stored = file.read_row(name, row);
    for (std::size_t i = 0; i < stored.size(); ++i)
      if (!layout::same_bits(stored[i], rows[w][i])) return DifferentWeight{name, stored[i], rows[w][i]};
  }
  return std::nullopt;
}

Weights read_weights(const StoredFile& file, std::size_t row, bool initial, std::size_t hidden) {
  const char* const* names = names_of_weights(initial);
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
      size_(layout.size()),
      epochs_done_(layout.offset("epochs_done")),
      wall_time_(layout.offset("wall_time")),
      status_(layout.offset("status")) {
  keep_others_from_writing(descriptor_);
  if (descriptor_.identity() != layout.identity())
    throw failure(fmt::format("cannot write {}: it was replaced meanwhile", file.string()));
  extents_ = layout.extents();
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
  const std::array<std::vector<float>, 4> rows = rows_of(weights, extents_);
  for (std::size_t w = 0; w < rows.size(); ++w) {
    const std::size_t bytes = rows[w].size() * sizeof(float);
    descriptor_.write_at(weights_[w + (initial ? 0 : 4)] + row * bytes, rows[w].data(), bytes);
  }
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

void ArrayWriter::require_in_place() const {
  const auto changed = [&](const std::string& how) {
    return failure(
        fmt::format("the results file {} was {} while it was written to: what came after that is not in it",
                    descriptor_.file().string(), how));
  };
  struct stat named;
  if (stat(descriptor_.file().c_str(), &named) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) throw changed("removed or moved");
    throw system_failure("cannot read " + descriptor_.file().string(), errno);
  }
  if (FileIdentity{named.st_dev, named.st_ino} != descriptor_.identity())
    throw changed("replaced by another");
  if (static_cast<std::uint64_t>(named.st_size) != size_) throw changed("cut short or made longer");
}

}  // namespace runner
