#include "resumption.hpp"

#include "runner/error/error.hpp"
#include "runner/files/replacement.hpp"
#include "runner/model/versions.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// Reasons why this file cannot be continued, one clause each: other data or other sizes of it, other
/// weights to save.
std::vector<std::string> resume_conflicts(const StoredFile& stored, const Sweep& sweep,
                                          const DatasetFacts& data) {
  std::vector<std::string> found;
  for (const auto& [key, then, now] :
       {std::tuple("save_weights", stored.has_weights(), sweep.config.save_weights),
        std::tuple("save_predictions", stored.has_predictions(),
                   sweep.config.save_predictions.value_or(stored.has_predictions()))})
    if (then != now) found.push_back(fmt::format("{}: {} in the file, {} now", key, then, now));
  for (const auto& [key, size] :
       {std::pair("train_size", data.train_size), std::pair("validation_size", data.validation_size),
        std::pair("test_size", data.test_size)})
    if (const std::int64_t then = stored.integer(key); then != static_cast<std::int64_t>(size))
      found.push_back(fmt::format("{}: {} in the file, {} now", key, then, size));
  if (const PixelScale then = stored.scale(); !then.empty() && !data.scale.empty() && then != data.scale)
    found.push_back("the numbers of the images became bytes by another scale when the file was made");
  for (std::size_t f = 0; f < data.files.size(); ++f)
    if (stored.text(fmt::format("{}_sha256", dataset_file_names[f])) != data.files[f].sha256)
      found.push_back(fmt::format("the contents of {} differ from those of {} when the file was made",
                                  data.files[f].path.string(),
                                  stored.text(fmt::format("{}_path", dataset_file_names[f]))));
  return found;
}

}  // namespace

fs::path path_to_work_with(const fs::path& file) {
  const fs::path path = without_links(file);
  if (!path.has_filename() || fs::is_directory(path))
    throw bad_input(fmt::format("the results file {} is a folder", file.string()));
  if (fs::exists(path) && !fs::is_regular_file(path))
    throw bad_input(fmt::format("{} is a device or a pipe, not a results file", file.string()));
  return path;
}

bool is_up_to_date(const StoredFile& stored, const Sweep& sweep, const DatasetFacts& data, bool prune) {
  const auto refuse = [&](const std::string& why) {
    return bad_input(
        fmt::format("the results file {} cannot be continued: {}; name=… (or --output) gives this sweep a "
                    "file of its own, --fresh deletes what the file holds and starts anew",
                    stored.path().string(), why));
  };
  if (const std::int64_t version = stored.integer("arithmetic_version"); version != arithmetic_version)
    throw refuse(fmt::format("it has version {} of the arithmetic, but this program has {}", version,
                             arithmetic_version));
  const std::vector<std::string> found = resume_conflicts(stored, sweep, data);
  if (!found.empty()) throw refuse(fmt::format("{}", fmt::join(found, "; ")));

  // One with more epochs, behind the sweep's or in between, holds what fewer would be.
  if (!stored.recorded().contains_all(sweep.config.recorded_epochs())) return false;
  // The file says which rule its stopped runs were stopped by.
  if (parse_stored_config(stored.text("config"), stored.path()).early_stopping != sweep.config.early_stopping)
    return false;
  const std::vector<std::string> digests = stored.digests();
  const auto index = stored.read<std::int32_t>("run");
  if (digests.size() < sweep.runs.size() || (prune && digests.size() > sweep.runs.size())) return false;
  for (std::size_t r = 0; r < digests.size(); ++r) {
    const bool in_sweep = r < sweep.runs.size();
    if (index[r] != (in_sweep ? sweep.runs[r].index : -1)) return false;
    if (in_sweep && digests[r] != sweep.runs[r].digest) return false;
  }
  return true;
}

Checkpoint read_checkpoint_of(const fs::path& file, const Sweep& sweep, const DatasetFacts& data) {
  std::map<std::string, SnapshotShape> shapes;
  for (const Run& run : sweep.runs)
    shapes.emplace(run.digest,
                   SnapshotShape{{data.pixels, static_cast<std::size_t>(run.spec.hidden_size), data.classes},
                                 moment_count(run.spec.optimizer)});
  return read_checkpoint(checkpoint_path(file), shapes);
}

int epoch_to_go_on_from(const RunProgress& progress, const Snapshot* snapshot, const RecordedEpochs& in_file,
                        int last) {
  // Weights of a run that diverged are of the epoch that is not recorded any more, those of a file that was
  // begun anew of epochs that it does not have yet. Those of an epoch that is not to be recorded are as
  // good as others, if all epochs before it are there.
  const auto usable = [&](int epoch) {
    const bool all_before = epoch < in_file.next_after(progress.epochs_done);
    return epoch > 0 && all_before && epoch <= last ? epoch : 0;
  };
  return std::max(usable(progress.weights_epoch), snapshot == nullptr ? 0 : usable(snapshot->epoch));
}

const Snapshot* snapshot_of(const Checkpoint& checkpoint, const Run& run) {
  const auto found = checkpoint.find(run.digest);
  return found == checkpoint.end() ? nullptr : &found->second;
}

}  // namespace runner
