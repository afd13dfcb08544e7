#include "runner/data/images.hpp"

#include "runner/error/error.hpp"

#include "data/idx_files.hpp"
#include "support/temporary_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

namespace runner {
namespace {

using test::Bytes;
using test::gzip;
using test::idx_images;
using test::idx_labels;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr ImageSize wide{6, 2, 3};  // 2 rows of 3
constexpr ImageSize of_six{6};      // the same where no more is known

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// 0, 1, 2, …
Bytes counting(std::size_t count) {
  Bytes bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

Bytes npy_with_header(const std::string& header, const Bytes& body, std::uint8_t version = 1) {
  Bytes bytes = bytes_of("\x93NUMPY") + Bytes{version, 0};
  for (int shift = 0; shift < (version == 1 ? 16 : 32); shift += 8)
    bytes.push_back(static_cast<std::uint8_t>(header.size() >> shift));
  return bytes + bytes_of(header) + body;
}

/// As NumPy writes it.
Bytes npy(const std::string& descr, const std::string& shape, const Bytes& body, std::uint8_t version = 1) {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
  while ((header.size() + 11) % 64 != 0) header += ' ';
  return npy_with_header(header + "\n", body, version);
}

/// What libpng writes of pixels in a format of its own, PNG_FORMAT_GRAY for example.
template <class Sample>
Bytes png(std::uint32_t rows, std::uint32_t columns, std::uint32_t format,
          const std::vector<Sample>& samples) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = columns;
  image.height = rows;
  image.format = format;
  png_alloc_size_t size = 0;
  EXPECT_NE(png_image_write_to_memory(&image, nullptr, &size, 0, samples.data(), 0, nullptr), 0);
  Bytes bytes(size);
  EXPECT_NE(png_image_write_to_memory(&image, bytes.data(), &size, 0, samples.data(), 0, nullptr), 0);
  return bytes;
}

/// A chunk of a PNG.
Bytes chunk(std::string_view type, const Bytes& body) {
  const auto word = [](std::size_t number) {
    Bytes bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
    return bytes;
  };
  const Bytes checked = bytes_of(type) + body;
  return word(body.size()) + checked + word(crc32(0, checked.data(), static_cast<uInt>(checked.size())));
}

/// A PNG by hand, as other programs write it: `rows` with a zero (no filter) before each of their lines.
Bytes raw_png(std::uint32_t rows, std::uint32_t columns, std::uint8_t depth, std::uint8_t colour,
              const Bytes& lines, const Bytes& before_data = {}) {
  Bytes head;
  for (const std::uint32_t size : {columns, rows})
    for (int shift = 24; shift >= 0; shift -= 8) head.push_back(static_cast<std::uint8_t>(size >> shift));
  head = head + Bytes{depth, colour, 0, 0, 0};
  uLongf size = compressBound(lines.size());
  Bytes data(size);
  EXPECT_EQ(compress(data.data(), &size, lines.data(), lines.size()), Z_OK);
  data.resize(size);
  return bytes_of("\x89PNG\r\n\x1a\n") + chunk("IHDR", head) + before_data + chunk("IDAT", data) +
         chunk("IEND", {});
}

class ImageFiles : public testing::Test {
 protected:
  std::filesystem::path file(const Bytes& bytes) {
    test::write_file(directory_ / "some-file", bytes);
    return directory_ / "some-file";
  }
  Images images(const Bytes& bytes, const ImageSize& size = wide) { return read_images(file(bytes), size); }
  Bytes labels(const Bytes& bytes, std::size_t classes = 10) { return read_labels(file(bytes), classes); }

  template <class Read>
  std::string error(const Read& read) {
    try {
      read();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_THAT(error.what(), HasSubstr((directory_ / "some-file").string()));
      return error.what();
    }
    return "no error";
  }
  std::string images_error(const Bytes& bytes, const ImageSize& size = wide) {
    return error([&] { images(bytes, size); });
  }
  std::string labels_error(const Bytes& bytes, std::size_t classes = 10) {
    return error([&] { labels(bytes, classes); });
  }

  test::TemporaryDirectory directory_;
};

TEST_F(ImageFiles, OfEveryKindAreTheSameImage) {
  const Bytes pixels{0, 50, 100, 150, 200, 255};
  for (const Bytes& plain : {test::idx(0x00000803, {1, 2, 3}, pixels), npy("|u1", "(1, 2, 3)", pixels),
                             npy("|u1", "(1, 6)", pixels), npy("|u1", "(2, 3)", pixels),
                             npy("|u1", "(6,)", pixels), png(2, 3, PNG_FORMAT_GRAY, pixels)})
    for (const Bytes& bytes : {plain, gzip(plain)})
      for (const ImageSize& size : {wide, of_six}) {
        const Images read = images(bytes, size);
        EXPECT_EQ(read.count, 1u);
        EXPECT_EQ(read.pixels, pixels);
      }
  EXPECT_TRUE(images(png(2, 3, PNG_FORMAT_GRAY, pixels)).picture);
  EXPECT_FALSE(images(npy("|u1", "(2, 3)", pixels)).picture);
}

TEST_F(ImageFiles, MayHoldSeveralImages) {
  for (const Bytes& bytes : {test::idx(0x00000803, {4, 2, 3}, counting(24)),
                             npy("|u1", "(4, 2, 3)", counting(24)), npy("|u1", "(4, 6)", counting(24)),
                             npy("|u1", "(4, 6)", counting(24), 2), npy("|u1", "(4, 6)", counting(24), 3)}) {
    const Images read = images(bytes);
    EXPECT_EQ(read.count, 4u);
    EXPECT_EQ(read.pixels, counting(24));
  }
}

TEST_F(ImageFiles, OfAnotherSizeAreRefusedWithBothSizes) {
  const Bytes pixels = counting(6);
  EXPECT_THAT(images_error(idx_images(2, 3, 2)),
              HasSubstr("of the shape (2, 3, 2); the network takes images of 2 x 3 pixels"));
  EXPECT_THAT(images_error(png(3, 2, PNG_FORMAT_GRAY, pixels)),
              HasSubstr("has 3 x 2 pixels; the network takes images of 2 x 3 pixels"));
  EXPECT_THAT(images_error(idx_images(2, 3, 3), of_six),
              HasSubstr("of the shape (2, 3, 3); the network takes images of 6 pixels"));
  for (const char* shape : {"(1, 3, 2)", "(3, 2)", "(6, 1)", "(1, 1, 3, 2)", "(2, 3, 1)"})
    EXPECT_THAT(
        images_error(npy("|u1", shape, pixels)),
        AllOf(HasSubstr(std::string("an array of the shape ") + shape), HasSubstr("(n, 2, 3) or (n, 6)")));
  EXPECT_THAT(images_error(npy("|u1", "(0, 6)", {})), HasSubstr("of the shape (0, 6)"));
  EXPECT_THAT(images_error(npy("|u1", "()", {7})), HasSubstr("of the shape ()"));
  EXPECT_EQ(images(png(3, 2, PNG_FORMAT_GRAY, pixels), of_six).pixels, pixels);
}

TEST_F(ImageFiles, OfNoKnownKindAreRefused) {
  EXPECT_THAT(images_error({}), HasSubstr("is empty"));
  EXPECT_THAT(images_error(bytes_of("\xff\xd8\xff\xe0 a JPEG")),
              HasSubstr("neither IDX, nor a NumPy array (.npy), nor an archive of them (.npz), nor a PNG"));
  EXPECT_THAT(images_error(bytes_of("PK\x03\x04 an npz")), HasSubstr("is a damaged archive"));
  EXPECT_THAT(images_error(idx_labels({1, 2})), HasSubstr("of the shape (2,)"));
  EXPECT_THAT(labels_error(idx_images(1, 2, 3)), HasSubstr("of the shape (1, 2, 3)"));
  EXPECT_THAT(labels_error(png(2, 3, PNG_FORMAT_GRAY, counting(6))),
              HasSubstr("neither IDX, nor a NumPy array"));
}

TEST_F(ImageFiles, CutShortAnywhereAreRefused) {
  for (const Bytes& bytes : {test::idx(0x00000803, {2, 2, 3}, counting(12)),
                             npy("|u1", "(2, 6)", counting(12)), npy("|u1", "(2, 6)", counting(12), 2)})
    for (std::size_t length = 0; length < bytes.size(); ++length)
      EXPECT_NE(images_error(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length))),
                "no error")
          << length;
  // A PNG ends with a chunk of twelve bytes that says nothing.
  const Bytes bytes = png(2, 3, PNG_FORMAT_GRAY, counting(6));
  for (std::size_t length = 0; length + 16 < bytes.size(); ++length)
    EXPECT_NE(images_error(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length))),
              "no error")
        << length;
}

TEST_F(ImageFiles, WithMoreThanTheyShouldAreRefused) {
  EXPECT_THAT(images_error(npy("|u1", "(2, 6)", counting(13))), HasSubstr("more than the 12 bytes"));
  EXPECT_THAT(images_error(idx_images(2, 2, 3) + Bytes{0}), HasSubstr("more than the 12 bytes"));
}

TEST_F(ImageFiles, TakeNoMemoryForWhatIsNotThere) {
  EXPECT_THAT(images_error(npy("|u1", "(1000000000000, 6)", counting(6))),
              HasSubstr("holds 6 bytes after its header, but the header says 6000000000000"));
  EXPECT_THAT(images_error(npy("|u1", "(4611686018427387905, 6)", counting(6))),
              HasSubstr("which is too large for any file"));
  EXPECT_THAT(images_error(npy("|u1", "(99999999999999999999, 6)", counting(6))), HasSubstr("has a header"));
  EXPECT_THAT(images_error(raw_png(1'000'000, 1'000'000, 16, 6, {0})),
              HasSubstr("has 1000000 x 1000000 pixels"));
  EXPECT_THAT(images_error(raw_png(0x7fffffff, 0x7fffffff, 16, 6, {0})), HasSubstr("is a damaged PNG"));
  EXPECT_THAT(images_error(raw_png(0, 3, 8, 0, {0})), HasSubstr("is a damaged PNG"));
}

TEST_F(ImageFiles, AnArrayOfOtherNumbersIsRefusedWithWhatToDo) {
  EXPECT_THAT(images_error(npy("<f4", "(2, 3)", counting(24))),
              AllOf(HasSubstr("an array of float32"), HasSubstr("(255 * x).round().astype(np.uint8)")));
  for (const char* descr : {"|i1", "|b1"})
    EXPECT_THAT(images_error(npy(descr, "(2, 3)", counting(6))),
                HasSubstr("the network was trained on bytes, uint8 from 0 to 255"));
}

TEST_F(ImageFiles, MayBeInFortranOrder) {
  const auto fortran = [](const std::string& shape, const Bytes& body) {
    return npy_with_header("{'descr': '|u1', 'fortran_order': True, 'shape': " + shape + ", }", body);
  };
  // As np.asfortranarray(np.arange(12).reshape(…)) lies in its file.
  EXPECT_EQ(images(fortran("(2, 6)", {0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11})).pixels, counting(12));
  EXPECT_EQ(images(fortran("(2, 2, 3)", {0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11})).pixels, counting(12));
  EXPECT_EQ(images(fortran("(2, 3)", {0, 3, 1, 4, 2, 5})).pixels, counting(6));
}

TEST_F(ImageFiles, MayHaveAChannel) {
  for (const char* shape : {"(2, 2, 3, 1)", "(2, 1, 2, 3)"})
    for (const ImageSize& size : {wide, of_six})
      EXPECT_EQ(images(npy("|u1", shape, counting(12)), size).pixels, counting(12)) << shape;
  const ImageSize colour{6, 1, 2};  // three channels
  EXPECT_EQ(images(npy("|u1", "(2, 1, 2, 3)", counting(12)), colour).pixels, counting(12));
  EXPECT_THAT(images_error(npy("|u1", "(2, 2, 1, 3)", counting(12)), colour),
              HasSubstr("the network takes images of 1 x 2 x 3 pixels: (n, 1, 2, 3) or (n, 6)"));
  EXPECT_THAT(images_error(png(1, 2, PNG_FORMAT_GRAY, counting(2)), colour), HasSubstr("1 x 2 x 3 pixels"));
}

TEST_F(ImageFiles, AHeaderMayBeWrittenOtherwise) {
  for (const char* header : {"{'shape': (2, 3), 'fortran_order': False, 'descr': '|u1'}",
                             "{\"descr\":\"|u1\",\"fortran_order\":False,\"shape\":(2,3,)}",
                             "  { 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( 2 , 3 ) , } \n"})
    EXPECT_EQ(images(npy_with_header(header, counting(6))).pixels, counting(6)) << header;
  EXPECT_EQ(
      images(npy_with_header("{'descr': '|u1', 'fortran_order': True, 'shape': (6,), }", counting(6))).count,
      1u);
}

TEST_F(ImageFiles, AHeaderThatIsNoneIsRefused) {
  for (const char* header : {"",
                             "{",
                             "{}",
                             "[]",
                             "{'descr': '|u1'}",
                             "{'descr': '|u1', 'fortran_order': False}",
                             "{'descr': '|u1', 'shape': (2, 3)}",
                             "{'descr': '|u1', 'fortran_order': Maybe, 'shape': (2, 3)}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (2, -3)}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': 6}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (2 3)}",
                             "{'descr': '|u1' 'fortran_order': False, 'shape': (2, 3)}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)} more",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), 'x': 1}",
                             "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (2, 3)}",
                             "{'descr': '|u', 'fortran_order': False, 'shape': (2, 3)}",
                             "{'descr': '|u0', 'fortran_order': False, 'shape': (2, 3)}",
                             "{'descr': '|u1x', 'fortran_order': False, 'shape': (2, 3)}",
                             "{'descr': '<U5', 'fortran_order': False, 'shape': (2, 3)}",
                             "{'descr"})
    EXPECT_THAT(images_error(npy_with_header(header, counting(6))),
                HasSubstr("has a header that is not that of"))
        << header;
  EXPECT_THAT(images_error(npy_with_header(std::string(65535, ' '), {}, 2)),
              HasSubstr("has a header that is not that of"));
  EXPECT_THAT(images_error(bytes_of("\x93NUMPY\x02") + Bytes{0, 0xff, 0xff, 0xff, 0xff}),
              HasSubstr("4294967295 bytes long"));
  EXPECT_THAT(images_error(npy("|u1", "(2, 3)", counting(6), 4)), HasSubstr("format version 4"));
}

TEST_F(ImageFiles, AnArrayOfObjectsIsNeverRead) {
  EXPECT_THAT(images_error(npy("|O", "(2, 3)", counting(6))),
              AllOf(HasSubstr("an array of Python objects"), HasSubstr("pickles are never read")));
}

TEST_F(ImageFiles, GreyOfEightBitsStaysAsItIs) {
  const Bytes pixels = counting(256);
  EXPECT_EQ(images(png(16, 16, PNG_FORMAT_GRAY, pixels), {256, 16, 16}).pixels, pixels);
  Bytes lines;
  for (std::size_t row = 0; row < 16; ++row) {
    lines.push_back(0);
    lines.insert(lines.end(), pixels.begin() + static_cast<std::ptrdiff_t>(16 * row),
                 pixels.begin() + static_cast<std::ptrdiff_t>(16 * row + 16));
  }
  EXPECT_EQ(images(raw_png(16, 16, 8, 0, lines), {256, 16, 16}).pixels,
            pixels);  // nothing is said of its gamma
}

TEST_F(ImageFiles, FewerAndMoreBitsAreBroughtToEight) {
  EXPECT_THAT(images(raw_png(1, 4, 2, 0, {0, 0b00011011}), {4, 1, 4}).pixels, ElementsAre(0, 85, 170, 255));
  EXPECT_THAT(images(raw_png(1, 4, 1, 0, {0, 0b01010000}), {4, 1, 4}).pixels, ElementsAre(0, 255, 0, 255));
  // 16 bits are those of sRGB, not of linear light.
  EXPECT_THAT(images(raw_png(1, 4, 16, 0, {0, 0, 0, 7, 7, 128, 128, 255, 255}), {4, 1, 4}).pixels,
              ElementsAre(0, 7, 128, 255));
  const Bytes palette = chunk("PLTE", {0, 0, 0, 255, 255, 255, 128, 128, 128});
  EXPECT_THAT(images(raw_png(1, 3, 8, 3, {0, 1, 0, 2}, palette), {3, 1, 3}).pixels, ElementsAre(255, 0, 128));
}

TEST_F(ImageFiles, ColoursBecomeTheirLuminance) {
  // Of linear light, by ITU-R BT.709: red 0.2126, green 0.7152, blue 0.0722; as sRGB 127, 220, 76.
  const Bytes colours{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 90, 90, 90};
  const Bytes read = images(png(1, 5, PNG_FORMAT_RGB, colours), {5, 1, 5}).pixels;
  EXPECT_NEAR(read[0], 127, 1);
  EXPECT_NEAR(read[1], 220, 1);
  EXPECT_NEAR(read[2], 76, 1);
  EXPECT_EQ(read[3], 255);
  EXPECT_EQ(read[4], 90);
}

TEST_F(ImageFiles, WhatIsTransparentIsBlack) {
  const Bytes pixels{200, 255, 200, 0, 0, 255, 255, 0};  // grey and opacity
  EXPECT_THAT(images(png(1, 4, PNG_FORMAT_GA, pixels), {4, 1, 4}).pixels, ElementsAre(200, 0, 0, 0));
  const Bytes half = images(png(1, 1, PNG_FORMAT_GA, Bytes{255, 128}), {1, 1, 1}).pixels;
  EXPECT_GT(half[0], 100);
  EXPECT_LT(half[0], 200);
}

TEST_F(ImageFiles, ADamagedPictureIsRefused) {
  const Bytes whole = raw_png(2, 3, 8, 0, {0, 1, 2, 3, 0, 4, 5, 6});
  EXPECT_THAT(images(whole).pixels, ElementsAre(1, 2, 3, 4, 5, 6));
  Bytes bytes = whole;
  bytes[45] ^= 1;  // within its data
  EXPECT_THAT(images_error(bytes), HasSubstr("is a damaged PNG"));
  bytes = whole;
  bytes[20] ^= 1;  // within its size
  EXPECT_THAT(images_error(bytes), HasSubstr("is a damaged PNG"));
  EXPECT_THAT(images_error(raw_png(2, 3, 8, 0, {0, 1, 2, 3})), HasSubstr("is a damaged PNG"));
}

TEST_F(ImageFiles, APictureThatIsTooLargeAFileIsRefused) {
  EXPECT_THAT(images_error(gzip(bytes_of("\x89PNG\r\n\x1a\n") + Bytes(std::size_t{1} << 26))),
              HasSubstr("PNG of more than 67 MB"));
}

TEST_F(ImageFiles, LabelsAreIntegersOfAnyWidthAndOrder) {
  const Bytes expected{3, 0, 9};
  EXPECT_EQ(labels(idx_labels(expected)), expected);
  EXPECT_EQ(labels(gzip(idx_labels(expected))), expected);
  EXPECT_EQ(labels(npy("|u1", "(3,)", expected)), expected);
  EXPECT_EQ(labels(npy("|i1", "(3,)", expected)), expected);
  EXPECT_EQ(labels(npy("<i2", "(3,)", {3, 0, 0, 0, 9, 0})), expected);
  EXPECT_EQ(labels(npy(">u2", "(3,)", {0, 3, 0, 0, 0, 9})), expected);
  EXPECT_EQ(labels(npy("<i8", "(2,)", {3, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0})), (Bytes{3, 9}));
  EXPECT_EQ(labels(npy(">i8", "(1,)", {0, 0, 0, 0, 0, 0, 0, 7})), (Bytes{7}));
}

TEST_F(ImageFiles, LabelsThatAreNoneAreRefused) {
  EXPECT_THAT(labels_error(idx_labels({1, 10})),
              HasSubstr("label 1 is 10; the network has the classes 0 to 9"));
  EXPECT_THAT(labels_error(npy("<i2", "(2,)", {1, 0, 4, 1})), HasSubstr("label 1 is 260"));
  EXPECT_THAT(labels_error(npy("|i1", "(1,)", {255}), 256), HasSubstr("label 0 is -1"));
  EXPECT_THAT(labels_error(npy("<f4", "(1,)", {0, 0, 0, 0})), HasSubstr("labels must be integers"));
  EXPECT_THAT(labels_error(npy("<i16", "(1,)", Bytes(16))),
              HasSubstr("not that of a NumPy array of plain numbers"));
  EXPECT_THAT(labels_error(npy("|u1", "(1, 10)", Bytes(10))), HasSubstr("row 0 is not one-hot"));
  EXPECT_THAT(labels_error(npy("|u1", "(0,)", {})), HasSubstr("one class for each image"));
  EXPECT_THAT(labels_error(npy("|u1", "()", {1})), HasSubstr("one class for each image"));
}

TEST_F(ImageFiles, ThatAreNotThereAreNamed) {
  EXPECT_THROW(read_images(directory_ / "none", wide), Error);
  EXPECT_THROW(read_labels(directory_ / "none", 10), Error);
}

}  // namespace
}  // namespace runner
