#include "runner/results/outlook.hpp"

#include "runner/error/error.hpp"
#include "runner/results/results_data.hpp"
#include "runner/system/limits.hpp"

#include "creation.hpp"
#include "damage.hpp"
#include "resumption.hpp"
#include "run_progress.hpp"
#include "stopping.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// How the runs of the sweep will stand once its file is open.
struct Standing {
  std::vector<RunProgress> progress;
  RecordedEpochs recorded;
  std::vector<bool> stopped;  ///< by early stopping
  layout::Parts parts;        ///< of the file
};

Standing standing_in(const StoredFile& stored, const Sweep& sweep) {
  std::vector<RunProgress> progress = read_progress(stored);
  progress.resize(sweep.runs.size());
  std::vector<bool> stopped = stopping_of(sweep.config, sweep.runs, progress, stored).stopped;
  return {std::move(progress), stored.recorded(), std::move(stopped), stored.parts()};
}

/// In a file that is made. Halving may choose otherwise among more configurations: it stops none here.
Standing standing_in(NewFile made, const Sweep& sweep) {
  const Config& config = sweep.config;
  std::vector<bool> stopped(sweep.runs.size());
  const auto* patience = config.early_stopping ? std::get_if<Patience>(&*config.early_stopping) : nullptr;
  for (std::size_t run = 0; patience != nullptr && run < stopped.size(); ++run) {
    if (made.taken_over[run] == nullptr) continue;
    const RunProgress& its = made.progress[run];
    const std::span<const float> curve = made.taken_over[run]->curves[patience->metric];
    stopped[run] = is_stopped_by(*patience, config.recorded_epochs(), made.epochs,
                                 curve.first(std::min(curve.size(), made.epochs.count_to(its.epochs_done))),
                                 its, config.save_weights);
  }
  return {std::move(made.progress), std::move(made.epochs), std::move(stopped), made.parts};
}

}  // namespace

Outlook look_ahead(const fs::path& file, const Sweep& sweep, const DatasetFacts& data) try {
  const fs::path path = path_to_work_with(file);
  const Config& config = sweep.config;
  Outlook outlook;
  outlook.free_bytes = free_space(path.parent_path());
  outlook.obstacle = obstacle_to_writing(path);
  outlook.exists = fs::exists(path);
  if (outlook.exists) require_undamaged(path);
  Standing standing;
  if (!outlook.exists) {
    NewFile made = file_to_make(sweep, data, {}, {});
    outlook.bytes = made.bytes;
    standing = standing_in(std::move(made), sweep);
  } else if (const StoredFile stored(path); is_up_to_date(stored, sweep, data, false)) {
    standing = standing_in(stored, sweep);
    outlook.bytes = stored.size();
  } else {
    outlook.is_replaced = true;
    const ResultsData earlier = read_results(path);
    Sweep longest = sweep;
    longest.config = with_epochs(config, std::max(config.epochs, earlier.epochs()));
    NewFile made = file_to_make(longest, data, {&earlier, 1}, {.epochs = config.recorded_epochs()});
    outlook.bytes = made.bytes;
    standing = standing_in(std::move(made), sweep);
  }

  const Checkpoint checkpoint = read_checkpoint_of(path, sweep, data);
  const int last = standing.recorded.last();
  for (std::size_t run = 0; run < sweep.runs.size(); ++run) {
    RunProgress& its = standing.progress[run];
    its.status = settled_status(its, standing.stopped[run], config, standing.recorded, standing.parts);
    if (!is_complete(its, config.epochs, last, config.save_weights)) outlook.missing.push_back(run);
    outlook.epochs.push_back(epoch_to_go_on_from(its, snapshot_of(checkpoint, sweep.runs[run]),
                                                 standing.recorded, config.epochs - 1));
  }
  return outlook;
} catch (const fs::filesystem_error& error) {
  throw failure(fmt::format("cannot use the results file {}: {}", file.string(), error.code().message()));
}

}  // namespace runner
