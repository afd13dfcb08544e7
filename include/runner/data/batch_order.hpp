#pragma once

#include "runner/model/enumerations.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace runner {

/// shuffle: ceil(train_size / batch_size); with_replacement: max(1, floor(train_size / batch_size)).
std::size_t updates_per_epoch(Sampling sampling, std::size_t train_size, std::size_t batch_size);

/// The images of one epoch in the order they are trained on; batch k is [k·batch_size, (k+1)·batch_size), the
/// last may be short.
///
/// `order` is resized to train_size (shuffle) or updates·batch_size (with_replacement) entries below
/// train_size. It depends on the arguments alone. `epoch` counts from 1. shuffle: Fisher–Yates from the last
/// element down on the identity, stream = epoch; so it does not depend on batch_size.
void epoch_order(Sampling sampling, std::uint64_t seed, std::uint32_t epoch, std::size_t train_size,
                 std::size_t batch_size, std::vector<std::uint32_t>& order);

}  // namespace runner
