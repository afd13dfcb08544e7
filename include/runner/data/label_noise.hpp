#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace runner {

/// A copy of `labels` in which a share of them is drawn anew, uniformly over all `classes`. So one in
/// `classes` of the drawn labels is the same as before. Thread-safe.
///
/// Label i depends on i, the seed and the share alone. Let (u, v) = random_block(seed, label_noise, 0, i). If
/// ⌊u/2^11⌋·2^-53 < share, label i becomes ⌊v·classes/2^64⌋. So a larger share draws the same labels anew,
/// with the same result, and more labels besides.
std::vector<std::uint8_t> with_label_noise(std::span<const std::uint8_t> labels, std::size_t classes,
                                           std::uint64_t seed, double share);

}  // namespace runner
