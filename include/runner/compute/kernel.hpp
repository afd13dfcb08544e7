#pragma once

#include "runner/compute/instruction_set.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace runner {

/// Some images as the data set holds them: `count` rows of `pixels` bytes, a row after the other.
struct ImageBytes {
  const std::uint8_t* data;
  std::size_t count;   ///< 1 … max_terms
  std::size_t pixels;  ///< 1 … max_terms
};

/// Rows of fixed-point numbers in a kernel's own layout: `rows` blocks of Kernel::row_bytes(terms) bytes,
/// and for each the factor c = 2^-e/255 (NaN for a row that held a NaN or an infinity) that turns a sum into
/// the product.
struct FixedPointRows {
  std::byte* digits;  ///< 64-byte aligned
  double* scale;
  std::size_t rows;
  std::size_t terms;
};

/// The two products of the first layer, exact sums of integers turned into float32 with one rounding.
///
/// A row of float32 numbers w is written in fixed point: q = rint(w·2^e), half to even, e = min(126, the
/// largest with all |q| ≤ fixed_point_limit), 0 for a row of zeros. With x the pixels, 0…255:
///
///   forward   out(r, b) = float32(double(Σ_d q(r, d)·x(b, d))·c(r))    rows × images, sum over the pixels
///   backward  out(r, d) = float32(double(Σ_b q(r, b)·x(b, d))·c(r))    rows × pixels, sum over the images
///
/// A row that holds a NaN or an infinity gives the canonical NaN (0x7fc00000) everywhere. The sums are exact,
/// so every kernel gives the same bits as `reference`, whatever rows are computed together. Stateless and
/// thread-safe.
class Kernel {
 public:
  virtual ~Kernel();

  virtual std::string_view name() const = 0;

  /// How many rows it likes to compute in one call.
  virtual std::size_t panel_rows() const = 0;

  /// Bytes of one fixed-point row of `terms` entries; a multiple of 64.
  virtual std::size_t row_bytes(std::size_t terms) const = 0;

  /// Bytes of some images in the kernel's layout, for both products; a multiple of 64.
  virtual std::size_t image_bytes(std::size_t images, std::size_t pixels) const = 0;

  /// Writes the float32 rows values[r·stride + i], r < out.rows, i < out.terms, in fixed point.
  virtual void quantise(const float* values, std::size_t stride, FixedPointRows out) const = 0;

  /// Lays images out in `packed` (64-byte aligned, image_bytes) for forward and, if asked, backward.
  virtual void pack(ImageBytes images, bool for_backward, std::byte* packed) const = 0;

  /// out[r·stride + b] for all rows and images, zeros up to padded(images) ≤ stride; w.terms = pixels.
  virtual void forward(FixedPointRows w, const std::byte* packed, std::size_t images, std::size_t pixels,
                       float* out, std::size_t stride) const = 0;

  /// out[r·stride + d] for all rows and pixels, zeros up to padded(pixels) ≤ stride; d.terms = images.
  virtual void backward(FixedPointRows d, const std::byte* packed, std::size_t images, std::size_t pixels,
                        float* out, std::size_t stride) const = 0;
};

/// The kernels this binary carries, the slowest first: "reference" (plain loops, the definition), "eigen"
/// (Eigen's double-precision product, everywhere), "avx2", "vnni" (AVX-512 VNNI) and "amx" (int8 tiles).
std::vector<std::string_view> kernel_names();

/// Whether this processor and its operating system can run a kernel when no more than `set` may be asked of
/// them. Throws Error (bad_input) for an unknown name.
bool kernel_usable(std::string_view name, InstructionSet set);

/// The kernel of that name, or for "auto" the fastest that is usable; it lives as long as the program.
/// Throws Error (bad_input) for an unknown name, or one that is not usable.
const Kernel& find_kernel(std::string_view name, InstructionSet set);

}  // namespace runner
