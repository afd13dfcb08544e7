#pragma once

#include "runner/compute/arithmetic.hpp"
#include "runner/compute/instruction_set.hpp"
#include "runner/model/enumerations.hpp"

#include <cstddef>
#include <cstdint>

namespace runner {

/// The hidden layer of one run in a stack of blocks of `lanes` hidden units.
struct UnitRange {
  std::size_t first;  ///< its first unit is unit first % lanes of block first / lanes
  std::size_t count;
};

/// All of a training step that is not one of the two large products: float32 operations, each rounded on its
/// own, in one stated order, so that every instruction set gives the same bits.
///
/// Arrays are 64-byte aligned. Hidden layers are blocks of images × lanes, a hidden unit in each column.
/// Scores and their gradients are classes × stride, stride = padded(images); entries past the last image hold
/// finite numbers, and zeros in `dy`. W2 is hidden × padded(classes), zeros past the last class.
///
/// Sums over classes and hidden units run in ascending order. Those over images: db2 in `lanes` partial sums,
/// image b in sum b mod lanes in ascending order, then the tree: halves are added (8 + 8, 4 + 4, 2 + 2, 1 +
/// 1); dW2 and db1 in ascending order within each `lanes` images, then the sums of these in ascending order.
struct Elementwise {
  /// a(b, h) ← activation(a(b, h) + bias(h)) for one block.
  void (*activate)(Activation activation, float* a, const float* bias, std::size_t images);

  /// Scores of one run: s(c, b) = Σ_h z(b, h)·W2(h, c) + b2(c).
  /// z: the stack's blocks, z_stride floats apart; w2: the row of the run's first unit.
  void (*scores)(const float* w2, const float* b2, std::size_t classes, const float* z, std::size_t z_stride,
                 UnitRange units, std::size_t images, float* s);

  /// Scores of one run turned in place into the gradient of its loss by them, y = softmax(s):
  /// cross_entropy (y − t)/B; mean_squared_error y·((y − t) − Σ_k (y − t)_k·y_k)/B; zeros past the last
  /// image. B = images.
  void (*score_gradient)(Loss loss, const std::uint8_t* labels, std::size_t images, std::size_t classes,
                         std::size_t stride, float* s);

  /// db2(c) = Σ_b dy(c, b).
  void (*output_bias_gradient)(const float* dy, std::size_t classes, std::size_t stride, float* db2);

  /// The units begin … end − 1 of one block, all of one run: da(b, h) = (Σ_c W2(h, c)·dy(c, b))·slope, slope
  /// = that of the activation where its value is z(b, h); dW2(h, c) = Σ_b z(b, h)·dy(c, b); db1(h) = Σ_b
  /// da(b, h). z, da: the block; w2, dw2: the row of unit `begin`; db1: of the block. Other units, and the
  /// entries of dw2 past the last class, are left alone.
  void (*hidden_gradient)(Activation activation, const float* dy, std::size_t classes, std::size_t images,
                          const float* z, std::size_t begin, std::size_t end, const float* w2, float* dw2,
                          float* db1, float* da);

  /// Plain gradient descent (update_rule.hpp): w(i) ← w(i) − rate·gradient(i), i < n. No alignment is asked
  /// for.
  void (*descend)(float rate, const float* gradient, std::size_t n, float* w);

  /// Adds up the loss of each image in double, and counts those whose largest score (the first, if several)
  /// is the label's. cross_entropy: −log(y_t + 1e-7); mean_squared_error: ½·Σ_c (y_c − t_c)²; y, exp and log
  /// in double. The losses are summed over images as above, in double.
  void (*evaluate)(Loss loss, const float* s, const std::uint8_t* labels, std::size_t images,
                   std::size_t classes, std::size_t stride, double* loss_sum, std::uint64_t* correct);

  /// out(i) = float32(std·z_i), z_i standard normal from the uniform number u_i = (bits_i >> 12 + ½)·2^-52 by
  /// the inverse of the normal distribution (Wichura 1988, AS 241, PPND16), in double.
  void (*normal)(const std::uint64_t* bits, std::size_t n, double std, float* out);
};

/// The functions compiled for `set`, which must be supported.
const Elementwise& elementwise(InstructionSet set);

}  // namespace runner
