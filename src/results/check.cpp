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
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

using DamagedRuns = std::map<std::size_t, DamagedRun>;  // by row

DamagedRun& damaged_in(DamagedRuns& runs, std::size_t row) {
  return runs.try_emplace(row, DamagedRun{row, -1}).first->second;
}

/// Compares metrics with their checksums, some at a time: a file may have more than there is memory for.
void compare_metrics(const StoredFile& file, std::span<const RunProgress> progress,
                     std::span<const Crc32> begun, DamagedRuns& found) {
  constexpr std::uint64_t most = std::uint64_t{1} << 20;
  const std::uint64_t length = file.extent(layout::epoch), all = progress.size() * length;
  for (std::uint64_t first = 0; first < all; first += most) {
    const std::uint64_t count = std::min(most, all - first);
    std::vector<std::vector<float>> columns;
    for (const MetricInfo& metric : metric_table)
      if (file.parts().has(metric)) columns.push_back(file.read_part<float>(metric.name, first, count));
    const auto sums = file.read_part<std::uint32_t>(layout::metrics_checksum, first, count);
    std::vector<float> metrics(columns.size());
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t row = (first + i) / length, index = (first + i) % length;
      const RunProgress& run = progress[row];
      const std::size_t written =
          file.recorded().count_to(run.epochs_done) + (run.status == RunStatus::diverged ? 1 : 0);
      // Other programs, which know no marks, read what stands behind the end of a run.
      if (index >= written && !has_ended(run.status)) continue;
      const int epoch = file.recorded()[index];
      for (std::size_t m = 0; m < metrics.size(); ++m) metrics[m] = columns[m][i];
      const bool right = index < written
                             ? sums[i] == checksum_of_epoch(begun[row], epoch, metrics)
                             : sums[i] == 0 && std::all_of(metrics.begin(), metrics.end(), [](float metric) {
                                 return same_bits(metric, canonical_nan);
                               });
      if (!right) damaged_in(found, row).epochs.push_back(epoch);
    }
  }
}

/// The same for what a run has one of, by marks that have been read before.
void compare_weights_and_predictions(const StoredFile& file, std::size_t row, const RunProgress& run,
                                     Crc32 begun, DamagedRuns& found) {
  const auto is = [&](const char* name, std::uint32_t sum) {
    return file.read_part<std::uint32_t>(name, row, 1)[0] == sum;
  };
  // A writer takes the mark away before it writes over what is there.
  const auto still = [&](const char* mark, std::int32_t epoch) {
    return file.read_part<std::int32_t>(mark, row, 1)[0] == epoch;
  };
  const bool was_begun = run.epochs_done >= 0 || run.status == RunStatus::diverged;
  if (file.has_weights() && was_begun &&
      !is(layout::initial_weights_checksum, checksum_of_initial(file, begun, row)))
    damaged_in(found, row).initial_weights = true;
  if (run.weights_epoch >= 0 &&
      !is(layout::weights_checksum, checksum_of_last(file, begun, row, run.weights_epoch)) &&
      still("weights_epoch", run.weights_epoch))
    damaged_in(found, row).weights = true;
  if (run.predictions_epoch >= 0 &&
      !is(layout::predictions_checksum,
          checksum_of_predictions(begun, run.predictions_epoch, read_predictions(file, row))) &&
      still("predictions_epoch", run.predictions_epoch))
    damaged_in(found, row).predictions = true;
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

std::vector<DamagedRun> damaged_by_checksums(const StoredFile& file, std::span<const RunProgress> progress) {
  if (!file.parts().has_checksums()) return {};
  DamagedRuns found;
  const std::vector<Crc32> begun = begun_checksums(file);
  compare_metrics(file, progress, begun, found);
  for (std::size_t row = 0; row < progress.size(); ++row)
    compare_weights_and_predictions(file, row, progress[row], begun[row], found);
  std::vector<DamagedRun> damaged;
  for (auto& [row, run] : found) damaged.push_back(std::move(run));
  return damaged;
}

FileCheck check_stored(const StoredFile& file) {
  const ResultsData results = read_without_curves(file);
  FileCheck check{
      file.parts().layout, file.parts().has_checksums(), file.has_weights(), results.runs.size(), 0, {}};
  std::vector<RunProgress> progress;
  for (const StoredRun& run : results.runs) {
    progress.push_back(
        {run.epochs_done, run.status, run.wall_time, run.weights_epoch, run.predictions_epoch});
    check.epochs += results.recorded.count_to(run.epochs_done);
  }
  DamagedRuns found;
  for (DamagedRun& damaged : damaged_by_checksums(file, progress)) found.emplace(damaged.row, damaged);
  // The digests of another arithmetic are not known.
  if (results.origin.arithmetic_version == arithmetic_version)
    for (std::size_t row = 0; row < results.runs.size(); ++row) {
      const StoredRun& run = results.runs[row];
      // Nothing is lost with one that no config has and no number was recorded of.
      const bool forgotten = !run.in_sweep() && run.status == RunStatus::pending;
      if (!forgotten && !is_of_its_digest(run.run, results.origin.data))
        found.insert_or_assign(row, DamagedRun{row, -1, true});
    }
  for (auto& [row, damaged] : found) {
    damaged.index = results.runs[row].run.index;
    check.damaged.push_back(std::move(damaged));
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
      "the results file {0} is damaged, in {1}{2}; runner check {0} lists all damage, and runner check {0} "
      "--drop takes the damaged runs out, so that the sweep trains them again",
      file.string(), description(check.damaged.front()),
      others == 0 ? std::string() : fmt::format("; and in {} more", others)));
}

FileCheck drop_damaged(const fs::path& file, const Note& note) {
  HeldFile held(file, note);
  FileCheck found = check_results(held.path);
  std::vector<DamagedRun> damaged = found.damaged;
  if (std::any_of(damaged.begin(), damaged.end(), [](const DamagedRun& run) { return run.settings; })) {
    put_settings_back(StoredFile(held.path), found, held.descriptor);
    // Nothing else of these runs has been checked.
    damaged = check_results(held.path).damaged;
  }
  if (damaged.empty()) return found;
  const StoredFile stored(held.path);
  std::vector<std::size_t> rows;
  for (const DamagedRun& run : damaged) {
    if (run.settings && run.index >= 0)
      throw stored.damaged(fmt::format("{}, and its config does not say what they were", description(run)));
    rows.push_back(run.row);
  }
  forget(rows, ArrayWriter(held.path, stored));
  return found;
}

}  // namespace runner
