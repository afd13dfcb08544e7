#pragma once

#include <cstddef>

namespace runner {

/// The most terms of one integer sum (pixels of an image, images of a batch): |Σ x·q| ≤ 2^22·255·8355711 <
/// 2^53, exact in double.
inline constexpr std::size_t max_terms = std::size_t{1} << 22;

/// The most classes there can be: labels are bytes.
inline constexpr std::size_t max_classes = 256;

}  // namespace runner
