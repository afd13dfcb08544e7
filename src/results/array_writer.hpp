#pragma once

#include "runner/data/crc32.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/model/recorded_epochs.hpp"
#include "runner/results/session_times.hpp"
#include "runner/results/stored_weights.hpp"

#include "layout.hpp"
#include "stored_file.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace runner {

/// How far a run has come, as the file's marks say.
struct RunProgress {
  std::int32_t epochs_done = -1;
  RunStatus status = RunStatus::pending;
  double wall_time = 0;
  std::int32_t weights_epoch = -1;      ///< after which the run had the weights in the file; −1: none
  std::int32_t predictions_epoch = -1;  ///< after which it made the predictions in the file; −1: none

  friend bool operator==(const RunProgress&, const RunProgress&) = default;
};

/// The progress of the runs of all rows.
std::vector<RunProgress> stored_progress(const StoredFile& file);

/// The weights of a run that a file holds, cut to the run's hidden units. NaN if none are stored yet.
Weights read_weights(const StoredFile& file, std::size_t row, layout::TensorSet set, std::size_t hidden);

/// The state of a run after its last epoch, as a file holds it. Throws Error (bad_input) if it differs from
/// its checksum. (Files of layouts 5 and 6 have a checksum of the moments only.)
TrainingState read_state(const StoredFile& file, std::size_t row, const RunSpec& run);

/// The stored predictions of a run: a class for each test image.
std::vector<std::uint8_t> read_predictions(const StoredFile& file, std::size_t row);

/// The first 64 bits of the SHA-256 of moments, as the file holds them: tensor by tensor, moment by moment. 0
/// for none.
std::int64_t checksum_of(const std::vector<Weights>& moments);

/// Compares a run's tensors in a file with these weights, bit for bit; beyond the run's hidden units the file
/// has NaN. Returns the first number that differs.
std::optional<DifferentWeight> different_weight(const StoredFile& file, std::size_t row,
                                                layout::TensorSet set, const Weights& weights);

/// The same for a state.
std::optional<DifferentWeight> different_weight(const StoredFile& file, std::size_t row,
                                                const TrainingState& state);

/// Writes into the arrays of a results file: every value has had its place since the file was made, so a
/// write is a `pwrite` of raw data at that place, and HDF5 has no part in it any more. Little-endian
/// processors only.
class ArrayWriter {
 public:
  /// `stored` is the same file, opened for reading. Throws Error: failure if it cannot be opened for writing,
  /// bad_input if another program has it open for writing.
  ArrayWriter(const std::filesystem::path& file, const StoredFile& stored);

  // What has a checksum is written with it.

  /// Consecutive recorded epochs of one run, the first with the index `first`; an array for each metric.
  void write_epochs(std::size_t row, std::size_t first, std::span<const Metrics> epochs);
  /// Erases the epochs from the index `first` on, as if they had never been written.
  void clear_epochs(std::size_t row, std::size_t first);

  /// The weights of one run before it is trained: a number for each parameter, NaN for the hidden units it
  /// does not have.
  void write_initial_weights(std::size_t row, const Weights& weights);
  /// The state of one run after its last epoch.
  void write_state(std::size_t row, std::int32_t epoch, const TrainingState& state);

  bool keeps_predictions() const { return predictions_ != 0; }
  /// The classes that one run predicts for the test images after its last epoch.
  void write_predictions(std::size_t row, std::int32_t epoch, std::span<const std::uint8_t> classes);

  /// All marks but the status.
  void write_progress(std::size_t row, const RunProgress& progress);
  void write_status(std::size_t row, RunStatus status);
  void write_weights_epoch(std::size_t row, std::int32_t epoch);
  void write_predictions_epoch(std::size_t row, std::int32_t epoch);
  void write_session(std::size_t place, const SessionTimes& session);

  /// Returns when everything that was written is on the medium.
  void sync();

  /// Makes sure that the file still has its name and its length, so that whoever opens the name finds what
  /// was written.
  void require_in_place() const;

  // All throw Error (failure) naming the file and the system's reason.

 private:
  void write_metrics(std::size_t row, std::size_t first, std::span<const Metrics> epochs);
  void write_tensors(std::size_t row, layout::TensorSet set, const Weights& weights, Crc32& sum);
  void write_checksums(std::uint64_t array, std::size_t place, std::span<const std::uint32_t> sums);

  Descriptor descriptor_;
  std::uint64_t size_;
  layout::Parts parts_;
  layout::Extents extents_;
  RecordedEpochs recorded_;
  std::vector<std::pair<Metric, std::uint64_t>> metrics_;
  std::array<std::array<std::uint64_t, tensor_count>, layout::tensor_set_count> weights_{};  ///< by TensorSet
  std::uint64_t moments_checksum_ = 0;  ///< 0 in a file that has none
  std::vector<Crc32> begun_;            ///< of each run, what its checksums begin with; none in an early file
  std::uint64_t metrics_checksum_ = 0, initial_weights_checksum_ = 0, weights_checksum_ = 0,
                predictions_checksum_ = 0;  ///< 0: none
  std::uint64_t epochs_done_, wall_time_, status_;
  std::uint64_t weights_epoch_ = 0;                                      ///< 0 in a file without weights
  std::uint64_t predictions_epoch_ = 0, predictions_ = 0;                ///< 0 in a file without predictions
  std::array<std::uint64_t, layout::session_arrays.size()> sessions_{};  ///< 0 in a file without sessions
  std::vector<float> buffer_;
};

}  // namespace runner
