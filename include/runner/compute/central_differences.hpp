#pragma once

#include "runner/compute/elementwise.hpp"
#include "runner/compute/instruction_set.hpp"

#include <cstddef>
#include <cstdint>

namespace runner {

/// A mini-batch as it is: the pixels are divided by 255 where they are used.
struct RawBatch {
  const std::uint8_t* pixels;  ///< count × size
  const std::uint8_t* labels;  ///< count
  std::size_t count;           ///< images
  std::size_t size;            ///< pixels of an image

  /// Its images from `begin` on, `n` of them.
  RawBatch part(std::size_t begin, std::size_t n) const {
    return {pixels + begin * size, labels + begin, n, size};
  }
};

/// One block of `lanes` hidden units in double precision, an image in each row: a = X·W1 + b1, z =
/// activation(a).
struct HiddenBlock {
  double* a;  ///< images × lanes
  double* z;  ///< images × lanes
};

/// The scores s of each image as what the softmax makes of them: y = e / sum.
struct SoftmaxParts {
  double* e;    ///< images × classes: exp(s − max s)
  double* sum;  ///< images: Σ over the classes of e, ascending
};

/// Sums over images of loss(w + h) − loss(w − h) for each parameter w that a block of hidden units has.
struct BlockDifferences {
  double* w1;  ///< pixels × lanes
  double* b1;  ///< lanes
  double* w2;  ///< classes × lanes
};

/// The gradient of a network's loss by central differences, h = 1e-4, in double precision: what the book's
/// numerical_gradient gives, without a whole forward pass for each parameter.
///
/// Moving a weight of W1 moves one hidden unit, and of an image only by what its pixel is worth: one unit's
/// change is worked out for each value that the image's pixels have, and serves all pixels of that value.
/// Moving a weight of W2 moves one score. Sums over pixels run over those that are not 0, in ascending order;
/// sums over hidden units, classes and images ascend; products and sums are rounded each on its own, exp and
/// log are ours: every instruction set gives the same bits. W2 is hidden × padded(classes).
struct CentralDifferences {
  /// One block of units on all images of the batch. w1: pixels × lanes; b1: lanes.
  void (*hidden)(Activation activation, const RawBatch& batch, const float* w1, const float* b1,
                 HiddenBlock out);

  /// z: the blocks' z, z_stride doubles from one to the next; `units` of them count.
  void (*softmax)(const RawBatch& batch, const float* w2, const float* b2, std::size_t classes,
                  const double* z, std::size_t z_stride, std::size_t units, SoftmaxParts out);

  /// Adds Σ over the images of the batch of loss(w + h) − loss(w − h) to `sums`, for every parameter w of one
  /// block, of whose units the first `units` count. w2: the row of its first unit.
  void (*add_block)(Activation activation, Loss loss, const RawBatch& batch, const float* w2,
                    std::size_t units, std::size_t classes, HiddenBlock hidden, SoftmaxParts softmax,
                    BlockDifferences sums);

  /// The same for every entry of b2; sums: classes.
  void (*add_output_bias)(Loss loss, const RawBatch& batch, std::size_t classes, SoftmaxParts softmax,
                          double* sums);
};

/// h of the central differences.
inline constexpr double difference_step = 1e-4;

/// The functions compiled for `set`, which must be supported.
const CentralDifferences& central_differences(InstructionSet set);

}  // namespace runner
