#include "runner/data/array.hpp"
#include "runner/error/error.hpp"

#include "data/idx_files.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::Bytes;
using test::gzip;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class Idx : public testing::Test {
 protected:
  std::filesystem::path file(const Bytes& bytes) {
    test::write_file(directory_ / "some-file", bytes);
    return directory_ / "some-file";
  }

  Bytes numbers(const Bytes& bytes) { return open_array(file(bytes)).read_all(); }
  Shape shape(const Bytes& bytes) { return open_array(file(bytes)).shape(); }

  /// The message of the Error that reading the bytes gives; a test that expects one fails without.
  std::string error(const Bytes& bytes) { return error_of(file(bytes)); }
  std::string error_of(const std::filesystem::path& path) {
    try {
      open_array(path).read_all();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_THAT(error.what(), HasSubstr(path.string()));
      return error.what();
    }
    return "no error";
  }

  test::TemporaryDirectory directory_;
};

Bytes without_last(Bytes bytes, std::ptrdiff_t n) {
  bytes.erase(bytes.end() - n, bytes.end());
  return bytes;
}

Bytes with(Bytes bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

Bytes flipped(Bytes bytes, std::size_t from_end) {
  bytes[bytes.size() - from_end] ^= 1;
  return bytes;
}

/// Bytes that gzip cannot make smaller, so that the compressed file is long and truncation may fall anywhere.
Bytes noisy_images(std::uint32_t count) {
  Bytes bytes = test::idx_images(count, 28, 28);
  std::uint32_t state = 1;
  for (std::size_t i = 16; i < bytes.size(); ++i) {
    state = state * 1664525 + 1013904223;
    bytes[i] = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

const Bytes two_images = test::idx(0x00000803, {2, 1, 3}, {0, 1, 2, 253, 254, 255});

TEST_F(Idx, ReadsPlainAndGzippedImages) {
  for (const Bytes& bytes : {two_images, gzip(two_images)}) {
    EXPECT_EQ(shape(bytes), (Shape{2, 1, 3}));
    EXPECT_THAT(numbers(bytes), ElementsAre(0, 1, 2, 253, 254, 255));
    const ArrayReader array = open_array(file(bytes));
    EXPECT_EQ(array.type().name(), "uint8");
    EXPECT_EQ(array.format(), ArrayFormat::idx);
  }
}

TEST_F(Idx, ReadsPlainAndGzippedLabels) {
  EXPECT_THAT(numbers(test::idx_labels({9, 0, 255})), ElementsAre(9, 0, 255));
  EXPECT_THAT(numbers(gzip(test::idx_labels({9, 0, 255}))), ElementsAre(9, 0, 255));
}

TEST_F(Idx, KnowsTheTypesOfNumbers) {
  const auto type = [&](std::uint32_t magic, std::size_t size) {
    return open_array(file(test::idx(magic, {1}, Bytes(size)))).type();
  };
  using Kind = NumberType::Kind;
  EXPECT_EQ(type(0x00000901, 1), (NumberType{Kind::signed_integer, 1, false}));
  EXPECT_EQ(type(0x00000b01, 2), (NumberType{Kind::signed_integer, 2, true}));
  EXPECT_EQ(type(0x00000c01, 4), (NumberType{Kind::signed_integer, 4, true}));
  EXPECT_EQ(type(0x00000d01, 4), (NumberType{Kind::floating, 4, true}));
  EXPECT_EQ(type(0x00000e01, 8), (NumberType{Kind::floating, 8, true}));
}

// Larger than every buffer on the way, plain and gzipped.
TEST_F(Idx, ReadsALargeFile) {
  const Bytes bytes = noisy_images(5000);
  const Bytes pixels(bytes.begin() + 16, bytes.end());
  EXPECT_TRUE(numbers(bytes) == pixels);
  EXPECT_TRUE(numbers(gzip(bytes)) == pixels);
}

TEST_F(Idx, IsReadAgainFromItsBeginning) {
  const Bytes bytes = noisy_images(500);
  for (const Bytes& written : {bytes, gzip(bytes)}) {
    ArrayReader array = open_array(file(written));
    const Bytes once = array.read_all();
    array.rewind();
    EXPECT_TRUE(array.read_all() == once);
    array.rewind();
    Bytes some(1000);
    array.read(some);
    array.rewind();
    EXPECT_TRUE(array.read_all() == once);
  }
}

// As cat makes one file of several, and as pigz and bgzip write.
TEST_F(Idx, ReadsSeveralGzipMembersAsOneFile) {
  const Bytes bytes = noisy_images(500);
  for (const std::ptrdiff_t cut : {std::ptrdiff_t{1}, std::ptrdiff_t{16}, std::ptrdiff_t{200'000}}) {
    const Bytes members = with(gzip(Bytes(bytes.begin(), bytes.begin() + cut)),
                               with(gzip({}), gzip(Bytes(bytes.begin() + cut, bytes.end()))));
    EXPECT_TRUE(numbers(members) == numbers(bytes)) << cut;
    EXPECT_THAT(error(without_last(members, 1)), HasSubstr("is truncated"));
  }
}

TEST_F(Idx, RefusesAMissingFile) {
  EXPECT_THAT(error_of(directory_ / "absent"), AllOf(HasSubstr("cannot read"), HasSubstr("No such file")));
}

TEST_F(Idx, RefusesAFolder) {
  EXPECT_THAT(error_of(directory_.path()), AllOf(HasSubstr("cannot read"), HasSubstr("Is a directory")));
}

TEST_F(Idx, RefusesAnEmptyFile) {
  EXPECT_THAT(error({}), HasSubstr("is empty"));
  EXPECT_THAT(error({}), HasSubstr("is empty"));
  EXPECT_THAT(error(gzip({})), HasSubstr("is empty"));
}

TEST_F(Idx, RefusesAFileThatEndsInItsHeader) {
  EXPECT_THAT(error({0, 0, 8}), HasSubstr("ends after 3 of the 4 bytes of its magic number"));
  EXPECT_THAT(error(test::idx(0x00000803, {1, 1}, {})), HasSubstr("ends after 12 of the 16 bytes"));
  EXPECT_THAT(error(gzip(test::idx(0x00000801, {}, {}))), HasSubstr("ends after 4 of the 8 bytes"));
}

TEST_F(Idx, RefusesAnotherMagicNumberAndSaysWhich) {
  for (const std::uint32_t magic : {0x00000a03u, 0x00000f03u, 0x00000800u, 0x00000809u})
    EXPECT_THAT(error(test::idx(magic, {1, 1, 1}, {1, 2, 3, 4})),
                AllOf(HasSubstr("magic number 0x00000"), HasSubstr("images of bytes have 0x00000803")));
}

TEST_F(Idx, RefusesSizesOfZero) {
  EXPECT_THAT(error(test::idx_images(0, 28, 28)), HasSubstr("size of zero in its header: 0 x 28 x 28"));
  EXPECT_THAT(error(test::idx_images(2, 0, 28)), HasSubstr("size of zero in its header: 2 x 0 x 28"));
  EXPECT_THAT(error(test::idx_images(2, 28, 0)), HasSubstr("size of zero in its header: 2 x 28 x 0"));
  EXPECT_THAT(error(test::idx_labels({})), HasSubstr("size of zero"));
}

TEST_F(Idx, RefusesFewerBytesThanTheHeaderSays) {
  EXPECT_THAT(error(without_last(test::idx_images(2, 3, 4), 1)),
              HasSubstr("holds 23 bytes after its header, but the header says 24"));
  EXPECT_THAT(error(gzip(without_last(test::idx_images(2, 3, 4), 1))),
              HasSubstr("holds 23 bytes after its header, but the header says 24"));
  EXPECT_THAT(error(without_last(test::idx_labels({1, 2}), 2)),
              HasSubstr("holds 0 bytes after its header, but the header says 2"));
}

TEST_F(Idx, RefusesMoreBytesThanTheHeaderSays) {
  EXPECT_THAT(error(with(test::idx_images(2, 3, 4), {0})), HasSubstr("more than the 24 bytes"));
  EXPECT_THAT(error(gzip(with(test::idx_images(2, 3, 4), {0}))), HasSubstr("more than the 24 bytes"));
  EXPECT_THAT(error(with(test::idx_labels({1, 2}), {3})), HasSubstr("more than the 2 bytes"));
}

// Four billion images of four million pixels: neither memory nor time is spent on what a header claims.
TEST_F(Idx, RefusesAHugeLieWithoutBelievingIt) {
  const Bytes lie = test::idx(0x00000803, {0xffffffff, 2048, 2048}, {1, 2, 3});
  EXPECT_THAT(error(lie), HasSubstr("holds 3 bytes after its header, but the header says 18014398505287680"));
  EXPECT_THAT(error(gzip(lie)), HasSubstr("holds 3 bytes after its header"));
  EXPECT_THAT(error(test::idx(0x00000801, {0xffffffff}, {1})), HasSubstr("but the header says 4294967295"));
}

// A byte more than the header says is all that is asked for: it is not seen that the rest is damaged.
TEST_F(Idx, RefusesAGzipBombWithoutInflatingIt) {
  Bytes bomb = gzip(with(test::idx_images(2, 3, 4), Bytes(std::size_t{1} << 24)));
  EXPECT_LT(bomb.size(), std::size_t{1} << 18);
  bomb.resize(bomb.size() / 2);
  EXPECT_THAT(error(bomb), HasSubstr("more than the 24 bytes"));
}

TEST_F(Idx, RefusesTruncatedGzipWhereverItIsCut) {
  const Bytes whole = gzip(noisy_images(1));
  for (std::size_t length = 2; length < whole.size(); ++length)
    ASSERT_THAT(error(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))),
                HasSubstr("is truncated"))
        << length << " of " << whole.size() << " bytes";
}

TEST_F(Idx, RefusesAWrongCrc) {
  EXPECT_THAT(error(flipped(gzip(test::idx_images(2, 3, 4)), 8)),
              AllOf(HasSubstr("corrupt"), HasSubstr("incorrect data check")));
}

TEST_F(Idx, RefusesAWrongLength) {
  EXPECT_THAT(error(flipped(gzip(test::idx_images(2, 3, 4)), 4)),
              AllOf(HasSubstr("corrupt"), HasSubstr("incorrect length check")));
}

TEST_F(Idx, RefusesACorruptStream) {
  Bytes bytes = gzip(noisy_images(1));
  std::fill(bytes.begin() + 10, bytes.begin() + 20, std::uint8_t{0xff});
  EXPECT_THAT(error(bytes), HasSubstr("corrupt"));
}

TEST_F(Idx, RefusesGarbageAfterGzip) {
  EXPECT_THAT(error(with(gzip(test::idx_images(2, 3, 4)), {0})),
              HasSubstr("more bytes after the end of its gzip data"));
}

TEST_F(Idx, RefusesASecondGzipMemberThatIsNone) {
  EXPECT_THAT(error(with(gzip(test::idx_labels({1})), {0x1f, 0x8b, 0, 0})), HasSubstr("is corrupt gzip"));
}

}  // namespace
}  // namespace runner
