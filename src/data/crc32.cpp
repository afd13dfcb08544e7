#include "runner/data/crc32.hpp"

#include <zlib.h>

namespace runner {

void Crc32::add(std::string_view bytes) {
  value_ =
      static_cast<std::uint32_t>(crc32_z(value_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace runner
