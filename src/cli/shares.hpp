#pragma once

#include "runner/data/dataset.hpp"
#include "runner/sweep/sweep.hpp"

#include <cstddef>
#include <filesystem>

namespace runner::cli {

/// The share of one of `shards` machines (share_of), or all of the sweep where there is one. Throws Error
/// (bad_input) where the sweep cannot be shared.
Sweep share_for(const Sweep& sweep, const Dataset& data, std::size_t shard, std::size_t shards);

/// The results file of a sweep or a share: "results/<name>.h5", "results/<name>.shard-2-of-8.h5".
std::filesystem::path default_output(const Sweep& sweep, std::size_t shard = 1, std::size_t shards = 1);

}  // namespace runner::cli
