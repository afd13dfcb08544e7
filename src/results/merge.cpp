#include "runner/results/merge.hpp"

#include "runner/error/error.hpp"
#include "runner/files/replacement.hpp"
#include "runner/model/versions.hpp"
#include "runner/results/results_data.hpp"

#include "creation.hpp"
#include "damage.hpp"
#include "own_digests.hpp"
#include "seal.hpp"
#include "writer_lock.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// The first epoch that is in one of them and not in the other.
int first_apart(const RecordedEpochs& a, const RecordedEpochs& b) {
  int epoch = 0;
  while (a.next_after(epoch) == b.next_after(epoch)) epoch = a.next_after(epoch);
  return std::min(a.next_after(epoch), b.next_after(epoch));
}

/// Throws unless two parts are of the same sweep, and made from the same data by the same arithmetic.
void require_same_sweep(const ResultsData& first, const ResultsData& other) {
  std::vector<std::string> differences;
  const auto compare = [&](const std::string& what, const auto& a, const auto& b) {
    if (a != b) differences.push_back(fmt::format("{}: {} and {}", what, a, b));
  };
  const auto config = config_differences(first.effective_config, other.effective_config);
  differences.insert(differences.end(), config.begin(), config.end());
  compare("version of the arithmetic", first.origin.arithmetic_version, other.origin.arithmetic_version);
  compare("training images", first.origin.data.train_size, other.origin.data.train_size);
  compare("validation images", first.origin.data.validation_size, other.origin.data.validation_size);
  compare("test images", first.origin.data.test_size, other.origin.data.test_size);
  for (std::size_t f = 0; f < first.origin.data.files.size(); ++f)
    compare("SHA-256 of " + other.origin.data.files[f].path.string(), first.origin.data.files[f].sha256,
            other.origin.data.files[f].sha256);
  const PixelScale &scale = first.origin.data.scale, &others = other.origin.data.scale;
  if (!scale.empty() && !others.empty() && scale != others)
    differences.push_back("the scale by which the numbers of their images became bytes");
  // With all epochs of both, runs that are done would lack some.
  if (differences.empty() && first.recorded != other.recorded) {
    const int epoch = first_apart(first.recorded, other.recorded);
    const auto words = [&](const ResultsData& part) {
      return part.recorded.contains(epoch) ? "recorded" : "not recorded";
    };
    compare(fmt::format("epoch {}", epoch), std::string(words(first)), std::string(words(other)));
  }
  if (!differences.empty())
    throw bad_input(fmt::format("{} and {} do not belong together: {}", first.file.string(),
                                other.file.string(), fmt::join(differences, "; ")));
}

/// Whether two records of a run agree in all that both have.
bool same_numbers(const StoredRun& a, const StoredRun& b, const RecordedEpochs& recorded) {
  const std::size_t epochs = recorded.count_to(std::min(a.epochs_done, b.epochs_done));
  for (const MetricInfo& line : metric_table) {
    const std::vector<float>&x = a.curves[line.metric], &y = b.curves[line.metric];
    if (x.empty() || y.empty()) continue;
    const auto agree = [&](float p, float q) {
      return same_bits(p, q) || unrecorded(line, p) || unrecorded(line, q);
    };
    if (!std::equal(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(epochs), y.begin(), agree))
      return false;
  }
  return true;
}

/// Throws where a run has other numbers in one part than in another.
void require_same_numbers(std::span<const ResultsData> parts) {
  std::unordered_map<std::string, std::pair<const ResultsData*, const StoredRun*>> seen;
  for (const ResultsData& part : parts)
    for (const StoredRun& run : part.runs) {
      const auto [at, is_new] = seen.try_emplace(run.run.digest, &part, &run);
      if (is_new) continue;
      const StoredRun& other = *at->second.second;
      if (!same_numbers(run, other, part.recorded))
        throw bad_input(
            fmt::format("{} and {} have different numbers for run {} (digest {}): `runner verify` shows "
                        "which file is wrong",
                        at->second.first->file.string(), part.file.string(), run.run.index, run.run.digest));
      if (run.epochs_done > other.epochs_done) at->second = {&part, &run};
    }
}

/// The data set of the parts. Files of earlier layouts do not know all of it.
DatasetFacts data_of(std::span<const ResultsData> parts) {
  DatasetFacts data = parts.front().origin.data;
  for (const ResultsData& part : parts) {
    const DatasetFacts& known = part.origin.data;
    if (data.rows == 0) {
      data.rows = known.rows;
      data.columns = known.columns;
    }
    if (data.classes == 0) {
      data.pixels = known.pixels;
      data.classes = known.classes;
    }
    if (data.scale.empty()) data.scale = known.scale;
    if (data.test_labels.empty()) data.test_labels = known.test_labels;
  }
  return data;
}

/// Each of some texts once.
template <class Text>
std::string all_of(std::span<const ResultsData> parts, const Text& text) {
  std::vector<std::string> texts;
  for (const ResultsData& part : parts)
    if (std::find(texts.begin(), texts.end(), text(part)) == texts.end()) texts.push_back(text(part));
  return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace

Merged merge_results(const fs::path& out, std::span<const fs::path> parts, const Provenance& provenance,
                     const Note& note) try {
  const fs::path whole = without_links(out);
  fs::create_directories(whole.parent_path());
  std::vector<fs::path> files;
  if (fs::exists(whole)) files.push_back(whole);
  for (const fs::path& part : parts) {
    const fs::path path = without_links(part);
    if (std::find(files.begin(), files.end(), path) == files.end()) files.push_back(path);
  }
  for (const fs::path& file : files) require_results_file(file);  // no lock file beside what is none
  const WriterLock lock(whole, note);
  remove_unfinished(whole);
  std::optional<Descriptor> kept;
  if (fs::exists(whole)) keep_others_from_writing(kept.emplace(whole, O_RDONLY | O_NONBLOCK));
  // Parts are only read, and may lie where no lock file can be made. One that is written to from now on is
  // noticed when its rows are taken over.
  std::vector<ResultsData> read;
  for (const fs::path& file : files) {
    if (file != whole) require_no_writer(file);
    require_undamaged(file);
    read.push_back(read_results(file));
  }
  for (const ResultsData& part : read) require_same_sweep(read.front(), part);
  require_same_numbers(read);

  const ResultsData& first = read.front();
  if (first.origin.arithmetic_version != arithmetic_version)
    throw bad_input(fmt::format("{} has version {} of the arithmetic, but this program has {}",
                                first.file.string(), first.origin.arithmetic_version, arithmetic_version));
  for (const ResultsData& part : read) require_own_digests(part);
  Config config = parse_stored_config(first.effective_config, first.origin.config_file);
  config.text = first.origin.config_text;
  const DatasetFacts data = data_of(read);
  const Sweep sweep = expand(std::move(config), data);
  Provenance merged = provenance;
  merged.kernel = all_of(read, [](const ResultsData& part) { return part.origin.kernel; });
  merged.processor = all_of(read, [](const ResultsData& part) { return part.origin.processor; });
  create_results(whole, sweep, data, merged, read, {.epochs = first.recorded, .note = note});

  Merged result{sweep.runs.size(), {}};
  for (const StoredRun& run : read_results(whole).runs)
    if (run.run.index >= 0 && !has_ended(run.status))
      result.missing.push_back(static_cast<std::size_t>(run.run.index));
  return result;
} catch (const fs::filesystem_error& error) {
  throw failure(fmt::format("cannot merge into {}: {}", out.string(), error.code().message()));
}

}  // namespace runner
