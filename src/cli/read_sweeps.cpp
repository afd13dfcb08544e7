#include "read_sweeps.hpp"

#include "runner/report/comparison.hpp"

#include <utility>

namespace runner::cli {

Sweeps read_sweeps(const std::vector<std::filesystem::path>& files, bool all) {
  Sweeps sweeps;
  for (const std::filesystem::path& file : files) sweeps.files.push_back(read_results(file));
  // What one shard keeps may be another's, so pooling comes first.
  sweeps.files = pool_shards(std::move(sweeps.files));
  if (!all)
    for (ResultsData& results : sweeps.files) sweeps.kept += leave_out_kept(results);
  return sweeps;
}

}  // namespace runner::cli
