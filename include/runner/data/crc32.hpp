#pragma once

#include <cstdint>
#include <string_view>

namespace runner {

/// CRC-32 (ISO 3309, as zlib and PNG have it) of bytes that come one part after the other. A copy continues
/// independently.
class Crc32 {
 public:
  void add(std::string_view bytes);

  /// Of all that was added; 0 of nothing.
  std::uint32_t value() const { return value_; }

 private:
  std::uint32_t value_ = 0;
};

}  // namespace runner
