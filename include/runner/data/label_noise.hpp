#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace runner {

/// A copy of `labels` in which a share of them is drawn anew, uniformly over all `classes`, so that one in
/// `classes` of these comes out as it was. Thread-safe.
///
/// Label i depends on i, the seed and the share alone. With (u, v) = random_block(seed, label_noise, 0, i) it
/// is drawn anew where ⌊u/2^11⌋·2^-53 < share, and then is ⌊v·classes/2^64⌋: a larger share redraws the same
/// labels and more, each as before.
std::vector<std::uint8_t> with_label_noise(std::span<const std::uint8_t> labels, std::size_t classes,
                                           std::uint64_t seed, double share);

}  // namespace runner
