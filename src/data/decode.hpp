#pragma once

#include "runner/data/array.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// Decodes out.size() numbers of an array's bytes. All are exact, except integers beyond ±2^53.
void decode(const NumberType& type, std::span<const std::uint8_t> raw, std::span<double> out);

/// The same of integers. Throws Error (bad_input) for one above 2^63 − 1; `name` is that of their array.
std::vector<std::int64_t> decode_integers(const NumberType& type, std::span<const std::uint8_t> raw,
                                          const std::string& name);

}  // namespace runner
