#include "kernel_reference.hpp"

#include "fixed_point.hpp"

#include <cstring>

namespace runner {
namespace {

/// The definition of the products: loops over integers, nothing else.
class ReferenceKernel final : public Kernel {
 public:
  std::string_view name() const override { return "reference"; }
  std::size_t panel_rows() const override { return 16; }
  std::size_t row_bytes(std::size_t terms) const override {
    return (terms * sizeof(std::int32_t) + 63) / 64 * 64;
  }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return (images * pixels + 63) / 64 * 64;
  }

  void quantise(const float* values, std::size_t stride, FixedPointRows out) const override {
    for (std::size_t r = 0; r < out.rows; ++r) {
      const float* row = values + r * stride;
      std::int32_t* q = row_of(out, r);
      const RowScale scale = row_scale(largest_magnitude(row, out.terms));
      out.scale[r] = scale.c;
      for (std::size_t i = 0; i < out.terms; ++i)
        q[i] = scale.power == 0.0f ? 0 : fixed_point(row[i], scale.power);
    }
  }

  void pack(ImageBytes images, bool, std::byte* packed) const override {
    std::memcpy(packed, images.data, images.count * images.pixels);
  }

  void forward(FixedPointRows w, const std::byte* packed, std::size_t images, std::size_t pixels, float* out,
               std::size_t stride) const override {
    const auto* x = reinterpret_cast<const std::uint8_t*>(packed);
    for (std::size_t r = 0; r < w.rows; ++r) {
      const std::int32_t* q = row_of(w, r);
      for (std::size_t b = 0; b < padded(images); ++b) {
        std::int64_t sum = 0;
        for (std::size_t d = 0; d < pixels && b < images; ++d) sum += std::int64_t{q[d]} * x[b * pixels + d];
        out[r * stride + b] = b < images ? static_cast<float>(static_cast<double>(sum) * w.scale[r]) : 0.0f;
      }
    }
  }

  void backward(FixedPointRows d, const std::byte* packed, std::size_t images, std::size_t pixels, float* out,
                std::size_t stride) const override {
    const auto* x = reinterpret_cast<const std::uint8_t*>(packed);
    for (std::size_t r = 0; r < d.rows; ++r) {
      const std::int32_t* q = row_of(d, r);
      for (std::size_t i = 0; i < padded(pixels); ++i) {
        std::int64_t sum = 0;
        for (std::size_t b = 0; b < images && i < pixels; ++b) sum += std::int64_t{q[b]} * x[b * pixels + i];
        out[r * stride + i] = i < pixels ? static_cast<float>(static_cast<double>(sum) * d.scale[r]) : 0.0f;
      }
    }
  }

 private:
  std::int32_t* row_of(FixedPointRows rows, std::size_t r) const {
    return reinterpret_cast<std::int32_t*>(rows.digits + r * row_bytes(rows.terms));
  }
};

}  // namespace

const Kernel& reference_kernel() {
  static const ReferenceKernel kernel;
  return kernel;
}

}  // namespace runner
