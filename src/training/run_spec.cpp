#include "runner/training/run_spec.hpp"

namespace runner {

std::vector<std::string_view> axis_names() {
  std::vector<std::string_view> names;
  for_each_axis([&](const auto& axis) { names.push_back(axis.name); });
  return names;
}

std::string_view to_string(Loss loss) {
  return loss == Loss::cross_entropy ? "cross_entropy" : "mean_squared_error";
}

std::string_view to_string(Gradient gradient) {
  return gradient == Gradient::backpropagation ? "backpropagation" : "numerical";
}

bool same_cohort(const RunSpec& a, const RunSpec& b) {
  const auto lockstep = [](const RunSpec& run) { return run.gradient == Gradient::backpropagation; };
  return lockstep(a) && lockstep(b) && batches_key(a) == batches_key(b);
}

}  // namespace runner
