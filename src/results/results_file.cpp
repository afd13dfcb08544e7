#include "runner/results/results_file.hpp"

#include "runner/compute/arithmetic.hpp"
#include "runner/error/error.hpp"
#include "runner/results/results_data.hpp"

#include "committer.hpp"
#include "creation.hpp"
#include "stored_file.hpp"
#include "writer_lock.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// The path to work with: absolute and free of links, so that two names of one file share one lock and a
/// rename keeps the link.
fs::path prepare(const fs::path& file) {
  const fs::path path = fs::weakly_canonical(fs::absolute(file));
  if (!path.has_filename() || fs::is_directory(path))
    throw bad_input(fmt::format("the results file {} is a folder", file.string()));
  fs::create_directories(path.parent_path());
  return path;
}

/// What no file can be gone on with over, a clause each: other data or other sizes of it, other weights to
/// save, fewer epochs.
std::vector<std::string> obstacles(const StoredFile& stored, const Sweep& sweep, const Dataset& data) {
  std::vector<std::string> found;
  const auto weights = [](bool saved) { return saved ? "true" : "false"; };
  if (stored.has_weights() != sweep.config.save_weights)
    found.push_back(fmt::format("save_weights: {} in the file, {} now", weights(stored.has_weights()),
                                weights(sweep.config.save_weights)));
  if (const auto epochs = static_cast<std::int64_t>(stored.extent(layout::epoch)) - 1;
      epochs > sweep.config.epochs)
    found.push_back(fmt::format("epochs: {} in the file, {} now", epochs, sweep.config.epochs));
  for (const auto& [key, size] :
       {std::pair("train_size", data.train.count), std::pair("test_size", data.test.count)})
    if (const std::int64_t then = stored.integer(key); then != static_cast<std::int64_t>(size))
      found.push_back(fmt::format("{}: {} in the file, {} now", key, then, size));
  for (std::size_t f = 0; f < data.files.size(); ++f)
    if (stored.text(fmt::format("{}_sha256", layout::data_files[f])) != data.files[f].sha256)
      found.push_back(fmt::format("the contents of {} are not those of {} then", data.files[f].path.string(),
                                  stored.text(fmt::format("{}_path", layout::data_files[f]))));
  return found;
}

/// Whether the file's rows and epochs are those of the sweep as it is now. Throws where it cannot be gone on
/// with.
bool is_up_to_date(const fs::path& file, const Sweep& sweep, const Dataset& data, bool prune) {
  const auto refuse = [&](const std::string& why) {
    return bad_input(fmt::format("the results file {} cannot be gone on with: {}; --fresh starts anew",
                                 file.string(), why));
  };
  StoredFile stored(file);
  if (const std::int64_t version = stored.integer("layout_version"); version != results_layout_version)
    throw refuse(
        fmt::format("it has version {} of the layout, this program has {}", version, results_layout_version));
  if (const std::int64_t version = stored.integer("arithmetic_version"); version != arithmetic_version)
    throw refuse(
        fmt::format("it has version {} of the arithmetic, this program has {}", version, arithmetic_version));
  stored.require_layout();
  const std::vector<std::string> found = obstacles(stored, sweep, data);
  if (!found.empty()) throw refuse(fmt::format("{}", fmt::join(found, "; ")));

  if (stored.extent(layout::epoch) != static_cast<std::uint64_t>(sweep.config.epochs) + 1) return false;
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

std::vector<Marks> stored_marks(const StoredFile& stored) {
  const auto epochs_done = stored.epochs_done();
  const auto status = stored.read_flags<RunStatus>("status");
  const auto wall_time = stored.read<double>("wall_time");
  std::vector<std::int32_t> weights_epoch(status.size(), -1);
  if (stored.has_weights()) weights_epoch = stored.weights_epochs();
  std::vector<Marks> marks;
  for (std::size_t r = 0; r < status.size(); ++r)
    marks.push_back({epochs_done[r], status[r], wall_time[r], weights_epoch[r]});
  return marks;
}

/// A writer that ended between its marks of progress and that of the status left runs that lack nothing else.
void mark_as_done(std::vector<Marks>& marks, const Config& config, ArrayWriter& writer) {
  bool any = false;
  for (std::size_t run = 0; run < marks.size(); ++run) {
    Marks& m = marks[run];
    if (m.status != RunStatus::running || m.epochs_done != config.epochs ||
        (config.save_weights && m.weights_epoch != config.epochs))
      continue;
    m.status = RunStatus::done;
    writer.write_status(run, m.status);
    any = true;
  }
  if (any) writer.sync();
}

}  // namespace

struct ResultsFile::State {
  explicit State(const fs::path& file) : lock(file) {}

  WriterLock lock;
  std::optional<Committer> committer;
  fs::path path;
  std::vector<std::size_t> hidden;  // units of each run
  std::vector<int> epochs;          // that it goes on from
};

ResultsFile::ResultsFile(const fs::path& file, const Sweep& sweep, const Dataset& data,
                         const Provenance& provenance, Options options) try {
  const fs::path path = prepare(file);
  state_ = std::make_unique<State>(path);
  remove_unfinished(path);

  if (!fs::exists(path)) {
    create_results(path, sweep, data, provenance);
  } else if (options.fresh) {
    { const StoredFile ours(path); }  // refuses what is not
    create_results(path, sweep, data, provenance);
  } else if (!is_up_to_date(path, sweep, data, options.prune)) {
    const ResultsData earlier = read_results(path);
    create_results(path, sweep, data, provenance, {&earlier, 1}, options.prune);
  }

  // Rows are now those of the sweep, in its order.
  StoredFile stored(path);
  stored.require_layout();
  ArrayWriter writer(path, stored);
  std::vector<Marks> marks = stored_marks(stored);
  marks.resize(sweep.runs.size());
  mark_as_done(marks, sweep.config, writer);
  state_->path = path;
  for (std::size_t run = 0; run < marks.size(); ++run) {
    state_->hidden.push_back(static_cast<std::size_t>(sweep.runs[run].spec.hidden_size));
    // Those of a run that diverged are of the epoch that is not recorded any more.
    const int epoch = marks[run].weights_epoch;
    const bool usable = epoch > 0 && epoch <= marks[run].epochs_done && epoch < sweep.config.epochs;
    state_->epochs.push_back(usable ? epoch : 0);
  }
  state_->committer.emplace(std::move(writer), std::move(marks), sweep.config.save_weights,
                            options.commit_interval, std::move(options.committed));
} catch (const fs::filesystem_error& error) {
  throw failure(fmt::format("cannot use the results file {}: {}", file.string(), error.code().message()));
}

ResultsFile::~ResultsFile() = default;

std::vector<std::size_t> ResultsFile::missing() const {
  return state_->committer->missing();
}

std::vector<int> ResultsFile::epochs() const {
  return state_->epochs;
}

Weights ResultsFile::weights(std::size_t run) const {
  StoredFile stored(state_->path);
  stored.require_layout();
  return read_weights(stored, run, false, state_->hidden[run]);
}

void ResultsFile::on_epoch(std::span<const EpochRecord> records) {
  state_->committer->add(records);
}

void ResultsFile::close() {
  state_->committer->close();
  state_->lock.release();
}

}  // namespace runner
