#include "array_writer.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"

#include "checksums.hpp"
#include "writer_lock.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <sys/stat.h>

namespace runner {

static_assert(std::endian::native == std::endian::little,
              "the file's numbers are written as they lie in memory");

namespace {

using layout::Extents;

NetworkShape shape_in(const Extents& extents, std::size_t hidden) {
  return {extents[layout::input], hidden, extents[layout::classes]};
}

/// Where the rows of a tensor of a network stand in an array that has room for a wider one: function(place in
/// the array, place in the tensor, length).
template <class Function>
void for_each_stretch(const TensorInfo& tensor, const NetworkShape& network, const NetworkShape& room,
                      const Function& function) {
  const TensorDimension last = tensor.dimensions[tensor.rank - 1];
  const std::size_t own = length(last, network), places = length(last, room);
  for (std::size_t row = 0; row < size(tensor, network) / own; ++row) function(row * places, row * own, own);
}

/// The row of the array that holds a tensor, of which there may be no values. There is room for the widest
/// run of the file; what of it a run does not need is NaN.
std::vector<float> row_of(const TensorInfo& tensor, const Weights& weights, const Extents& extents) {
  const std::vector<float>& values = weights.*tensor.values;
  const NetworkShape room = shape_in(extents, extents[layout::hidden]);
  std::vector<float> row(size(tensor, room), canonical_nan);
  if (values.empty()) return row;
  for_each_stretch(tensor, shape_in(extents, weights.b1.size()), room,
                   [&](std::size_t to, std::size_t from, std::size_t count) {
                     std::transform(values.data() + from, values.data() + from + count, row.data() + to,
                                    canonical);
                   });
  return row;
}

/// Whether the file holds a run's last state as it was written. One of an early layout cannot say otherwise.
bool is_last_state(const StoredFile& file, std::size_t row) {
  if (!file.parts().has_checksums()) return true;
  Crc32 begun;
  begun.add(file.digest(row));
  const std::int32_t epoch = file.read_part<std::int32_t>("weights_epoch", row, 1)[0];
  return file.read_part<std::uint32_t>(layout::weights_checksum, row, 1)[0] ==
         checksum_of_last(file, begun, row, epoch);
}

}  // namespace

std::vector<RunProgress> stored_progress(const StoredFile& file) {
  // In the opposite order of a writer's: what is claimed here has been written before.
  const auto status = file.read_flags<RunStatus>("status");
  const auto epochs_done = file.epochs_done();
  const auto wall_time = file.read<double>("wall_time");
  std::vector<std::int32_t> weights_epoch(status.size(), -1);
  if (file.has_weights()) weights_epoch = file.weights_epochs();
  std::vector<std::int32_t> predictions_epoch(status.size(), -1);
  if (file.has_predictions()) predictions_epoch = file.predictions_epochs();
  std::vector<RunProgress> progress;
  for (std::size_t r = 0; r < status.size(); ++r)
    progress.push_back({epochs_done[r], status[r], wall_time[r], weights_epoch[r], predictions_epoch[r]});
  return progress;
}

std::vector<std::uint8_t> read_predictions(const StoredFile& file, std::size_t row) {
  const std::uint64_t images = file.extent(layout::test_image);
  return file.read_part<std::uint8_t>(layout::test_prediction, row * images, images);
}

std::optional<DifferentWeight> different_weight(const StoredFile& file, std::size_t row,
                                                layout::TensorSet set, const Weights& weights) {
  for (const TensorInfo& tensor : tensor_table) {
    const std::string name = layout::name_of(tensor, set);
    const std::vector<float> stored = file.read_row(name, row);
    const std::vector<float> expected = row_of(tensor, weights, file.extents());
    for (std::size_t i = 0; i < stored.size(); ++i)
      if (!same_bits(stored[i], expected[i])) return DifferentWeight{name, stored[i], expected[i]};
  }
  return std::nullopt;
}

std::optional<DifferentWeight> different_weight(const StoredFile& file, std::size_t row,
                                                const TrainingState& state) {
  std::optional<DifferentWeight> found = different_weight(file, row, layout::TensorSet::last, state.weights);
  for (std::size_t k = 0; k < state.moments.size() && !found; ++k)
    found = different_weight(file, row, layout::moment_set(k), state.moments[k]);
  return found;
}

std::int64_t checksum_of(const std::vector<Weights>& moments) {
  if (moments.empty()) return 0;
  Sha256 checksum;
  for (const Weights& moment : moments)
    for (const TensorInfo& tensor : tensor_table)
      for (const float value : moment.*tensor.values) {
        const float stored = canonical(value);
        checksum.add(std::string_view(reinterpret_cast<const char*>(&stored), sizeof stored));
      }
  return static_cast<std::int64_t>(std::stoull(checksum.hex().substr(0, 16), nullptr, 16));
}

TrainingState read_state(const StoredFile& file, std::size_t row, const RunSpec& run) {
  const auto hidden = static_cast<std::size_t>(run.hidden_size);
  if (moment_count(run.optimizer) > file.parts().moments)
    throw file.damaged(
        fmt::format("run {} has the optimizer {}, whose moments are missing", row, to_string(run.optimizer)));
  TrainingState state{read_weights(file, row, layout::TensorSet::last, hidden), {}};
  for (std::size_t k = 0; k < moment_count(run.optimizer); ++k)
    state.moments.push_back(read_weights(file, row, layout::moment_set(k), hidden));
  if (!state.moments.empty() && file.parts().has_moments_checksum() &&
      file.read_part<std::int64_t>(layout::moments_checksum, row, 1)[0] != checksum_of(state.moments))
    throw file.damaged(fmt::format("the moments of run {} have changed since they were written", row));
  if (!is_last_state(file, row))
    throw file.damaged(fmt::format("the weights of run {} have changed since they were written", row));
  return state;
}

Weights read_weights(const StoredFile& file, std::size_t row, layout::TensorSet set, std::size_t hidden) {
  const NetworkShape network = shape_in(file.extents(), hidden);
  const NetworkShape room = shape_in(file.extents(), file.extent(layout::hidden));
  Weights weights;
  for (const TensorInfo& tensor : tensor_table) {
    const std::vector<float> stored = file.read_row(layout::name_of(tensor, set), row);
    std::vector<float>& values = weights.*tensor.values;
    values.resize(size(tensor, network));
    for_each_stretch(tensor, network, room, [&](std::size_t from, std::size_t to, std::size_t count) {
      std::copy_n(stored.data() + from, count, values.data() + to);
    });
  }
  return weights;
}

ArrayWriter::ArrayWriter(const std::filesystem::path& file, const StoredFile& stored)
    : descriptor_(file, O_RDWR),
      size_(stored.size()),
      parts_(stored.parts()),
      extents_(stored.extents()),
      recorded_(stored.recorded()),
      epochs_done_(stored.offset("epochs_done")),
      wall_time_(stored.offset("wall_time")),
      status_(stored.offset("status")) {
  keep_others_from_writing(descriptor_);
  if (descriptor_.identity() != stored.identity())
    throw failure(fmt::format("cannot write {}: it was replaced meanwhile", file.string()));
  for (const MetricInfo& metric : metric_table)
    if (stored.parts().has(metric)) metrics_.emplace_back(metric.metric, stored.offset(metric.name));
  if (stored.parts().has_sessions())
    for (std::size_t i = 0; i < sessions_.size(); ++i)
      sessions_[i] = stored.offset(layout::session_arrays[i]);
  if (parts_.has_checksums()) {
    begun_ = begun_checksums(stored);
    metrics_checksum_ = stored.offset(layout::metrics_checksum);
  }
  if (stored.has_predictions()) {
    predictions_epoch_ = stored.offset("predictions_epoch");
    predictions_ = stored.offset(layout::test_prediction);
    predictions_checksum_ = stored.offset(layout::predictions_checksum);
  }
  if (!stored.has_weights()) return;
  weights_epoch_ = stored.offset("weights_epoch");
  if (parts_.has_moments_checksum()) moments_checksum_ = stored.offset(layout::moments_checksum);
  if (parts_.has_checksums()) {
    initial_weights_checksum_ = stored.offset(layout::initial_weights_checksum);
    weights_checksum_ = stored.offset(layout::weights_checksum);
  }
  for (const layout::TensorSet set : layout::tensor_sets(stored.parts()))
    for (std::size_t t = 0; t < tensor_count; ++t)
      weights_[static_cast<std::size_t>(set)][t] = stored.offset(layout::name_of(tensor_table[t], set));
}

void ArrayWriter::write_epochs(std::size_t row, std::size_t first, std::span<const Metrics> epochs) {
  write_metrics(row, first, epochs);
  if (metrics_checksum_ == 0) return;
  std::vector<std::uint32_t> sums;
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    buffer_.clear();
    for (const auto& [metric, offset] : metrics_) buffer_.push_back(canonical(epochs[e][metric]));
    sums.push_back(checksum_of_epoch(begun_[row], recorded_[first + e], buffer_));
  }
  write_checksums(metrics_checksum_, row * extents_[layout::epoch] + first, sums);
}

void ArrayWriter::clear_epochs(std::size_t row, std::size_t first) {
  const std::size_t count = recorded_.size() - first;
  write_metrics(row, first, std::vector<Metrics>(count));
  if (metrics_checksum_ != 0)
    write_checksums(metrics_checksum_, row * extents_[layout::epoch] + first,
                    std::vector<std::uint32_t>(count));
}

void ArrayWriter::write_metrics(std::size_t row, std::size_t first, std::span<const Metrics> epochs) {
  buffer_.resize(epochs.size());
  for (const auto& [metric, offset] : metrics_) {
    for (std::size_t e = 0; e < epochs.size(); ++e) buffer_[e] = canonical(epochs[e][metric]);
    const std::uint64_t place = row * extents_[layout::epoch] + first;
    descriptor_.write_at(offset + place * sizeof(float), buffer_.data(), buffer_.size() * sizeof(float));
  }
}

void ArrayWriter::write_checksums(std::uint64_t array, std::size_t place,
                                  std::span<const std::uint32_t> sums) {
  descriptor_.write_at(array + place * sizeof(std::uint32_t), sums.data(), sums.size_bytes());
}

void ArrayWriter::write_initial_weights(std::size_t row, const Weights& weights) {
  Crc32 sum = begun_.empty() ? Crc32() : begun_at(begun_[row], 0);
  write_tensors(row, layout::TensorSet::initial, weights, sum);
  const std::uint32_t value = sum.value();
  if (initial_weights_checksum_ != 0) write_checksums(initial_weights_checksum_, row, {&value, 1});
}

void ArrayWriter::write_state(std::size_t row, std::int32_t epoch, const TrainingState& state) {
  Crc32 sum = begun_.empty() ? Crc32() : begun_at(begun_[row], epoch);
  write_tensors(row, layout::TensorSet::last, state.weights, sum);
  for (std::size_t k = 0; k < parts_.moments; ++k)
    write_tensors(row, layout::moment_set(k), k < state.moments.size() ? state.moments[k] : Weights{}, sum);
  const std::uint32_t value = sum.value();
  if (weights_checksum_ != 0) write_checksums(weights_checksum_, row, {&value, 1});
  if (moments_checksum_ == 0) return;
  const std::int64_t checksum = checksum_of(state.moments);
  descriptor_.write_at(moments_checksum_ + row * sizeof checksum, &checksum, sizeof checksum);
}

void ArrayWriter::write_tensors(std::size_t row, layout::TensorSet set, const Weights& weights, Crc32& sum) {
  for (std::size_t t = 0; t < tensor_count; ++t) {
    const std::vector<float> values = row_of(tensor_table[t], weights, extents_);
    const std::size_t bytes = values.size() * sizeof(float);
    descriptor_.write_at(weights_[static_cast<std::size_t>(set)][t] + row * bytes, values.data(), bytes);
    add_to<float>(sum, values);
  }
}

void ArrayWriter::write_predictions(std::size_t row, std::int32_t epoch,
                                    std::span<const std::uint8_t> classes) {
  assert(predictions_ != 0 && classes.size() == extents_[layout::test_image]);
  descriptor_.write_at(predictions_ + row * classes.size(), classes.data(), classes.size());
  const std::uint32_t sum = checksum_of_predictions(begun_[row], epoch, classes);
  write_checksums(predictions_checksum_, row, {&sum, 1});
}

void ArrayWriter::write_progress(std::size_t row, const RunProgress& progress) {
  descriptor_.write_at(epochs_done_ + row * sizeof(progress.epochs_done), &progress.epochs_done,
                       sizeof(progress.epochs_done));
  descriptor_.write_at(wall_time_ + row * sizeof(progress.wall_time), &progress.wall_time,
                       sizeof(progress.wall_time));
  if (weights_epoch_ != 0) write_weights_epoch(row, progress.weights_epoch);
  if (predictions_epoch_ != 0) write_predictions_epoch(row, progress.predictions_epoch);
}

void ArrayWriter::write_status(std::size_t row, RunStatus status) {
  const auto number = static_cast<std::int8_t>(status);
  descriptor_.write_at(status_ + row, &number, 1);
}

void ArrayWriter::write_weights_epoch(std::size_t row, std::int32_t epoch) {
  descriptor_.write_at(weights_epoch_ + row * sizeof(epoch), &epoch, sizeof(epoch));
}

void ArrayWriter::write_predictions_epoch(std::size_t row, std::int32_t epoch) {
  descriptor_.write_at(predictions_epoch_ + row * sizeof(epoch), &epoch, sizeof(epoch));
}

void ArrayWriter::write_session(std::size_t place, const SessionTimes& session) {
  const std::array numbers{session.start, session.expected, session.taken};
  for (std::size_t i = 0; i < numbers.size(); ++i)
    descriptor_.write_at(sessions_[i] + place * sizeof numbers[i], &numbers[i], sizeof numbers[i]);
}

void ArrayWriter::sync() {
  descriptor_.sync_data();
}

void ArrayWriter::require_in_place() const {
  const auto changed = [&](const std::string& how) {
    return failure(
        fmt::format("the results file {} was {} while it was written to: later results are not in it",
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
