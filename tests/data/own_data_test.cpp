// Data sets of one's own: archives and files of arrays, tables, and numbers that become bytes.

#include "runner/data/array.hpp"
#include "runner/data/dataset.hpp"
#include "runner/data/quantisation.hpp"
#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"

#include "data/idx_files.hpp"
#include "support/temporary_directory.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace runner {
namespace {

using test::Bytes;
using testing::ElementsAre;
using testing::HasSubstr;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

/// Little-endian.
Bytes number(std::uint64_t value, std::size_t width) {
  Bytes bytes;
  for (std::size_t i = 0; i < width; ++i, value >>= 8)
    bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
  return bytes;
}

Bytes npy(const std::string& descr, const std::string& shape, const Bytes& body) {
  const std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  return bytes_of("\x93NUMPY") + Bytes{1, 0} + number(header.size(), 2) + bytes_of(header) + body;
}

Bytes floats(const std::vector<float>& values) {
  Bytes bytes;
  for (const float value : values) bytes = bytes + number(std::bit_cast<std::uint32_t>(value), 4);
  return bytes;
}

/// A file of an archive, and how it is written there.
struct Member {
  std::string name;
  Bytes body;
  std::uint64_t method = 0;
  std::uint64_t flags = 0;
  bool wide = false;  ///< its sizes and place are in a field of 64 bits
};

/// A ZIP archive of stored files.
Bytes zip(const std::vector<Member>& members, bool wide_end = false, const std::string& comment = "") {
  Bytes all, directory;
  for (const Member& m : members) {
    const std::uint32_t crc =
        static_cast<std::uint32_t>(crc32(0, m.body.data(), static_cast<uInt>(m.body.size())));
    const std::uint64_t size = m.wide ? 0xffffffff : m.body.size(), offset = m.wide ? 0xffffffff : all.size();
    const Bytes extra = m.wide ? number(0x9999, 2) + number(3, 2) + Bytes{1, 2, 3} + number(1, 2) +
                                     number(24, 2) + number(m.body.size(), 8) + number(m.body.size(), 8) +
                                     number(all.size(), 8)
                               : Bytes{};
    directory = directory + bytes_of("PK\1\2") + number(20, 2) + number(20, 2) + number(m.flags, 2) +
                number(m.method, 2) + number(0, 4) + number(crc, 4) + number(size, 4) + number(size, 4) +
                number(m.name.size(), 2) + number(extra.size(), 2) + number(0, 2) + number(0, 4) +
                number(0, 4) + number(offset, 4) + bytes_of(m.name) + extra;
    // Its own header may say nothing of its size, and have another field of its own.
    all = all + bytes_of("PK\3\4") + number(20, 2) + number(m.flags, 2) + number(m.method, 2) + number(0, 4) +
          number(0, 12) + number(m.name.size(), 2) + number(5, 2) + bytes_of(m.name) + Bytes{1, 2, 3, 4, 5} +
          m.body;
  }
  const std::uint64_t at = all.size();
  Bytes end;
  if (wide_end)
    end = bytes_of("PK\6\6") + number(44, 8) + number(0, 12) + number(members.size(), 8) +
          number(members.size(), 8) + number(directory.size(), 8) + number(at, 8) + bytes_of("PK\6\7") +
          number(0, 4) + number(at + directory.size(), 8) + number(1, 4);
  end = end + bytes_of("PK\5\6") + number(0, 4) + number(members.size(), 2) + number(members.size(), 2) +
        number(wide_end ? 0xffffffff : directory.size(), 4) + number(wide_end ? 0xffffffff : at, 4) +
        number(comment.size(), 2) + bytes_of(comment);
  return all + directory + end;
}

class OwnData : public testing::Test {
 protected:
  std::filesystem::path file(const Bytes& bytes, const char* name = "some-file") {
    test::write_file(directory_ / name, bytes);
    return directory_ / name;
  }
  Bytes member(const Bytes& archive, std::string_view name = "x") {
    return open_npz_array(file(archive), name).read_all();
  }

  template <class Do>
  std::string error(const Do& what) {
    try {
      what();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_THAT(error.what(), HasSubstr(directory_.path().string()));
      return error.what();
    }
    return "no error";
  }
  std::string member_error(const Bytes& archive) {
    return error([&] { member(archive); });
  }

  /// Four training images and two test images of two numbers.
  DatasetSource of(const std::vector<float>& train, const std::vector<float>& test) {
    DatasetSource source;
    source.arrays = {file(npy("<f4", "(4, 2)", floats(train)), "x"),
                     file(npy("|u1", "(4,)", {0, 1, 2, 0}), "t"),
                     file(npy("<f4", "(2, 2)", floats(test)), "u"), file(npy("|u1", "(2,)", {0, 1}), "v")};
    return source;
  }

  test::TemporaryDirectory directory_;
};

const Bytes array = npy("|u1", "(3,)", {7, 8, 9});

TEST_F(OwnData, AnArchiveHoldsArraysByName) {
  const Bytes archive =
      zip({{"y.npy", npy("|u1", "(1,)", {1})}, {"x.npy", array}, {"notes", bytes_of("text")}});
  EXPECT_THAT(member(archive), ElementsAre(7, 8, 9));
  EXPECT_THAT(npz_names(file(archive)), ElementsAre("y", "x", "notes"));
  EXPECT_THAT(error([&] { member(archive, "z"); }),
              HasSubstr("some-file holds no array z; it holds y, x, notes"));
  EXPECT_THAT(error([&] { member(archive, "notes"); }),
              HasSubstr("some-file: notes is not a NumPy array (.npy)"));
  EXPECT_THAT(error([&] { member(zip({})); }), HasSubstr("some-file holds no array x; it holds none"));
  EXPECT_THAT(member(zip({{"x.npy", array}}, false, "a comment")), ElementsAre(7, 8, 9));
}

TEST_F(OwnData, AnArchiveMayHaveFieldsOf64Bits) {
  EXPECT_THAT(member(zip({{"y.npy", array}, {"x.npy", array, 0, 0, true}})), ElementsAre(7, 8, 9));
  EXPECT_THAT(member(zip({{"y.npy", array}, {"x.npy", array, 0, 0, true}}, true)), ElementsAre(7, 8, 9));
}

TEST_F(OwnData, AnArchiveThatCannotBeReadIsRefused) {
  EXPECT_THAT(member_error(zip({{"x.npy", array, 0, 1}})), HasSubstr("some-file: x is encrypted"));
  EXPECT_THAT(member_error(zip({{"x.npy", array, 14}})),
              HasSubstr("is compressed by method 14; 0 (stored) and 8"));
  EXPECT_THAT(member_error(zip({{"x.npy", array, 8}})), HasSubstr("some-file: x is corrupt"));
  const Bytes whole = zip({{"y.npy", array}, {"x.npy", array, 0, 0, true}}, true);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(member_error(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))),
              "no error")
        << length;
  // Damaged anywhere, it is what it was, or refused: never something else.
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int flip : {0x01, 0xff}) {
      Bytes damaged = whole;
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ flip);
      Bytes read{7, 8, 9};
      error([&] { read = member(damaged); });
      EXPECT_THAT(read, ElementsAre(7, 8, 9)) << at;
    }
}

TEST_F(OwnData, AnArchiveIsReadAgain) {
  ArrayReader reader = open_npz_array(file(zip({{"x.npy", array}})), "x");
  EXPECT_THAT(reader.read_all(), ElementsAre(7, 8, 9));
  reader.rewind();
  EXPECT_THAT(reader.read_all(), ElementsAre(7, 8, 9));
}

TEST(Quantisation, RoundsToTheNearestOf256Steps) {
  EXPECT_EQ(to_byte(-1, -1, 0.25), 0);
  EXPECT_EQ(to_byte(-0.876, -1, 0.25), 0);
  EXPECT_EQ(to_byte(-0.875, -1, 0.25), 1);  // halves go up
  EXPECT_EQ(to_byte(62.75, -1, 0.25), 255);
  EXPECT_EQ(to_byte(1e300, -1, 0.25), 255);
  EXPECT_EQ(to_byte(-1e300, -1, 0.25), 0);
  EXPECT_EQ(to_byte(1e300, -1e300, 1e-300), 255);  // infinitely far away
  EXPECT_EQ(to_byte(5, 3, 0), 0);
}

TEST(Quantisation, SaysWhatLiesOutside) {
  EXPECT_FALSE(is_outside(-1.125, -1, 0.25));
  EXPECT_TRUE(is_outside(-1.126, -1, 0.25));
  EXPECT_FALSE(is_outside(62.875, -1, 0.25));
  EXPECT_TRUE(is_outside(62.876, -1, 0.25));
  EXPECT_FALSE(is_outside(3, 3, 0));
  EXPECT_TRUE(is_outside(4, 3, 0));
}

TEST(Quantisation, OfEveryNumberInsideIsAsExactAsItSays) {
  const PixelScale scale{{-0.3}, {0.0123}};
  EXPECT_EQ(largest_loss(scale), 0.0123 / 2);
  for (int i = 0; i <= 10'000; ++i) {
    const double value = -0.3 + 255 * 0.0123 * i / 10'000;
    EXPECT_LE(std::abs(value - (-0.3 + 0.0123 * to_byte(value, -0.3, 0.0123))),
              largest_loss(scale) * (1 + 1e-12));
  }
  EXPECT_EQ(largest_loss({}), 0);
  EXPECT_EQ(largest_loss({{0, 0}, {0.5, 2}}), 1);
}

TEST_F(OwnData, NumbersBecomeBytesFromTheSmallestToTheLargest) {
  const Dataset data = load_dataset(of({-1, 0, 1, 4, 2, 3, 0.5, 0}, {-2, 4, 9, 1}));
  EXPECT_EQ(data.scale, (PixelScale{{-1}, {5.0 / 255}}));
  EXPECT_THAT(data.train.pixels, ElementsAre(0, 51, 102, 255, 153, 204, 77, 51));
  EXPECT_THAT(data.test.pixels, ElementsAre(0, 255, 255, 102));
  EXPECT_EQ(data.train_outside, 0u);
  EXPECT_EQ(data.test_outside, 2u);
  EXPECT_EQ(data.files[0].sha256, sha256_hex(test::idx(0x00000802, {4, 2}, data.train.pixels)));
  EXPECT_EQ(data.rows, 0u);
  EXPECT_EQ(data.pixels, 2u);
}

TEST_F(OwnData, NumbersMayHaveAScaleForEachColumn) {
  DatasetSource source = of({-1, 5, 1, 5, -1, 5, 1, 5}, {0, 5, 3, 6});
  source.standardise = true;
  const Dataset data = load_dataset(source);  // mean 0, standard deviation 1
  EXPECT_EQ(data.scale, (PixelScale{{-3, 5}, {6.0 / 255, 0}}));
  EXPECT_THAT(data.train.pixels, ElementsAre(85, 0, 170, 0, 85, 0, 170, 0));
  EXPECT_THAT(data.test.pixels, ElementsAre(128, 0, 255, 0));
  EXPECT_EQ(data.test_outside, 1u);
}

TEST_F(OwnData, ATableIsReadByItsColumns) {
  DatasetSource source;
  source.csv = {file(bytes_of("a,class,b\n-1,0,0\n1, 1 ,4\r\n\n\"2\",2,3\n0.5,0,0"), "train.csv"),
                file(bytes_of("\xef\xbb\xbf"
                              "a,class,b\n-2,0,4\n9,1,1\n"),
                     "test.csv")};
  source.label = "class";
  const Dataset data = load_dataset(source);
  EXPECT_EQ(data.name, "train");
  EXPECT_THAT(data.train.labels, ElementsAre(0, 1, 2, 0));
  EXPECT_THAT(data.train.pixels, ElementsAre(0, 51, 102, 255, 153, 204, 77, 51));
  EXPECT_THAT(data.test.pixels, ElementsAre(0, 255, 255, 102));
}

}  // namespace
}  // namespace runner
