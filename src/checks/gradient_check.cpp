#include "runner/checks/gradient_check.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace runner {
namespace {

BlockError compare_block(std::string_view name, const std::vector<double>& block,
                         const std::vector<double>& reference) {
  assert(block.size() == reference.size());
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const double d = std::abs(block[i] - reference[i]);
    if (std::isnan(d)) return {name, largest, std::numeric_limits<double>::infinity()};
    difference = std::max(difference, d);
    largest = std::max(largest, std::abs(reference[i]));
  }
  return {name, largest, difference == 0 ? 0 : difference / largest};
}

}  // namespace

std::array<BlockError, 4> compare_gradients(const Derivatives& gradient, const Derivatives& reference) {
  return {compare_block("W1", gradient.W1, reference.W1), compare_block("b1", gradient.b1, reference.b1),
          compare_block("W2", gradient.W2, reference.W2), compare_block("b2", gradient.b2, reference.b2)};
}

}  // namespace runner
