#include "runner/data/npz_writer.hpp"

#include "runner/data/crc32.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

std::uint32_t number_at(const std::string& bytes, std::size_t offset) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes.at(offset + i));
  return number;
}

// What numpy.load reads of an archive is tested with `runner export` (tests/cli/export_test.py).

TEST(NpzArchive, HoldsWhatItSays) {
  const std::array<float, 6> values{0, 1.5f, -2, 3e-40f, 1e30f, 0.1f};
  const std::vector<NamedArray> arrays{{"W1", {2, 3}, values}, {"b1", {1}, std::span(values).first(1)}};
  const std::string archive = npz_archive(arrays);
  EXPECT_EQ(archive.substr(0, 4), "PK\x03\x04");
  EXPECT_EQ(archive.substr(30, 6), "W1.npy");
  const std::string header = archive.substr(36, 128);
  EXPECT_EQ(header.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ(header.substr(10, 59), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
  EXPECT_EQ(header[127], '\n');
  EXPECT_EQ(std::memcmp(archive.data() + 36 + 128, values.data(), sizeof(values)), 0);
  Crc32 crc;
  crc.add(std::string_view(archive).substr(36, 128 + sizeof(values)));
  EXPECT_EQ(number_at(archive, 14), crc.value());
  EXPECT_EQ(number_at(archive, 18), 128 + sizeof(values));
  EXPECT_EQ(number_at(archive, 22), 128 + sizeof(values));
  EXPECT_NE(archive.find("'shape': (1,), }"), std::string::npos);
  // The end of the directory says where the directory is.
  const std::size_t end = archive.size() - 22;
  EXPECT_EQ(archive.substr(end, 4), "PK\x05\x06");
  EXPECT_EQ(number_at(archive, end + 8), 0x00020002u);
  EXPECT_EQ(number_at(archive, end + 16) + number_at(archive, end + 12), end);
  EXPECT_EQ(archive.substr(number_at(archive, end + 16), 4), "PK\x01\x02");
  EXPECT_EQ(npz_archive(arrays), archive);
}

TEST(NpzArchive, OfNothingIsEmpty) {
  EXPECT_EQ(npz_archive({}), std::string("PK\x05\x06").append(18, '\0'));
}

}  // namespace
}  // namespace runner
