#include "runner/results/results_file.hpp"

#include "runner/compute/arithmetic.hpp"
#include "runner/error/error.hpp"
#include "runner/results/results_data.hpp"

#include "committer.hpp"
#include "creation.hpp"
#include "stored_file.hpp"
#include "writer_lock.hpp"

#include <optional>
#include <unordered_map>

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

using Rows = std::unordered_map<std::string, std::size_t>;

Rows rows_by_digest(const StoredFile& stored) {
  Rows rows;
  const std::vector<std::string> digests = stored.digests();
  for (std::size_t r = 0; r < digests.size(); ++r) rows.emplace(digests[r], r);
  return rows;
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
    if (index[r] != (in_sweep ? static_cast<std::int32_t>(r) : -1)) return false;
    if (in_sweep && digests[r] != sweep.runs[r].digest) return false;
  }
  return true;
}

}  // namespace

struct ResultsFile::State {
  explicit State(const fs::path& file) : lock(file) {}

  WriterLock lock;
  std::optional<Committer> committer;
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
    create_results(path, sweep, data, provenance, &earlier, options.prune);
  }

  StoredFile stored(path);
  stored.require_layout();
  const Rows row_of = rows_by_digest(stored);
  const auto epochs_done = stored.epochs_done();
  const auto status = stored.read_flags<RunStatus>("status");
  const auto wall_time = stored.read<double>("wall_time");
  std::vector<std::size_t> rows;
  std::vector<Marks> marks;
  for (const Run& run : sweep.runs) {
    const std::size_t row = row_of.at(run.digest);
    rows.push_back(row);
    marks.push_back({epochs_done[row], status[row], wall_time[row]});
  }
  state_->committer.emplace(ArrayWriter(path, stored), std::move(rows), std::move(marks),
                            sweep.config.save_weights, options.commit_interval, std::move(options.committed));
} catch (const fs::filesystem_error& error) {
  throw failure(fmt::format("cannot use the results file {}: {}", file.string(), error.code().message()));
}

ResultsFile::~ResultsFile() = default;

std::vector<std::size_t> ResultsFile::missing() const {
  return state_->committer->missing();
}

void ResultsFile::on_epoch(std::span<const EpochRecord> records) {
  state_->committer->add(records);
}

void ResultsFile::close() {
  state_->committer->close();
  state_->lock.release();
}

}  // namespace runner
