// The portable kernel: Eigen's double-precision product of the integers, exact because no sum exceeds 2^53.
//
// Eigen is all inline functions; under a name of its own for each instruction set, the linker cannot hand one
// set's code to another.
#define EIGEN_RENAMED_INNER(set) Eigen_##set
#define EIGEN_RENAMED(set) EIGEN_RENAMED_INNER(set)
#define Eigen EIGEN_RENAMED(RUNNER_INSTRUCTION_SET)
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>
#undef Eigen
namespace eigen = EIGEN_RENAMED(RUNNER_INSTRUCTION_SET);

#include "fixed_point.hpp"
#include "hot.hpp"

#include <cstring>

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

using Matrix = eigen::Matrix<double, eigen::Dynamic, eigen::Dynamic, eigen::RowMajor>;
using Strided = eigen::OuterStride<>;
using Map = eigen::Map<const Matrix, eigen::Aligned64, Strided>;

inline eigen::Index index(std::size_t n) {
  return static_cast<eigen::Index>(n);
}

/// Doubles in a row of n, padded to whole cache lines.
inline std::size_t row_doubles(std::size_t n) {
  return (n + 7) / 8 * 8;
}

inline Map rows_of(const std::byte* data, std::size_t rows, std::size_t columns) {
  return Map(reinterpret_cast<const double*>(data), index(rows), index(columns),
             Strided(index(row_doubles(columns))));
}

/// out = float32(sums·c), a row at a time, zeros up to padded(columns).
void scale_rows(const double* sums, FixedPointRows q, std::size_t columns, float* out, std::size_t stride) {
  for (std::size_t r = 0; r < q.rows; ++r) {
    const double* __restrict sum = sums + r * columns;
    float* __restrict row = out + r * stride;
    const double c = q.scale[r];
    for (std::size_t i = 0; i < columns; ++i) row[i] = static_cast<float>(sum[i] * c);
    for (std::size_t i = columns; i < padded(columns); ++i) row[i] = 0.0f;
  }
}

class EigenKernel final : public Kernel {
 public:
  std::string_view name() const override { return {"eigen", 5}; }
  std::size_t panel_rows() const override { return 112; }
  std::size_t row_bytes(std::size_t terms) const override { return row_doubles(terms) * sizeof(double); }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return images * row_bytes(pixels);
  }

  void quantise(const float* values, std::size_t stride, FixedPointRows out) const override {
    for (std::size_t r = 0; r < out.rows; ++r) {
      const float* __restrict row = values + r * stride;
      double* __restrict q = reinterpret_cast<double*>(out.digits + r * row_bytes(out.terms));
      const RowScale scale = row_scale(largest_magnitude(row, out.terms));
      out.scale[r] = scale.c;
      if (scale.power == 0.0f)
        std::memset(q, 0, out.terms * sizeof(double));
      else
        for (std::size_t i = 0; i < out.terms; ++i) q[i] = fixed_point(row[i], scale.power);
    }
  }

  void pack(ImageBytes images, bool, std::byte* packed) const override {
    for (std::size_t b = 0; b < images.count; ++b) {
      const std::uint8_t* __restrict from = images.data + b * images.pixels;
      double* __restrict to = reinterpret_cast<double*>(packed + b * row_bytes(images.pixels));
      for (std::size_t d = 0; d < images.pixels; ++d) to[d] = from[d];
    }
  }

  void forward(FixedPointRows w, const std::byte* packed, std::size_t images, std::size_t pixels, float* out,
               std::size_t stride) const override {
    double* sums = thread_scratch(w.rows * images);
    eigen::Map<Matrix>(sums, index(w.rows), index(images)).noalias() =
        rows_of(w.digits, w.rows, pixels) * rows_of(packed, images, pixels).transpose();
    scale_rows(sums, w, images, out, stride);
  }

  void backward(FixedPointRows d, const std::byte* packed, std::size_t images, std::size_t pixels, float* out,
                std::size_t stride) const override {
    double* sums = thread_scratch(d.rows * pixels);
    eigen::Map<Matrix>(sums, index(d.rows), index(pixels)).noalias() =
        rows_of(d.digits, d.rows, images) * rows_of(packed, images, pixels);
    scale_rows(sums, d, pixels, out, stride);
  }
};

}  // namespace

const Kernel& eigen_kernel() {
  static const EigenKernel kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
