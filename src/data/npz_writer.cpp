#include "runner/data/npz_writer.hpp"

#include "runner/data/crc32.hpp"
#include "runner/error/error.hpp"

#include "npz_format.hpp"

#include <bit>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

/// A file in an archive, as both its own header and the directory at the end tell of it.
struct ZipEntry {
  std::string name;
  std::uint32_t crc, size, offset;
};

void put_little_endian(std::string& bytes, std::uint64_t number, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, number >>= 8) bytes += static_cast<char>(number & 0xFF);
}

/// The header of a .npy file of version 1.0, whose length is a multiple of 64.
std::string npy_header_of(const NamedArray& array) {
  constexpr std::size_t alignment = 64;
  std::string header(npy_magic);
  put_little_endian(header, 1, 2);  // version 1.0, the major number first
  std::string text = fmt::format("{{'descr': '{}f4', 'fortran_order': False, 'shape': ({}{}), }}",
                                 std::endian::native == std::endian::little ? '<' : '>',
                                 fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
  const std::size_t begun = header.size() + 2 + text.size() + 1;
  text.append((alignment - begun % alignment) % alignment, ' ') += '\n';
  put_little_endian(header, text.size(), 2);
  return header + text;
}

/// What the header of a file and its line in the directory have in common. The time is the first that there
/// is, 1 January 1980.
void put_common(std::string& bytes, const ZipEntry& entry) {
  put_little_endian(bytes, 20, 2);  // the version that reads it: 2.0
  put_little_endian(bytes, 0, 2);   // no flags
  put_little_endian(bytes, zip_stored, 2);
  put_little_endian(bytes, 0, 2);             // the time
  put_little_endian(bytes, (1 << 5) | 1, 2);  // the date
  put_little_endian(bytes, entry.crc, 4);
  put_little_endian(bytes, entry.size, 4);  // compressed
  put_little_endian(bytes, entry.size, 4);
  put_little_endian(bytes, entry.name.size(), 2);
  put_little_endian(bytes, 0, 2);  // nothing else
}

std::string_view value_bytes(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

std::string npz_archive(std::span<const NamedArray> arrays) {
  std::uint64_t expected = 0;
  for (const NamedArray& array : arrays) expected += array.values.size_bytes() + 1024 + 2 * array.name.size();
  if (expected >= in_zip64) throw bad_input("the arrays take more than 4 GB, the most of a .npz archive");

  std::string archive;
  archive.reserve(expected);
  std::vector<ZipEntry> entries;
  for (const NamedArray& array : arrays) {
    const std::string header = npy_header_of(array);
    const std::string_view values = value_bytes(array.values);
    Crc32 crc;
    crc.add(header);
    crc.add(values);
    entries.push_back({array.name + std::string(npy_ending), crc.value(),
                       static_cast<std::uint32_t>(header.size() + values.size()),
                       static_cast<std::uint32_t>(archive.size())});
    archive += zip_local;
    put_common(archive, entries.back());
    archive.append(entries.back().name).append(header).append(values);
  }
  const std::size_t directory = archive.size();
  for (const ZipEntry& entry : entries) {
    archive += zip_entry;
    put_little_endian(archive, 20, 2);  // the version that made it
    put_common(archive, entry);
    put_little_endian(archive, 0, 2 + 2 + 2 + 4);  // no comment, the first disk, no attributes
    put_little_endian(archive, entry.offset, 4);
    archive += entry.name;
  }
  const std::size_t directory_size = archive.size() - directory;
  archive += zip_end;
  put_little_endian(archive, 0, 2 + 2);  // the one disk
  put_little_endian(archive, entries.size(), 2);
  put_little_endian(archive, entries.size(), 2);
  put_little_endian(archive, directory_size, 4);
  put_little_endian(archive, directory, 4);
  put_little_endian(archive, 0, 2);  // no comment
  return archive;
}

}  // namespace runner
