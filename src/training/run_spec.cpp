#include "runner/training/run_spec.hpp"

namespace runner {

std::string_view to_string(Loss loss) {
  return loss == Loss::cross_entropy ? "cross_entropy" : "mean_squared_error";
}

bool same_batches(const RunSpec& a, const RunSpec& b) {
  return a.batch_size == b.batch_size && a.sampling == b.sampling && a.seed == b.seed;
}

}  // namespace runner
