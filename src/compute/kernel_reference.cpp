#include "kernel_reference.hpp"

#include "runner/compute/update_rule.hpp"

#include "fixed_point.hpp"

#include <cstring>

namespace runner {
namespace {

/// The definition of the products: loops over integers, nothing else.
class ReferenceKernel final : public Kernel {
 public:
  std::string_view name() const override { return "reference"; }
  std::size_t digit_bytes(std::size_t terms) const override { return terms * lanes * sizeof(std::int32_t); }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return (images * pixels + 63) / 64 * 64;
  }

  void quantise(const float* values, FixedPointBlock out) const override {
    float power[lanes];
    find_scales(values, out.terms, *out.factors, power);
    std::int32_t* q = numbers(out);
    for (std::size_t i = 0; i < out.terms * lanes; ++i)
      q[i] = power[i % lanes] == 0.0f ? 0 : fixed_point(values[i], power[i % lanes]);
  }

  void pack(ImageBytes images, bool, std::byte* packed) const override {
    std::memcpy(packed, images.data, images.count * images.pixels);
  }

  void forward(FixedPointBlock w, const std::byte* packed, std::size_t images, float* out) const override {
    const auto* x = reinterpret_cast<const std::uint8_t*>(packed);
    const std::int32_t* q = numbers(w);
    for (std::size_t b = 0; b < images; ++b)
      for (std::size_t l = 0; l < lanes; ++l) {
        std::int64_t sum = 0;
        for (std::size_t d = 0; d < w.terms; ++d) sum += std::int64_t{q[d * lanes + l]} * x[b * w.terms + d];
        out[b * lanes + l] = product_of(sum, *w.factors, l);
      }
  }

  void backward_descend(FixedPointBlock delta, const std::byte* packed, const float* rate, float* w1,
                        FixedPointBlock w) const override {
    for (std::size_t d = 0; d < w.terms; ++d)
      for (std::size_t l = 0; l < lanes; ++l)
        w1[d * lanes + l] = Sgd::updated(w1[d * lanes + l], rate[l], gradient(delta, packed, w.terms, d, l));
    quantise(w1, w);
  }

  void backward_store(FixedPointBlock delta, const std::byte* packed, std::size_t pixels,
                      float* to) const override {
    for (std::size_t d = 0; d < pixels; ++d)
      for (std::size_t l = 0; l < lanes; ++l) to[d * lanes + l] = gradient(delta, packed, pixels, d, l);
  }

 private:
  /// dW1 of pixel d and unit l.
  static float gradient(FixedPointBlock delta, const std::byte* packed, std::size_t pixels, std::size_t d,
                        std::size_t l) {
    const auto* x = reinterpret_cast<const std::uint8_t*>(packed);
    const std::int32_t* q = numbers(delta);
    std::int64_t sum = 0;
    for (std::size_t b = 0; b < delta.terms; ++b) sum += std::int64_t{q[b * lanes + l]} * x[b * pixels + d];
    return product_of(sum, *delta.factors, l);
  }
  static std::int32_t* numbers(FixedPointBlock block) {
    return reinterpret_cast<std::int32_t*>(block.digits);
  }
  static float product_of(std::int64_t sum, const Factors& factors, std::size_t l) {
    return product(static_cast<float>(sum >> 16), static_cast<float>(sum & 0xffff), factors.high[l],
                   factors.low[l]);
  }
};

}  // namespace

const Kernel& reference_kernel() {
  static const ReferenceKernel kernel;
  return kernel;
}

}  // namespace runner
