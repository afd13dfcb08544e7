#include "png.hpp"

#include "runner/error/error.hpp"

#include "image_size.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <png.h>

namespace runner {
namespace {

// Far more than the largest image that a network can take, uncompressed and with 16 bits a channel.
constexpr std::uint64_t largest_png = std::uint64_t{1} << 26;

struct FreePng {
  void operator()(png_image* image) const noexcept { png_image_free(image); }
};

}  // namespace

bool is_png(const BegunFile& file) {
  constexpr std::array<std::uint8_t, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  return file.bytes.size() >= signature.size() &&
         std::equal(signature.begin(), signature.end(), file.bytes.begin());
}

Images read_png(BegunFile& file, const ImageSize& size) {
  if (file.read_to(largest_png))
    throw bad_input(fmt::format("{} is a PNG of more than {} MB", file.name, largest_png / 1'000'000));
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreePng> guard(&png);
  const auto require = [&](int success) {
    if (success == 0) throw bad_input(fmt::format("{} is a damaged PNG: {}", file.name, png.message));
  };
  require(png_image_begin_read_from_memory(&png, file.bytes.data(), file.bytes.size()));
  require_size(file.name, png.height, png.width, size);
  png.format = PNG_FORMAT_GRAY;
  // Otherwise 16 bits without a gamma would be taken for linear light, as they hardly ever are.
  png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  Images images{1, std::vector<std::uint8_t>(size.pixels), true};
  const png_color black{0, 0, 0};
  require(png_image_finish_read(&png, &black, images.pixels.data(), 0, nullptr));
  return images;
}

}  // namespace runner
