#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace runner {

/// SHA-256 (FIPS 180-4) of some bytes, as 64 lower-case hexadecimal digits. Thread-safe.
std::string sha256_hex(std::span<const std::uint8_t> bytes);
std::string sha256_hex(std::string_view text);

}  // namespace runner
