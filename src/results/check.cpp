#include "runner/results/check.hpp"

#include "runner/error/error.hpp"
#include "runner/model/versions.hpp"
#include "runner/results/results_data.hpp"

#include "array_writer.hpp"
#include "checksums.hpp"
#include "creation.hpp"
#include "damage.hpp"
#include "own_digests.hpp"
#include "read_stored.hpp"
#include "seal.hpp"
#include "writer_lock.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// The metrics and checksums of some rows of a file that follow one another.
class StoredEpochs {
 public:
  StoredEpochs(const StoredFile& file, std::size_t first, std::size_t rows)
      : length_(file.extent(layout::epoch)), first_(first) {
    for (const MetricInfo& metric : metric_table)
      if (file.parts().has(metric))
        columns_.push_back(file.read_part<float>(metric.name, first * length_, rows * length_));
    sums_ = file.read_part<std::uint32_t>(layout::metrics_checksum, first * length_, rows * length_);
  }

  /// Whether nothing was written for the epoch with this index.
  bool is_empty(std::size_t row, std::size_t index) const {
    const std::size_t place = (row - first_) * length_ + index;
    return sums_[place] == 0 && std::all_of(columns_.begin(), columns_.end(), [&](const auto& column) {
             return same_bits(column[place], canonical_nan);
           });
  }

  /// Whether the metrics of a recorded epoch, the one with this index, are those that its checksum is of.
  bool is_right(std::size_t row, std::size_t index, Crc32 begun, std::int32_t epoch) const {
    const std::size_t place = (row - first_) * length_ + index;
    std::array<float, metric_count> metrics{};
    for (std::size_t m = 0; m < columns_.size(); ++m) metrics[m] = columns_[m][place];
    return checksum_of_epoch(begun, epoch, {metrics.data(), columns_.size()}) == sums_[place];
  }

 private:
  std::size_t length_, first_;
  std::vector<std::vector<float>> columns_;
  std::vector<std::uint32_t> sums_;
};

/// Looks at the weights and predictions of a run, whose marks have been read before.
void check_weights_and_predictions(const StoredFile& file, const StoredRun& run, Crc32 begun,
                                   DamagedRun& damaged) {
  const std::size_t row = damaged.row;
  const auto is = [&](const char* name, std::uint32_t sum) {
    return file.read_part<std::uint32_t>(name, row, 1)[0] == sum;
  };
  // A writer takes the mark away before it writes over what is there.
  const auto still = [&](const char* mark, std::int32_t epoch) {
    return file.read_part<std::int32_t>(mark, row, 1)[0] == epoch;
  };
  const bool was_begun = run.epochs_done >= 0 || run.status == RunStatus::diverged;
  damaged.initial_weights = file.has_weights() && was_begun &&
                            !is(layout::initial_weights_checksum, checksum_of_initial(file, begun, row));
  damaged.weights = run.weights_epoch >= 0 &&
                    !is(layout::weights_checksum, checksum_of_last(file, begun, row, run.weights_epoch)) &&
                    still("weights_epoch", run.weights_epoch);
  damaged.predictions =
      run.predictions_epoch >= 0 &&
      !is(layout::predictions_checksum,
          checksum_of_predictions(begun, run.predictions_epoch, read_predictions(file, row))) &&
      still("predictions_epoch", run.predictions_epoch);
}

std::string epochs_text(const std::vector<int>& epochs) {
  constexpr std::size_t most = 6;
  if (epochs.size() == 1) return fmt::format("epoch {}", epochs.front());
  if (epochs.size() <= most)
    return fmt::format("epochs {} and {}", fmt::join(epochs.begin(), epochs.end() - 1, ", "), epochs.back());
  return fmt::format("{} epochs from {} to {}", epochs.size(), epochs.front(), epochs.back());
}

std::string what_of(const DamagedRun& damaged) {
  if (damaged.settings) return "its settings, or its digest";
  std::vector<std::string> what;
  if (!damaged.epochs.empty()) what.push_back("the metrics of " + epochs_text(damaged.epochs));
  if (damaged.initial_weights) what.emplace_back("the initial weights");
  if (damaged.weights) what.emplace_back("the last weights or their moments");
  if (damaged.predictions) what.emplace_back("the predictions");
  return fmt::format("{}", fmt::join(what, ", "));
}

std::string name_of_run(const DamagedRun& damaged) {
  return damaged.index >= 0 ? fmt::format("run {}", damaged.index)
                            : fmt::format("row {}, of a run no longer in the sweep", damaged.row);
}

/// Puts the settings of the runs of the sweep back where they are not those of the config, which the seal
/// covers. A run that is no longer in the sweep is in no config.
void put_settings_back(const StoredFile& stored, const FileCheck& found, Descriptor& file) {
  const ResultsData results = read_without_curves(stored);
  const Sweep sweep =
      expand(parse_stored_config(results.effective_config, results.origin.config_file), results.origin.data);
  std::vector<Run> rows;
  for (const StoredRun& run : results.runs) rows.push_back(run.run);
  for (const DamagedRun& damaged : found.damaged)
    if (damaged.settings && damaged.index >= 0 && static_cast<std::size_t>(damaged.index) < sweep.runs.size())
      rows[damaged.row] = sweep.runs[static_cast<std::size_t>(damaged.index)];
  for (const auto& [name, bytes] : columns_of_runs(rows))
    if (stored.has(name) && stored.bytes(name) != bytes)
      file.write_at(stored.offset(name), bytes.data(), bytes.size());
  file.sync_data();
}

/// The status first: whatever is left of the other marks after a power cut contradicts none that has not
/// ended.
void forget(const std::vector<std::size_t>& rows, ArrayWriter writer) {
  for (const std::size_t row : rows) writer.write_status(row, RunStatus::pending);
  writer.sync();
  for (const std::size_t row : rows) writer.write_progress(row, {});
  writer.sync();
  for (const std::size_t row : rows) writer.clear_epochs(row, 0);
  writer.sync();
}

}  // namespace

std::string description(const DamagedRun& damaged) {
  return fmt::format("{}: {}", name_of_run(damaged), what_of(damaged));
}

FileCheck check_stored(const StoredFile& file) {
  const ResultsData results = read_without_curves(file);
  FileCheck check{
      file.parts().layout, file.parts().has_checksums(), file.has_weights(), results.runs.size(), 0, {}};
  const bool known_arithmetic = results.origin.arithmetic_version == arithmetic_version;
  const std::vector<Crc32> begun = check.has_checksums ? begun_checksums(file) : std::vector<Crc32>();
  constexpr std::size_t numbers = std::size_t{1} << 20;  // of a metric, that are read at a time
  const std::size_t rows = std::max<std::size_t>(1, numbers / results.recorded.size());
  for (std::size_t first = 0; first < results.runs.size(); first += rows) {
    const std::size_t end = std::min(first + rows, results.runs.size());
    std::optional<StoredEpochs> stored;
    if (check.has_checksums) stored.emplace(file, first, end - first);
    for (std::size_t row = first; row < end; ++row) {
      const StoredRun& run = results.runs[row];
      DamagedRun damaged{row, run.run.index};
      const std::size_t recorded = results.recorded.count_to(run.epochs_done);
      check.epochs += recorded;
      // Nothing is lost with one that no config has and no number was recorded of.
      const bool forgotten = !run.in_sweep() && run.status == RunStatus::pending;
      damaged.settings = known_arithmetic && !forgotten && !is_of_its_digest(run.run, results.origin.data);
      if (stored && !damaged.settings) {
        const std::size_t written = recorded + (run.status == RunStatus::diverged ? 1 : 0);
        for (std::size_t i = 0; i < written; ++i)
          if (!stored->is_right(row, i, begun[row], results.recorded[i]))
            damaged.epochs.push_back(results.recorded[i]);
        // Other programs, which know no marks, read what stands behind the end of a run.
        for (std::size_t i = written; has_ended(run.status) && i < results.recorded.size(); ++i)
          if (!stored->is_empty(row, i)) damaged.epochs.push_back(results.recorded[i]);
        check_weights_and_predictions(file, run, begun[row], damaged);
      }
      if (damaged.settings || !damaged.epochs.empty() || damaged.initial_weights || damaged.weights ||
          damaged.predictions)
        check.damaged.push_back(std::move(damaged));
    }
  }
  return check;
}

FileCheck check_results(const fs::path& file) {
  return check_stored(StoredFile(file));
}

void require_undamaged(const fs::path& file) {
  const FileCheck check = check_results(file);
  if (check.damaged.empty()) return;
  const std::size_t others = check.damaged.size() - 1;
  throw bad_input(fmt::format(
      "the results file {0} is damaged: not what was written is, of {1}{2}; runner check {0} lists all, with "
      "--drop it takes that out, so that the sweep trains it again",
      file.string(), description(check.damaged.front()),
      others == 0 ? std::string() : fmt::format(", and something of {} more", others)));
}

FileCheck drop_damaged(const fs::path& file, const Note& note) {
  const fs::path path = without_links(file);
  require_results_file(file);  // no lock file beside what is none
  const WriterLock lock(path, note);
  Descriptor kept(path, O_RDWR | O_NONBLOCK);
  keep_others_from_writing(kept);
  FileCheck found = check_results(path);
  if (found.damaged.empty()) return found;
  if (std::any_of(found.damaged.begin(), found.damaged.end(),
                  [](const DamagedRun& damaged) { return damaged.settings; }))
    put_settings_back(StoredFile(path), found, kept);
  const StoredFile stored(path);
  std::vector<std::size_t> rows;
  for (const DamagedRun& damaged : check_stored(stored).damaged) {
    if (damaged.settings && damaged.index >= 0)
      throw stored.damaged(
          fmt::format("{}, and its config does not say what they were", description(damaged)));
    rows.push_back(damaged.row);
  }
  if (!rows.empty()) forget(rows, ArrayWriter(path, stored));
  return found;
}

}  // namespace runner
