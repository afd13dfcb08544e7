#include "image_source.hpp"

#include "runner/data/quantisation.hpp"
#include "runner/error/error.hpp"
#include "runner/model/limits.hpp"

#include "decode.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr std::size_t block_numbers = std::size_t{1} << 15;  // as doubles they stay in the second cache
constexpr std::uint64_t most_images = 1'000'000'000;

/// The images of an array whose rows of numbers lie one behind the other, or (Fortran order) its columns.
class ArrayImages final : public ImageSource {
 public:
  ArrayImages(ArrayReader array, Shape shape)
      : ImageSource(array.name(), std::move(shape)), array_(std::move(array)) {}

  std::string type() const override { return array_.type().name(); }
  bool are_bytes() const override { return array_.type().is_byte(); }

  void visit(const std::function<void(const NumberBlock&)>& take) override {
    if (std::exchange(begun_, true)) array_.rewind();
    array_.require_bytes();
    if (array_.fortran_order())
      visit_columns(take);
    else
      visit_rows(take);
    array_.finish();
  }

  std::vector<std::uint8_t> bytes() override {
    assert(are_bytes());
    if (array_.fortran_order()) return ImageSource::bytes();
    if (std::exchange(begun_, true)) array_.rewind();
    return array_.read_all();
  }

 private:
  void visit_rows(const std::function<void(const NumberBlock&)>& take) {
    const std::size_t at_once = std::max<std::size_t>(1, block_numbers / pixels());
    for (std::size_t first = 0; first < images(); first += at_once) {
      const std::size_t count = std::min(at_once, images() - first);
      take({first, count, 0, pixels(), numbers(count * pixels())});
    }
  }

  void visit_columns(const std::function<void(const NumberBlock&)>& take) {
    for (std::size_t column = 0; column < pixels(); ++column)
      for (std::size_t first = 0; first < images(); first += block_numbers) {
        const std::size_t count = std::min(block_numbers, images() - first);
        take({first, count, pixel_of(column), 1, numbers(count)});
      }
  }

  /// In Fortran order the first index of a pixel changes first.
  std::size_t pixel_of(std::size_t column) const {
    std::size_t pixel = 0, stride = pixels();
    for (std::size_t d = 1; d < shape().size(); ++d) {
      stride /= shape()[d];
      pixel += column % shape()[d] * stride;
      column /= shape()[d];
    }
    return pixel;
  }

  std::span<const double> numbers(std::size_t count) {
    raw_.resize(count * array_.type().size);
    numbers_.resize(count);
    array_.read(raw_);
    decode(array_.type(), raw_, numbers_);
    return numbers_;
  }

  ArrayReader array_;
  bool begun_ = false;
  std::vector<std::uint8_t> raw_;
  std::vector<double> numbers_;
};

/// Throws where a number is none.
void require_finite(const ImageSource& images, const NumberBlock& block) {
  bool finite = true;
  for (const double value : block.values) finite &= std::abs(value) <= std::numeric_limits<double>::max();
  if (finite) return;
  const auto bad = std::ranges::find_if_not(block.values, [](double value) { return std::isfinite(value); });
  const auto at = static_cast<std::size_t>(bad - block.values.begin());
  throw bad_input(fmt::format("{}: pixel {} of image {} is {}; pixels must be finite numbers", images.name(),
                              block.pixel + at % block.pixels, block.image + at / block.pixels, *bad));
}

/// The step from one byte to the next. Numbers that are too far apart, or too close together, have none.
std::optional<double> step_of(double lowest, double highest) {
  const double step = (highest - lowest) / 255;
  if (!std::isfinite(step) || step < std::numeric_limits<double>::min()) return std::nullopt;
  return step;
}

/// The scale that leaves bytes as they are.
const PixelScale identity{{0.0}, {1.0}};

}  // namespace

std::size_t ImageSource::pixels() const {
  std::size_t pixels = 1;
  for (std::size_t d = 1; d < shape_.size(); ++d) pixels *= shape_[d];
  return pixels;
}

std::vector<std::uint8_t> ImageSource::bytes() {
  return quantise(*this, identity).bytes;
}

double largest_loss(const PixelScale& scale) {
  return scale.empty() ? 0 : std::ranges::max(scale.steps) / 2;
}

std::unique_ptr<ImageSource> images_of(ArrayReader array, Shape shape) {
  if (!array.type().is_byte() && array.type().kind != NumberType::Kind::floating)
    throw bad_input(fmt::format(
        "{} is an array of {}; pixels must be uint8 or floating-point numbers: save numbers from 0 to 255 as "
        "x.astype(np.uint8), others as x.astype(np.float32)",
        array.name(), array.type().name()));
  return std::make_unique<ArrayImages>(std::move(array), std::move(shape));
}

std::unique_ptr<ImageSource> images_of(ArrayReader array) {
  Shape shape = array.shape();
  if (shape.size() < 2 || shape.size() > 4 || std::ranges::count(shape, 0u) > 0)
    throw bad_input(
        fmt::format("{} is an array of the shape {}; images must be (n, pixels), (n, rows, columns) or "
                    "(n, rows, columns, channels)",
                    array.name(), text_of(shape)));
  const auto dimensions = std::vector(shape.begin() + 1, shape.end());
  std::uint64_t pixels = 1;
  bool few = true;
  for (const std::uint64_t length : dimensions) {
    few = few && length <= max_terms;
    if (few) pixels *= length;
    few = few && pixels <= max_terms;
  }
  if (!few)
    throw bad_input(fmt::format("{} has images of {} pixels; at most {} pixels are possible", array.name(),
                                fmt::join(dimensions, " x "), max_terms));
  if (shape[0] > most_images)
    throw bad_input(
        fmt::format("{} has {} images; at most {} are possible", array.name(), shape[0], most_images));
  // One channel, before or behind the others, is none.
  if (shape.size() == 4 && (shape[3] == 1 || shape[1] == 1))
    shape.erase(shape[3] == 1 ? shape.end() - 1 : shape.begin() + 1);
  return images_of(std::move(array), std::move(shape));
}

PixelScale scale_of_all(ImageSource& images) {
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
  images.visit([&](const NumberBlock& block) {
    require_finite(images, block);
    double low = lowest, high = highest;
    for (const double value : block.values) {
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    lowest = low;
    highest = high;
  });
  const std::optional<double> step = step_of(lowest, highest);
  if (!step)
    throw bad_input(fmt::format(
        "{} has numbers from {} to {}; to become bytes, numbers must differ by more than 1e-305 and "
        "less than 1e308",
        images.name(), lowest, highest));
  return {{lowest}, {*step}};
}

PixelScale scale_of_columns(ImageSource& images) {
  const std::size_t pixels = images.pixels();
  std::vector<double> means(pixels), squares(pixels);
  images.visit([&](const NumberBlock& block) {
    require_finite(images, block);
    for (std::size_t i = 0; i < block.images; ++i) {
      const auto count = static_cast<double>(block.image + i + 1);
      const double* values = block.values.data() + i * block.pixels;
      double *mean = means.data() + block.pixel, *square = squares.data() + block.pixel;
      for (std::size_t p = 0; p < block.pixels; ++p) {
        const double difference = values[p] - mean[p];
        mean[p] += difference / count;
        square[p] += difference * (values[p] - mean[p]);
      }
    }
  });
  PixelScale scale{std::vector<double>(pixels), std::vector<double>(pixels)};
  for (std::size_t p = 0; p < pixels; ++p) {
    const double reach =
        standardised_deviations * std::sqrt(squares[p] / static_cast<double>(images.images()));
    scale.offsets[p] = means[p] - reach;
    const std::optional<double> step = step_of(means[p] - reach, means[p] + reach);
    if (squares[p] != 0 && !step)
      throw bad_input(fmt::format(
          "{}: the numbers of column {} are too far apart, or too close together: their mean is {}, "
          "their standard deviation {}",
          images.name(), p, means[p], reach / standardised_deviations));
    scale.steps[p] = step.value_or(0);
  }
  return scale;
}

Quantised quantise(ImageSource& images, const PixelScale& scale) {
  const std::size_t pixels = images.pixels();
  Quantised result;
  const bool one = scale.offsets.size() == 1;
  assert(one || scale.offsets.size() == pixels);
  images.visit([&](const NumberBlock& block) {
    require_finite(images, block);
    result.bytes.resize(images.images() * pixels);
    for (std::size_t i = 0; i < block.images; ++i) {
      const double* values = block.values.data() + i * block.pixels;
      std::uint8_t* bytes = result.bytes.data() + (block.image + i) * pixels + block.pixel;
      std::uint64_t outside = 0;
      if (one) {
        const double offset = scale.offsets[0], step = scale.steps[0];
        for (std::size_t p = 0; p < block.pixels; ++p) {
          bytes[p] = to_byte(values[p], offset, step);
          outside += is_outside(values[p], offset, step) ? 1 : 0;
        }
      } else {
        const double *offsets = scale.offsets.data() + block.pixel, *steps = scale.steps.data() + block.pixel;
        for (std::size_t p = 0; p < block.pixels; ++p) {
          bytes[p] = to_byte(values[p], offsets[p], steps[p]);
          outside += is_outside(values[p], offsets[p], steps[p]) ? 1 : 0;
        }
      }
      result.outside += outside;
    }
  });
  return result;
}

}  // namespace runner
