#include "own_digests.hpp"

#include "runner/error/error.hpp"
#include "runner/sweep/sweep.hpp"

#include <fmt/format.h>

namespace runner {

Dataset outline(const ResultsData& part) {
  Dataset data;
  data.name = part.origin.dataset;
  data.directory = part.origin.dataset_directory;
  data.files = part.origin.files;
  data.pixels = part.pixels;
  data.classes = part.classes;
  data.train_class_counts = part.origin.train_class_counts;
  data.train.count = part.origin.train_size;
  data.validation.count = part.origin.validation_size;
  data.test.count = part.origin.test_size;
  return data;
}

void require_own_digests(const ResultsData& part, const Dataset& data) {
  for (std::size_t r = 0; r < part.runs.size(); ++r)
    if (const Run& run = part.runs[r].run; run_digest(run.spec, data) != run.digest)
      throw bad_input(
          fmt::format("run {} of {} is not the one its digest {} stands for: the file has been changed", r,
                      part.file.string(), run.digest));
}

}  // namespace runner
