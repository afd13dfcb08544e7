#pragma once

#include "runner/compute/arithmetic.hpp"
#include "runner/compute/instruction_set.hpp"
#include "runner/compute/update_rule.hpp"
#include "runner/model/enumerations.hpp"

#include <cstddef>
#include <cstdint>

namespace runner {

/// The hidden layer of one run in a stack of blocks of `lanes` hidden units.
struct UnitRange {
  std::size_t first;  ///< its first unit is unit first % lanes of block first / lanes
  std::size_t count;
};

/// The constants of a step for the hidden units of a block, or for `lanes` parameters of one network.
using LaneConstants = UpdateConstants<float[lanes]>;

/// Those of one lane, read and set.
[[gnu::always_inline]] inline UpdateConstants<float> of_lane(const LaneConstants& c, std::size_t l) {
  return {c.rate[l],  c.weight_decay[l], c.kept[l],         c.momentum[l], c.decay_rate[l],
          c.beta1[l], c.beta2[l],        c.inverse_root[l], c.epsilon[l]};
}
inline void set_lane(LaneConstants& constants, std::size_t l, const UpdateConstants<float>& c) {
  constants.rate[l] = c.rate;
  constants.weight_decay[l] = c.weight_decay;
  constants.kept[l] = c.kept;
  constants.momentum[l] = c.momentum;
  constants.decay_rate[l] = c.decay_rate;
  constants.beta1[l] = c.beta1;
  constants.beta2[l] = c.beta2;
  constants.inverse_root[l] = c.inverse_root;
  constants.epsilon[l] = c.epsilon;
}

/// Which hidden units of a block are dropped in a step. Unit `unit` of its network is dropped for an image
/// where the 16 random bits of the two are below `threshold`, that is with probability threshold/65536.
struct DropoutLanes {
  std::uint32_t unit[lanes];
  std::uint32_t threshold[lanes];  ///< 0: never
};

/// All of a training step that is not one of the two large products: float32 operations, each rounded on its
/// own, in one stated order, so that every instruction set gives the same bits.
///
/// Arrays are 64-byte aligned. Hidden layers are blocks of images × lanes, a hidden unit in each column.
/// Scores and their gradients are classes × stride, stride = padded(images); entries past the last image hold
/// finite numbers, and zeros in `dy`. W2 is hidden × padded(classes), zeros past the last class.
///
/// Sums over classes and hidden units run in ascending order. Those over images: db2 and losses in `lanes`
/// partial sums, image b in sum b mod lanes in ascending order, then the tree: halves are added (8 + 8, 4 +
/// 4, 2 + 2, 1 + 1); dW2 and db1 in ascending order within each `lanes` images, then the sums of these in
/// ascending order.
///
/// Products and quotients are worked out from left to right. exp, log and tanh are those of
/// portable_math.hpp. softmax is y_c = e_c/Σ_k e_k with e_c = exp(s_c − max_k s_k).
struct Elementwise {
  /// a(b, h) ← activation(a(b, h) + bias(h)) for one block.
  void (*activate)(Activation activation, float* a, const float* bias, std::size_t images);

  /// Drops hidden units of one block in step `step`, which counts from 1: z(b, h) ← 0 where unit h is dropped
  /// for image b, and bit h of kept(b) ← whether it is not. The 16 bits of image b are half b mod 8 (the low
  /// half of a word first) of the four 32-bit words of random_block(seed, dropout, unit, step·2^19 + ⌊b/8⌋).
  void (*drop_out)(const DropoutLanes& dropout, std::uint64_t seed, std::uint64_t step, std::size_t images,
                   float* z, std::uint16_t* kept);

  /// z(b, h) ← z(b, h)·factor(h) for one block.
  void (*scale)(const float* factor, std::size_t images, float* z);

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
  /// = that of the activation where its value is z = z(b, h): sigmoid (1 − z)·z, tanh 1 − z·z, relu 1 where z
  /// > 0, else 0; dW2(h, c) = Σ_b z(b, h)·dy(c, b); db1(h) = Σ_b da(b, h); da(b, h) = 0 where unit h was
  /// dropped. z, da: the block; kept: as drop_out leaves it, null where nothing was dropped; w2, dw2: the row
  /// of unit `begin`; db1: of the block. Other units, and the entries of dw2 past the last class, are left
  /// alone.
  void (*hidden_gradient)(Activation activation, const float* dy, std::size_t classes, std::size_t images,
                          const float* z, const std::uint16_t* kept, std::size_t begin, std::size_t end,
                          const float* w2, float* dw2, float* db1, float* da);

  /// Plain gradient descent (update_rule.hpp): w(i) ← w(i) − rate·gradient(i), i < n. No alignment is asked
  /// for.
  void (*descend)(float rate, const float* gradient, std::size_t n, float* w);

  /// A step of an optimizer (update_rule.hpp) for the n parameters w and their moments: parameter i has the
  /// constants of lane i mod lanes, and is left alone where mask(i mod lanes) is 0. No alignment is asked
  /// for.
  void (*update)(Optimizer optimizer, const LaneConstants& constants, const std::uint32_t* mask,
                 const float* gradient, std::size_t n, float* const* moments, float* w);

  /// out(b) = the class with the largest score of image b (the first, if several).
  void (*classify)(const float* s, std::size_t images, std::size_t classes, std::size_t stride,
                   std::uint8_t* out);

  /// Adds up the loss of each image in double, and counts those whose largest score (the first, if several)
  /// is the label's. cross_entropy: −log(y_t + 1e-7); mean_squared_error: ½·Σ_c (y_c − t_c)²; softmax, exp
  /// and log in double, of the float32 scores. The losses are summed over images as above, in double.
  void (*evaluate)(Loss loss, const float* s, const std::uint8_t* labels, std::size_t images,
                   std::size_t classes, std::size_t stride, double* loss_sum, std::uint64_t* correct);

  /// out(i) = float32(std·z_i), z_i standard normal from the uniform number u_i = (bits_i >> 12 + ½)·2^-52 by
  /// the inverse of the normal distribution (portable_math.hpp), in double.
  void (*normal)(const std::uint64_t* bits, std::size_t n, double std, float* out);
};

/// The functions compiled for `set`, which must be supported.
const Elementwise& elementwise(InstructionSet set);

}  // namespace runner
