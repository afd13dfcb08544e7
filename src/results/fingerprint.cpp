#include "runner/results/fingerprint.hpp"

#include "runner/data/sha256.hpp"
#include "runner/model/layout_version.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace runner {
namespace {

template <class T>
void append_bytes(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

std::optional<std::string> fingerprint_of(const ResultsData& results) {
  std::vector<const StoredRun*> runs;
  for (const StoredRun& run : results.runs)
    if (run.in_sweep()) runs.push_back(&run);
  if (runs.empty() ||
      !std::all_of(runs.begin(), runs.end(), [](const StoredRun* run) { return has_ended(run->status); }))
    return std::nullopt;
  std::sort(runs.begin(), runs.end(),
            [](const StoredRun* a, const StoredRun* b) { return a->run.digest < b->run.digest; });
  Sha256 sum;
  for (const StoredRun* run : runs) {
    std::string bytes = run->run.digest;
    for (std::size_t i = 0; i < results.recorded.count_to(run->epochs_done); ++i) {
      append_bytes(bytes, std::int32_t{results.recorded[i]});
      for (const MetricInfo& line : metric_table) {
        const std::vector<float>& curve = run->curves[line.metric];
        if (line.since <= checksums_since && !curve.empty() && !std::isnan(curve[i]))
          append_bytes(bytes, curve[i]);
      }
    }
    sum.add(bytes);
  }
  return sum.hex();
}

std::string shown_fingerprint(const ResultsData& results) {
  constexpr std::size_t digits = 16;
  return fingerprint_of(results).value_or("").substr(0, digits);
}

bool is_fingerprint(std::string_view text) {
  constexpr std::size_t fewest = 8, most = 64;
  return text.size() >= fewest && text.size() <= most &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace runner
