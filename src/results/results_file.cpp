#include "runner/results/results_file.hpp"

#include "runner/compute/arithmetic.hpp"
#include "runner/error/error.hpp"

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

bool same_runs(const Rows& rows, const Sweep& sweep) {
  if (rows.size() != sweep.runs.size()) return false;
  for (const Run& run : sweep.runs)
    if (!rows.contains(run.digest)) return false;
  return true;
}

/// Why the file cannot be gone on with, a clause each.
std::vector<std::string> differences(const StoredFile& stored, const Sweep& sweep, const Dataset& data) {
  std::vector<std::string> found = config_differences(stored.text("config"), sweep.config.effective);
  for (std::size_t f = 0; f < data.files.size(); ++f)
    if (stored.text(fmt::format("{}_sha256", layout::data_files[f])) != data.files[f].sha256)
      found.push_back(fmt::format("the contents of {} are not those of {} then", data.files[f].path.string(),
                                  stored.text(fmt::format("{}_path", layout::data_files[f]))));
  if (found.empty()) found.push_back("its runs are not those of this config");
  return found;
}

/// Throws unless the file holds this very sweep.
void require_same_sweep(StoredFile& stored, const fs::path& file, const Sweep& sweep, const Dataset& data) {
  const auto refuse = [&](const std::string& why) {
    return bad_input(fmt::format("the results file {} cannot be gone on with: {}; --fresh starts anew",
                                 file.string(), why));
  };
  if (const std::int64_t version = stored.integer("layout_version"); version != results_layout_version)
    throw refuse(
        fmt::format("it has version {} of the layout, this program has {}", version, results_layout_version));
  if (const std::int64_t version = stored.integer("arithmetic_version"); version != arithmetic_version)
    throw refuse(
        fmt::format("it has version {} of the arithmetic, this program has {}", version, arithmetic_version));
  stored.require_layout();
  const bool same = same_runs(rows_by_digest(stored), sweep) &&
                    stored.extent(layout::epoch) == static_cast<std::uint64_t>(sweep.config.epochs) + 1 &&
                    stored.has_weights() == sweep.config.save_weights;
  if (!same) throw refuse(fmt::format("{}", fmt::join(differences(stored, sweep, data), "; ")));
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

  const bool exists = fs::exists(path);
  if (exists) {
    StoredFile stored(path);  // refuses what is not ours, `fresh` or not
    if (!options.fresh) require_same_sweep(stored, path, sweep, data);
  }
  if (!exists || options.fresh) create_results(path, sweep, data, provenance);

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
