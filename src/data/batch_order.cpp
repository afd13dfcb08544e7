#include "runner/data/batch_order.hpp"

#include "runner/data/random.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace runner {

std::size_t updates_per_epoch(Sampling sampling, std::size_t train_size, std::size_t batch_size) {
  assert(train_size > 0 && batch_size > 0);
  if (sampling == Sampling::shuffle) return (train_size - 1) / batch_size + 1;
  return std::max<std::size_t>(1, train_size / batch_size);
}

void epoch_order(Sampling sampling, std::uint64_t seed, std::uint32_t epoch, std::size_t train_size,
                 std::size_t batch_size, std::vector<std::uint32_t>& order) {
  if (sampling == Sampling::shuffle) {
    RandomStream random(seed, RandomPurpose::shuffle, epoch);
    order.resize(train_size);
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    for (std::size_t left = train_size; left > 1; --left)
      std::swap(order[left - 1], order[random.below(left)]);
  } else {
    RandomStream random(seed, RandomPurpose::with_replacement, epoch);
    order.resize(updates_per_epoch(sampling, train_size, batch_size) * batch_size);
    for (std::uint32_t& image : order) image = static_cast<std::uint32_t>(random.below(train_size));
  }
}

}  // namespace runner
