#pragma once

#include "runner/report/comparison.hpp"

#include <nlohmann/json.hpp>

namespace runner {

/// What the page holds of Comparison::trust: {"sentences": [{"text": …, "command": …}, …], "like_the_best":
/// places of configurations}; the sentences are those that `compare` prints.
nlohmann::ordered_json trust_on_page(const Comparison& comparison);

}  // namespace runner
