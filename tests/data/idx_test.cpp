#include "runner/data/idx.hpp"

#include "runner/data/sha256.hpp"
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

  /// The message of the Error that reading the bytes gives; a test that expects one fails without.
  std::string images_error(const Bytes& bytes) { return error(read_idx_images, file(bytes)); }
  std::string labels_error(const Bytes& bytes) { return error(read_idx_labels, file(bytes)); }

  template <class Read>
  std::string error(Read read, const std::filesystem::path& path) {
    try {
      read(path);
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

TEST_F(Idx, ReadsPlainImages) {
  const IdxImages images = read_idx_images(file(test::idx(0x00000803, {2, 1, 3}, {0, 1, 2, 253, 254, 255})));
  EXPECT_EQ(images.count, 2u);
  EXPECT_EQ(images.rows, 1u);
  EXPECT_EQ(images.columns, 3u);
  EXPECT_THAT(images.pixels, ElementsAre(0, 1, 2, 253, 254, 255));
}

TEST_F(Idx, ReadsGzippedImages) {
  const IdxImages images =
      read_idx_images(file(gzip(test::idx(0x00000803, {2, 1, 3}, {0, 1, 2, 253, 254, 255}))));
  EXPECT_EQ(images.count, 2u);
  EXPECT_EQ(images.rows, 1u);
  EXPECT_EQ(images.columns, 3u);
  EXPECT_THAT(images.pixels, ElementsAre(0, 1, 2, 253, 254, 255));
}

TEST_F(Idx, ReadsPlainAndGzippedLabels) {
  EXPECT_THAT(read_idx_labels(file(test::idx_labels({9, 0, 255}))).labels, ElementsAre(9, 0, 255));
  EXPECT_THAT(read_idx_labels(file(gzip(test::idx_labels({9, 0, 255})))).labels, ElementsAre(9, 0, 255));
}

TEST_F(Idx, ReadsOneImageOfOnePixel) {
  EXPECT_THAT(read_idx_images(file(test::idx(0x00000803, {1, 1, 1}, {7}))).pixels, ElementsAre(7));
}

// Larger than every buffer on the way, plain and gzipped.
TEST_F(Idx, ReadsALargeFile) {
  const Bytes bytes = noisy_images(5000);
  const Bytes pixels(bytes.begin() + 16, bytes.end());
  EXPECT_TRUE(read_idx_images(file(bytes)).pixels == pixels);
  EXPECT_TRUE(read_idx_images(file(gzip(bytes))).pixels == pixels);
}

TEST_F(Idx, ChecksumIsOfTheDecompressedFile) {
  const Bytes images = test::idx_images(2, 3, 4);
  EXPECT_EQ(read_idx_images(file(images)).sha256, sha256_hex(images));
  EXPECT_EQ(read_idx_images(file(gzip(images))).sha256, sha256_hex(images));
  const Bytes labels = test::idx_labels({1, 2});
  EXPECT_EQ(read_idx_labels(file(labels)).sha256, sha256_hex(labels));
}

TEST_F(Idx, RefusesAMissingFile) {
  EXPECT_THAT(error(read_idx_images, directory_ / "absent"),
              AllOf(HasSubstr("cannot read"), HasSubstr("No such file")));
}

TEST_F(Idx, RefusesAFolder) {
  EXPECT_THAT(error(read_idx_images, directory_.path()),
              AllOf(HasSubstr("cannot read"), HasSubstr("Is a directory")));
}

TEST_F(Idx, RefusesAnEmptyFile) {
  EXPECT_THAT(images_error({}), HasSubstr("is empty"));
  EXPECT_THAT(labels_error({}), HasSubstr("is empty"));
  EXPECT_THAT(images_error(gzip({})), HasSubstr("is empty"));
}

TEST_F(Idx, RefusesAFileThatEndsInItsHeader) {
  EXPECT_THAT(images_error({0, 0, 8}), HasSubstr("ends after 3 of the 16 bytes of its header"));
  EXPECT_THAT(images_error(test::idx(0x00000803, {1, 1}, {})), HasSubstr("ends after 12 of the 16 bytes"));
  EXPECT_THAT(labels_error(gzip(test::idx(0x00000801, {}, {}))), HasSubstr("ends after 4 of the 8 bytes"));
}

TEST_F(Idx, RefusesAnotherMagicNumberAndSaysWhich) {
  EXPECT_THAT(images_error(test::idx(0x00000d03, {1, 1, 1}, {1, 2, 3, 4})),
              AllOf(HasSubstr("magic number 0x00000d03"), HasSubstr("0x00000803 (images)")));
}

TEST_F(Idx, RefusesLabelsAsImagesAndSaysSo) {
  EXPECT_THAT(images_error(test::idx_labels({1, 2})),
              HasSubstr("0x00000801 (labels) where 0x00000803 (images) must stand"));
}

TEST_F(Idx, RefusesImagesAsLabelsAndSaysSo) {
  EXPECT_THAT(labels_error(test::idx_images(2, 1, 1)),
              HasSubstr("0x00000803 (images) where 0x00000801 (labels) must stand"));
}

TEST_F(Idx, RefusesSizesOfZero) {
  EXPECT_THAT(images_error(test::idx_images(0, 28, 28)),
              HasSubstr("size of zero in its header: 0 x 28 x 28"));
  EXPECT_THAT(images_error(test::idx_images(2, 0, 28)), HasSubstr("size of zero in its header: 2 x 0 x 28"));
  EXPECT_THAT(images_error(test::idx_images(2, 28, 0)), HasSubstr("size of zero in its header: 2 x 28 x 0"));
  EXPECT_THAT(labels_error(test::idx_labels({})), HasSubstr("size of zero"));
}

TEST_F(Idx, RefusesFewerBytesThanTheHeaderSays) {
  EXPECT_THAT(images_error(without_last(test::idx_images(2, 3, 4), 1)),
              HasSubstr("holds 23 bytes after its header, which says 24"));
  EXPECT_THAT(images_error(gzip(without_last(test::idx_images(2, 3, 4), 1))),
              HasSubstr("holds 23 bytes after its header, which says 24"));
  EXPECT_THAT(labels_error(without_last(test::idx_labels({1, 2}), 2)),
              HasSubstr("holds 0 bytes after its header, which says 2"));
}

TEST_F(Idx, RefusesMoreBytesThanTheHeaderSays) {
  EXPECT_THAT(images_error(with(test::idx_images(2, 3, 4), {0})), HasSubstr("more than the 24 bytes"));
  EXPECT_THAT(images_error(gzip(with(test::idx_images(2, 3, 4), {0}))), HasSubstr("more than the 24 bytes"));
  EXPECT_THAT(labels_error(with(test::idx_labels({1, 2}), {3})), HasSubstr("more than the 2 bytes"));
}

// Four billion images of four million pixels: neither memory nor time is spent on what a header claims.
TEST_F(Idx, RefusesAHugeLieWithoutBelievingIt) {
  const Bytes lie = test::idx(0x00000803, {0xffffffff, 2048, 2048}, {1, 2, 3});
  EXPECT_THAT(images_error(lie), HasSubstr("holds 3 bytes after its header, which says 18014398505287680"));
  EXPECT_THAT(images_error(gzip(lie)), HasSubstr("holds 3 bytes after its header"));
  EXPECT_THAT(labels_error(test::idx(0x00000801, {0xffffffff}, {1})), HasSubstr("which says 4294967295"));
}

// A byte more than the header says is all that is asked for: it is not seen that the rest is damaged.
TEST_F(Idx, RefusesAGzipBombWithoutInflatingIt) {
  Bytes bomb = gzip(with(test::idx_images(2, 3, 4), Bytes(std::size_t{1} << 24)));
  EXPECT_LT(bomb.size(), std::size_t{1} << 18);
  bomb.resize(bomb.size() / 2);
  EXPECT_THAT(images_error(bomb), HasSubstr("more than the 24 bytes"));
}

TEST_F(Idx, RefusesImagesTooLargeForExactSums) {
  EXPECT_THAT(images_error(test::idx(0x00000803, {1, 2049, 2048}, {})),
              HasSubstr("images of 2049 x 2048 pixels; at most 4194304"));
  // 2^16 · 2^16 would be zero in 32 bits.
  EXPECT_THAT(images_error(test::idx(0x00000803, {1, 65536, 65536}, {})), HasSubstr("at most 4194304"));
  EXPECT_THAT(images_error(test::idx(0x00000803, {1, 0xffffffff, 0xffffffff}, {})),
              HasSubstr("at most 4194304"));
}

TEST_F(Idx, RefusesTruncatedGzipWhereverItIsCut) {
  const Bytes whole = gzip(noisy_images(1));
  for (std::size_t length = 2; length < whole.size(); ++length)
    ASSERT_THAT(images_error(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))),
                HasSubstr("is truncated"))
        << length << " of " << whole.size() << " bytes";
}

TEST_F(Idx, RefusesAWrongCrc) {
  EXPECT_THAT(images_error(flipped(gzip(test::idx_images(2, 3, 4)), 8)),
              AllOf(HasSubstr("corrupt"), HasSubstr("incorrect data check")));
}

TEST_F(Idx, RefusesAWrongLength) {
  EXPECT_THAT(images_error(flipped(gzip(test::idx_images(2, 3, 4)), 4)),
              AllOf(HasSubstr("corrupt"), HasSubstr("incorrect length check")));
}

TEST_F(Idx, RefusesACorruptStream) {
  Bytes bytes = gzip(noisy_images(1));
  std::fill(bytes.begin() + 10, bytes.begin() + 20, std::uint8_t{0xff});
  EXPECT_THAT(images_error(bytes), HasSubstr("corrupt"));
}

TEST_F(Idx, RefusesGarbageAfterGzip) {
  EXPECT_THAT(images_error(with(gzip(test::idx_images(2, 3, 4)), {0})),
              HasSubstr("more bytes after the end of its gzip data"));
}

TEST_F(Idx, RefusesASecondGzipMember) {
  EXPECT_THAT(labels_error(with(gzip(test::idx_labels({1})), gzip(test::idx_labels({2})))),
              HasSubstr("more bytes after the end of its gzip data"));
}

}  // namespace
}  // namespace runner
