// The portable kernel: Eigen's double-precision product of the integers, exact because no sum exceeds 2^53.
// There is one copy of it, for any processor: those that have faster instructions have faster kernels.
#include "runner/compute/update_rule.hpp"

#include "fixed_point.hpp"
#include "simd.hpp"

#include <Eigen/Core>

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Block = Eigen::Matrix<double, Eigen::Dynamic, static_cast<int>(lanes), Eigen::RowMajor>;

inline Eigen::Index index(std::size_t n) {
  return static_cast<Eigen::Index>(n);
}

inline Eigen::Map<const Block> numbers(FixedPointBlock block) {
  return {reinterpret_cast<const double*>(block.digits), index(block.terms), index(lanes)};
}

inline Eigen::Map<const Matrix> images_of(const std::byte* packed, std::size_t images, std::size_t pixels) {
  return {reinterpret_cast<const double*>(packed), index(images), index(pixels)};
}

class EigenKernel final : public Kernel {
 public:
  std::string_view name() const override { return {"eigen", 5}; }
  std::size_t digit_bytes(std::size_t terms) const override { return terms * lanes * sizeof(double); }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return (images * pixels + 7) / 8 * 8 * sizeof(double);
  }

  void quantise(const float* __restrict values, FixedPointBlock out) const override {
    float power[lanes];
    find_scales(values, out.terms, *out.factors, power);
    double* __restrict q = reinterpret_cast<double*>(out.digits);
    for (std::size_t i = 0; i < out.terms; ++i)
      for (std::size_t l = 0; l < lanes; ++l) {
        const std::int32_t number = fixed_point(values[i * lanes + l], power[l]);
        q[i * lanes + l] = power[l] == 0.0f ? 0 : number;
      }
  }

  void pack(ImageBytes images, bool, std::byte* packed) const override {
    double* __restrict to = reinterpret_cast<double*>(packed);
    for (std::size_t i = 0; i < images.count * images.pixels; ++i) to[i] = images.data[i];
  }

  void forward(FixedPointBlock w, const std::byte* packed, std::size_t images,
               float* __restrict out) const override {
    double* __restrict sums = thread_scratch(images * lanes);
    Eigen::Map<Block>(sums, index(images), index(lanes)).noalias() =
        images_of(packed, images, w.terms) * numbers(w);
    for (std::size_t b = 0; b < images; ++b)
      for (std::size_t l = 0; l < lanes; ++l)
        out[b * lanes + l] = product(sums[b * lanes + l], w.factors->high[l], w.factors->low[l]);
  }

  void backward_descend(FixedPointBlock delta, const std::byte* packed, const float* __restrict rate,
                        float* __restrict w1, FixedPointBlock w) const override {
    backward(delta, packed, w.terms, [=](std::size_t d, std::size_t l, float gradient) {
      w1[d * lanes + l] = Sgd::updated(w1[d * lanes + l], rate[l], gradient);
    });
    quantise(w1, w);
  }

  void backward_store(FixedPointBlock delta, const std::byte* packed, std::size_t pixels,
                      float* __restrict to) const override {
    backward(delta, packed, pixels,
             [to](std::size_t d, std::size_t l, float gradient) { to[d * lanes + l] = gradient; });
  }

 private:
  /// Calls ending(pixel, unit, gradient) for each entry of dW1.
  template <class Ending>
  static void backward(FixedPointBlock delta, const std::byte* packed, std::size_t pixels,
                       const Ending& ending) {
    double* __restrict sums = thread_scratch(pixels * lanes);
    Eigen::Map<Block>(sums, index(pixels), index(lanes)).noalias() =
        images_of(packed, delta.terms, pixels).transpose() * numbers(delta);
    for (std::size_t d = 0; d < pixels; ++d)
      for (std::size_t l = 0; l < lanes; ++l)
        ending(d, l, product(sums[d * lanes + l], delta.factors->high[l], delta.factors->low[l]));
  }
};

}  // namespace

const Kernel& eigen_kernel() {
  static const EigenKernel kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
