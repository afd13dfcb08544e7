#include "shares.hpp"

#include "runner/error/error.hpp"
#include "runner/sweep/cohorts.hpp"

#include <string>
#include <variant>

#include <fmt/format.h>

namespace runner::cli {

Sweep share_for(const Sweep& sweep, const Dataset& data, std::size_t shard, std::size_t shards) {
  if (shards == 1) return sweep;
  const auto& rule = sweep.config.early_stopping;
  if (rule && std::holds_alternative<SuccessiveHalving>(*rule))
    throw bad_input(
        "--shard: early_stopping: successive_halving compares all configurations with each other, "
        "but a shard has only its own; patience works with shards");
  return share_of(sweep, data, shard, shards);
}

std::filesystem::path default_output(const Sweep& sweep, std::size_t shard, std::size_t shards) {
  std::string name = sweep.config.name;
  if (shards > 1) name += fmt::format(".shard-{}-of-{}", shard, shards);
  return std::filesystem::path("results") / (name + ".h5");
}

}  // namespace runner::cli
