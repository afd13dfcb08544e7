#include "runner/error/error.hpp"
#include "runner/sweep/cohorts.hpp"
#include "runner/sweep/config.hpp"
#include "runner/sweep/sweep.hpp"

#include "fuzz/require.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace runner;
using namespace runner::test;

constexpr std::size_t few_runs = 2000;
const std::filesystem::path config_file = "configs/fuzz.json";

void check_effective(const Config& config) {
  const Config again = parse_config(config.effective, config_file);
  require(again.effective == config.effective, "an effective config is its own effective config");
  require(config_differences(config.effective, again.effective).empty(), "nor does it differ from itself");
}

void check_expansion(Config config) {
  std::size_t most = 0;
  for (const Space& space : config.spaces) most += combinations(space);
  require(most >= 1 && most <= max_runs, "a sweep has no more runs than it may have");
  if (most > few_runs) return;
  static const Dataset data = tiny_dataset();
  const Sweep sweep = expand(std::move(config), data);
  std::set<std::string> digests;
  for (const Run& run : sweep.runs) digests.insert(run.digest);
  const std::size_t runs = sweep.runs.size();
  require(runs >= 1 && runs <= most && digests.size() == runs, "each run is one of its own");

  std::vector<std::size_t> all(runs), found;
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (const Cohort& cohort : make_cohorts(sweep, data, all, 3))
    found.insert(found.end(), cohort.runs.begin(), cohort.runs.end());
  std::sort(found.begin(), found.end());
  require(found == all, "each run is in one cohort");
}

}  // namespace

/// The input is a config file, and behind it overrides, each after a record separator.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream parts(std::string(reinterpret_cast<const char*>(data), size));
  std::string text;
  std::getline(parts, text, '\x1e');
  std::vector<std::string> overrides;
  for (std::string part; std::getline(parts, part, '\x1e');) overrides.push_back(part);
  try {
    Config config = parse_config(text, config_file, overrides);
    check_effective(config);
    check_expansion(std::move(config));
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::bad_input, "what is wrong with a config is bad input");
    require(error.what()[0] != '\0', "an error has a message");
  }
  return 0;
}
