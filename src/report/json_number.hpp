#pragma once

#include <cmath>
#include <cstdint>

#include <nlohmann/json.hpp>

namespace runner {

/// A number with all its digits, integers without a fraction; null for what is not known.
inline nlohmann::ordered_json json_number(double number) {
  if (!std::isfinite(number)) return nullptr;
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<std::int64_t>(number);
  return number;
}

}  // namespace runner
