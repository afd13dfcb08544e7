#include "own_digests.hpp"

#include "runner/error/error.hpp"
#include "runner/sweep/sweep.hpp"

#include <fmt/format.h>

namespace runner {

bool is_of_its_digest(const Run& run, const DatasetFacts& data) {
  return run_digest(run.spec, data) == run.digest;
}

void require_own_digests(const ResultsData& results) {
  for (std::size_t r = 0; r < results.runs.size(); ++r)
    if (const Run& run = results.runs[r].run; !is_of_its_digest(run, results.origin.data))
      throw bad_input(fmt::format("run {} of {} does not fit its digest {}: the file has been changed", r,
                                  results.file.string(), run.digest));
}

}  // namespace runner
