#pragma once

#include "runner/compute/arithmetic.hpp"
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

/// Scale factors that turn the integer sums of a block's hidden units back into float32 (see Kernel). NaN for
/// a unit that contained a NaN or an infinity.
struct alignas(64) Factors {
  float high[lanes];  ///< 2^(8-e)
  float low[lanes];   ///< 2^(-8-e)
};

/// The numbers of one block of hidden units in fixed point: Kernel::digit_bytes(terms) bytes in the kernel's
/// own layout, 64-byte aligned, and the factors of each unit.
struct FixedPointBlock {
  std::byte* digits;
  Factors* factors;
  std::size_t terms;
};

/// The two products of the first layer for a block of `lanes` hidden units: exact sums of integers, turned
/// into float32 by two roundings.
///
/// Float32 numbers of a block are terms × lanes, a hidden unit in each column. A unit's column w is written
/// in fixed point: q = rint(w·2^e), half to even, e = min(100, the largest with all |q| ≤ fixed_point_limit),
/// 0 for a column of zeros. With x the pixels, 0…255, S = Σ q·x over the terms, in integers:
///
///   product   t + t·float32(1/255),  t = float32(⌊S/2^16⌋)·high + float32(S mod 2^16)·low
///   forward   A1 = X·W1       images × lanes, sum over the pixels
///   backward  dW1 = Xᵀ·dA1    pixels × lanes, sum over the images
///
/// Each operation is rounded to float32; t is S·2^-e/256, and 1/255 = (1 + 1/255)/256, so that a pixel of 255
/// is exactly 1. A unit that holds a NaN or an infinity gives the canonical NaN (0x7fc00000) in all its
/// products. The sums are exact, so every kernel gives the same bits as `reference`.
///
/// The backward product has two endings. `backward_descend` is for plain gradient descent: the gradient
/// becomes the new weights as it leaves the registers, and is never in memory. `backward_store` writes the
/// gradient down, for all else that is done with one.
///
/// Stateless and thread-safe.
class Kernel {
 public:
  virtual ~Kernel();

  virtual std::string_view name() const = 0;

  /// Bytes of one block's fixed-point numbers of `terms` terms; a multiple of 64.
  virtual std::size_t digit_bytes(std::size_t terms) const = 0;

  /// Bytes of some images in the kernel's layout, for both products; a multiple of 64.
  virtual std::size_t image_bytes(std::size_t images, std::size_t pixels) const = 0;

  /// Writes the block values[i·lanes + unit], i < out.terms, in fixed point.
  virtual void quantise(const float* values, FixedPointBlock out) const = 0;

  /// Lays images out in `packed` (64-byte aligned, image_bytes) for forward and, if asked, backward.
  virtual void pack(ImageBytes images, bool for_backward, std::byte* packed) const = 0;

  /// out[b·lanes + unit] = A1 for all images; w.terms = pixels.
  virtual void forward(FixedPointBlock w, const std::byte* packed, std::size_t images, float* out) const = 0;

  /// w1[d·lanes + unit] ← w1 − rate[unit]·dW1 for all pixels. `w` is w1 in fixed point, before as after.
  /// delta.terms = images, w.terms = pixels. Rates are finite, ≥ 0.
  virtual void backward_descend(FixedPointBlock delta, const std::byte* packed, const float* rate, float* w1,
                                FixedPointBlock w) const = 0;

  /// gradient[d·lanes + unit] = dW1 for all pixels; 64-byte aligned. delta.terms = images.
  virtual void backward_store(FixedPointBlock delta, const std::byte* packed, std::size_t pixels,
                              float* gradient) const = 0;
};

/// The kernels this binary carries, the slowest first: "reference" (plain loops, the definition), "eigen"
/// (Eigen's double-precision product, everywhere), "avx2", "vnni" (AVX-512 VNNI or AVX-VNNI) and "amx" (int8
/// tiles).
std::vector<std::string_view> kernel_names();

/// Whether this processor and its operating system can run a kernel when no more than `set` may be asked of
/// them. Throws Error (bad_input) for an unknown name.
bool kernel_usable(std::string_view name, InstructionSet set);

/// The kernel of that name, or for "auto" the fastest that is usable; it lives as long as the program.
/// Throws Error (bad_input) for an unknown name, or one that is not usable.
const Kernel& find_kernel(std::string_view name, InstructionSet set);

}  // namespace runner
