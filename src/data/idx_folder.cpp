#include "idx_folder.hpp"

#include "runner/error/error.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> meanings{"training images", "training labels", "test images",
                                                   "test labels"};
constexpr std::array<std::string_view, 4> usual_names{"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                                      "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

/// What the name of a file says.
struct IdxName {
  std::size_t part;    ///< a place in dataset_file_names
  std::string prefix;  ///< "emnist-letters-", or nothing
  int rank;            ///< of several files of one part that with the lowest is taken
};

/// PREFIX-(train|t10k|test)-(images|labels)(-|.)idx…[.gz]
std::optional<IdxName> parse_idx_name(std::string_view name) {
  struct Stem {
    std::string_view text;
    std::size_t part;
    int rank;
  };
  static constexpr std::array<Stem, 6> stems{Stem{"train-images", 0, 0}, Stem{"train-labels", 1, 0},
                                             Stem{"t10k-images", 2, 0},  Stem{"t10k-labels", 3, 0},
                                             Stem{"test-images", 2, 4},  Stem{"test-labels", 3, 4}};
  for (const Stem& stem : stems) {
    const std::size_t at = name.find(stem.text);
    if (at == std::string_view::npos || (at > 0 && name[at - 1] != '-')) continue;
    const std::string_view rest = name.substr(at + stem.text.size());
    if (!rest.starts_with("-idx") && !rest.starts_with(".idx")) continue;
    return IdxName{stem.part, std::string(name.substr(0, at)),
                   stem.rank + (rest[0] == '.' ? 2 : 0) + (rest.ends_with(".gz") ? 1 : 0)};
  }
  return std::nullopt;
}

/// What a folder holds, in order.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    entries.push_back(at->path());
  if (error) throw bad_input(fmt::format("cannot list the folder {}: {}", folder.string(), error.message()));
  std::ranges::sort(entries);
  return entries;
}

/// The data sets of a folder: by their prefixes, of each part the file to take.
class Found {
 public:
  void add(const fs::path& file, int rank_of_place) {
    const auto name = parse_idx_name(file.filename().string());
    if (!name) return;
    std::pair<int, fs::path>& best = sets_[name->prefix][name->part];
    const std::pair<int, fs::path> candidate(name->rank + rank_of_place, file);
    if (best.second.empty() || candidate < best) best = candidate;
  }

  /// The prefixes of those that have all four files.
  std::vector<std::string> whole() const {
    std::vector<std::string> prefixes;
    for (const auto& [prefix, files] : sets_)
      if (missing(files).empty()) prefixes.push_back(prefix);
    return prefixes;
  }

  /// What the set with most files lacks.
  std::vector<std::size_t> least_missing() const {
    std::vector<std::size_t> least{0, 1, 2, 3};
    for (const auto& [prefix, files] : sets_)
      if (auto lacks = missing(files); lacks.size() < least.size()) least = std::move(lacks);
    return least;
  }

  std::array<fs::path, 4> files(const std::string& prefix) const {
    std::array<fs::path, 4> paths;
    for (std::size_t part = 0; part < paths.size(); ++part) paths[part] = sets_.at(prefix)[part].second;
    return paths;
  }

 private:
  using Files = std::array<std::pair<int, fs::path>, 4>;

  static std::vector<std::size_t> missing(const Files& files) {
    std::vector<std::size_t> parts;
    for (std::size_t part = 0; part < files.size(); ++part)
      if (files[part].second.empty()) parts.push_back(part);
    return parts;
  }

  std::map<std::string, Files> sets_;
};

std::string listed(const std::vector<fs::path>& entries) {
  constexpr std::size_t most = 12;
  std::vector<std::string> names;
  for (const fs::path& entry : entries) {
    if (names.size() == most) break;
    names.push_back(entry.filename().string() + (is_folder(entry) ? "/" : ""));
  }
  if (names.empty()) return "nothing";
  if (entries.size() > most) names.push_back(fmt::format("and {} more", entries.size() - most));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

// A place that may not be looked at is as good as one that is not there.
bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::array<fs::path, 4> find_idx_files(const fs::path& folder, const std::string& advice) {
  const std::vector<fs::path> entries = entries_of(folder);
  Found found;
  for (const fs::path& entry : entries) {
    if (!is_folder(entry)) {
      found.add(entry, 0);
    } else if (parse_idx_name(entry.filename().string())) {
      // As archives are unpacked that hold each file in a folder of its name.
      constexpr int last = 8;
      for (const fs::path& file : entries_of(entry))
        if (!is_folder(file)) found.add(file, last);
    }
  }
  const std::vector<std::string> prefixes = found.whole();
  if (!prefixes.empty() && prefixes.front().empty()) return found.files("");
  if (prefixes.size() == 1) return found.files(prefixes.front());
  if (!prefixes.empty())
    throw bad_input(fmt::format(
        R"({} holds several data sets, whose files begin with {}: put one in a folder of its own, or name its files: {{"x_train": "…", "t_train": "…", "x_test": "…", "t_test": "…"}})",
        folder.string(), fmt::join(prefixes, ", ")));
  std::vector<std::string> lacks;
  for (const std::size_t part : found.least_missing())
    lacks.push_back(fmt::format("no {} ({}, plain or .gz)", meanings[part], usual_names[part]));
  throw bad_input(fmt::format("{} holds {}; it holds {}{}", folder.string(), fmt::join(lacks, " and "),
                              listed(entries), advice));
}

}  // namespace runner
