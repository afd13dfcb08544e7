#include "group_scores.hpp"

#include <cassert>

namespace runner {

void GroupScores::forward(const NetworkStack& stack, const Kernel& kernel, const std::uint8_t* images,
                          std::size_t count) {
  assert(count <= group_size);
  if (packed_.size() == 0) {
    packed_ = AlignedBuffer<std::byte>(kernel.image_bytes(group_size, stack.pixels()));
    z_ = AlignedBuffer<float>(stack.blocks() * group_size * lanes);
    scores_ = AlignedBuffer<float>(stack.classes() * padded(group_size));
  }
  count_ = count;
  kernel.pack({images, count, stack.pixels()}, false, packed_.data());
  for (std::size_t k = 0; k < stack.blocks(); ++k) {
    float* const z = z_.data() + k * count * lanes;
    stack.forward(k, packed_.data(), count, z);
    stack.weaken(k, count, z);
  }
}

const float* GroupScores::of(const NetworkStack& stack, std::size_t network) {
  stack.scores(network, z_.data(), count_, scores_.data());
  return scores_.data();
}

}  // namespace runner
