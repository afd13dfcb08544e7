#include "runner/data/crc32.hpp"

#include <gtest/gtest.h>

namespace runner {
namespace {

// The check value of the catalogue of parametrised CRC algorithms, CRC-32/ISO-HDLC.
TEST(Crc32, OfTheNineDigits) {
  Crc32 sum;
  sum.add("123456789");
  EXPECT_EQ(sum.value(), 0xcbf43926u);
}

TEST(Crc32, OfParts) {
  Crc32 first;
  EXPECT_EQ(first.value(), 0u);
  first.add("1234");
  Crc32 copy = first;
  copy.add("56789");
  EXPECT_EQ(copy.value(), 0xcbf43926u);
  EXPECT_NE(first.value(), copy.value());
}

}  // namespace
}  // namespace runner
