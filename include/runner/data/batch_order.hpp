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
/// train_size. It depends on the arguments alone. `epoch` counts from 1. The numbers are those of a
/// RandomStream, the sampling its purpose and the epoch its stream:
///
///   shuffle           Fisher–Yates: it begins as 0, 1, 2, …; for n = train_size, train_size − 1, … 2,
///                     order[n − 1] and order[below(n)] change places. It does not depend on batch_size
///   with_replacement  each entry is below(train_size)
void epoch_order(Sampling sampling, std::uint64_t seed, std::uint32_t epoch, std::size_t train_size,
                 std::size_t batch_size, std::vector<std::uint32_t>& order);

}  // namespace runner
