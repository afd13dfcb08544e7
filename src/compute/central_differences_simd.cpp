// The gradient by central differences, compiled once for each instruction set: hidden units side by side in
// the lanes of loops that the compiler turns into vector code, which may use no fused multiply-add.

#include "runner/compute/arithmetic.hpp"
#include "runner/compute/central_differences.hpp"
#include "runner/compute/portable_math.hpp"

#include "activation.hpp"
#include "simd.hpp"

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

constexpr double h = difference_step;

/// What a byte is worth as a pixel.
inline double brightness(std::size_t byte) {
  return static_cast<double>(byte) / 255.0;
}

/// z = activation(a) for each lane.
template <class Activated>
inline void activate(const double* __restrict a, double* __restrict z) {
  for (std::size_t l = 0; l < lanes; ++l) z[l] = Activated::value(a[l]);
}

template <class Activated>
void hidden(const RawBatch& batch, const float* w1, const float* b1, HiddenBlock out) {
  for (std::size_t n = 0; n < batch.count; ++n) {
    const std::uint8_t* image = batch.pixels + n * batch.size;
    double a[lanes] = {};
    for (std::size_t d = 0; d < batch.size; ++d) {
      if (image[d] == 0) continue;
      const double x = brightness(image[d]);
      const float* __restrict row = w1 + d * lanes;
      for (std::size_t l = 0; l < lanes; ++l) a[l] += x * static_cast<double>(row[l]);
    }
    for (std::size_t l = 0; l < lanes; ++l) a[l] += static_cast<double>(b1[l]);
    for (std::size_t l = 0; l < lanes; ++l) out.a[n * lanes + l] = a[l];
    activate<Activated>(a, out.z + n * lanes);
  }
}

void softmax(const RawBatch& batch, const float* w2, const float* b2, std::size_t classes, const double* z,
             std::size_t z_stride, std::size_t units, SoftmaxParts out) {
  for (std::size_t n = 0; n < batch.count; ++n) {
    double s[max_classes] = {};
    for (std::size_t j = 0; j < units; ++j) {
      const double zj = z[j / lanes * z_stride + n * lanes + j % lanes];
      const float* __restrict row = w2 + j * padded(classes);
      for (std::size_t c = 0; c < classes; ++c) s[c] += zj * static_cast<double>(row[c]);
    }
    for (std::size_t c = 0; c < classes; ++c) s[c] += static_cast<double>(b2[c]);
    double largest = s[0];
    for (std::size_t c = 1; c < classes; ++c) largest = s[c] > largest ? s[c] : largest;
    double* e = out.e + n * classes;
    for (std::size_t c = 0; c < classes; ++c) e[c] = portable::exp_negative(s[c] - largest);
    out.sum[n] = 0;
    for (std::size_t c = 0; c < classes; ++c) out.sum[n] += e[c];
  }
}

/// The loss of one image for each lane, from e(c, lane) and their sum over the classes.
template <Loss loss, class E>
inline void losses(const E& e, const double* sum, std::size_t label, std::size_t classes,
                   double* __restrict out) {
  if constexpr (loss == Loss::cross_entropy) {
    for (std::size_t l = 0; l < lanes; ++l) out[l] = -portable::log(e(label, l) / sum[l] + 1e-7);
  } else {
    for (std::size_t l = 0; l < lanes; ++l) out[l] = 0;
    for (std::size_t c = 0; c < classes; ++c)
      for (std::size_t l = 0; l < lanes; ++l) {
        const double difference = e(c, l) / sum[l] - (c == label ? 1.0 : 0.0);
        out[l] += 0.5 * (difference * difference);
      }
  }
}

/// The weights of W2 that leave a block of units: classes × lanes.
struct Outgoing {
  double w[max_classes][lanes];

  Outgoing(const float* w2, std::size_t units, std::size_t classes) {
    for (std::size_t c = 0; c < classes; ++c)
      for (std::size_t l = 0; l < lanes; ++l)
        w[c][l] = l < units ? static_cast<double>(w2[l * padded(classes) + c]) : 0.0;
  }
};

/// The loss of one image when each unit's a, alone, is `moved`: its z changes, and all scores with it.
template <class Activated, Loss loss>
inline void losses_of_moved_units(const double* moved, const double* z, const Outgoing& out,
                                  const double* __restrict e, std::size_t label, std::size_t classes,
                                  double* result) {
  double moved_z[lanes], change[lanes], sum[lanes] = {}, moved_e[max_classes][lanes];
  activate<Activated>(moved, moved_z);
  for (std::size_t l = 0; l < lanes; ++l) change[l] = moved_z[l] - z[l];
  for (std::size_t c = 0; c < classes; ++c)
    for (std::size_t l = 0; l < lanes; ++l) {
      moved_e[c][l] = e[c] * portable::exp(out.w[c][l] * change[l]);
      sum[l] += moved_e[c][l];
    }
  losses<loss>([&](std::size_t c, std::size_t l) { return moved_e[c][l]; }, sum, label, classes, result);
}

/// The loss of one image when score `moved` of each lane alone changes by step(lane).
template <Loss loss>
inline void losses_of_moved_score(std::size_t moved, const double* step, const double* e, double whole_sum,
                                  std::size_t label, std::size_t classes, double* result) {
  double moved_e[lanes], sum[lanes];
  for (std::size_t l = 0; l < lanes; ++l) {
    moved_e[l] = e[moved] * portable::exp(step[l]);
    sum[l] = whole_sum + (moved_e[l] - e[moved]);
  }
  losses<loss>([&](std::size_t c, std::size_t l) { return c == moved ? moved_e[l] : e[c]; }, sum, label,
               classes, result);
}

/// Adds loss(score + h·z) − loss(score − h·z) for each lane.
template <Loss loss>
inline void add_score_differences(std::size_t moved, const double* z, const double* e, double whole_sum,
                                  std::size_t label, std::size_t classes, double* __restrict sums) {
  double up[lanes], down[lanes], higher[lanes], lower[lanes];
  for (std::size_t l = 0; l < lanes; ++l) up[l] = h * z[l];
  for (std::size_t l = 0; l < lanes; ++l) down[l] = -up[l];
  losses_of_moved_score<loss>(moved, up, e, whole_sum, label, classes, higher);
  losses_of_moved_score<loss>(moved, down, e, whole_sum, label, classes, lower);
  for (std::size_t l = 0; l < lanes; ++l) sums[l] += higher[l] - lower[l];
}

template <class Activated, Loss loss>
void add_block(const RawBatch& batch, const float* w2, std::size_t units, std::size_t classes,
               HiddenBlock hidden, SoftmaxParts softmax, BlockDifferences sums) {
  const Outgoing out(w2, units, classes);
  for (std::size_t n = 0; n < batch.count; ++n) {
    const std::uint8_t* image = batch.pixels + n * batch.size;
    const double *a = hidden.a + n * lanes, *z = hidden.z + n * lanes, *e = softmax.e + n * classes;
    const std::size_t label = batch.labels[n];

    bool occurs[256] = {};
    for (std::size_t d = 0; d < batch.size; ++d) occurs[image[d]] = true;
    occurs[255] = true;  // the bias is a pixel that is always white
    double difference[256][lanes];
    for (std::size_t byte = 1; byte < 256; ++byte) {
      if (!occurs[byte]) continue;
      double moved[lanes], higher[lanes], lower[lanes];
      for (std::size_t l = 0; l < lanes; ++l) moved[l] = a[l] + h * brightness(byte);
      losses_of_moved_units<Activated, loss>(moved, z, out, e, label, classes, higher);
      for (std::size_t l = 0; l < lanes; ++l) moved[l] = a[l] - h * brightness(byte);
      losses_of_moved_units<Activated, loss>(moved, z, out, e, label, classes, lower);
      for (std::size_t l = 0; l < lanes; ++l) difference[byte][l] = higher[l] - lower[l];
    }
    for (std::size_t d = 0; d < batch.size; ++d) {
      if (image[d] == 0) continue;
      double* __restrict to = sums.w1 + d * lanes;
      const double* from = difference[image[d]];
      for (std::size_t l = 0; l < lanes; ++l) to[l] += from[l];
    }
    for (std::size_t l = 0; l < lanes; ++l) sums.b1[l] += difference[255][l];

    for (std::size_t c = 0; c < classes; ++c)
      add_score_differences<loss>(c, z, e, softmax.sum[n], label, classes, sums.w2 + c * lanes);
  }
}

template <Loss loss>
void add_output_bias(const RawBatch& batch, std::size_t classes, SoftmaxParts softmax, double* sums) {
  double ones[lanes];
  for (double& one : ones) one = 1;
  for (std::size_t n = 0; n < batch.count; ++n)
    for (std::size_t c = 0; c < classes; ++c) {
      double difference[lanes] = {};
      add_score_differences<loss>(c, ones, softmax.e + n * classes, softmax.sum[n], batch.labels[n], classes,
                                  difference);
      sums[c] += difference[0];
    }
}

void hidden(Activation activation, const RawBatch& batch, const float* w1, const float* b1, HiddenBlock out) {
  with_activation(activation, [&](auto f) { hidden<decltype(f)>(batch, w1, b1, out); });
}

void add_block(Activation activation, Loss loss, const RawBatch& batch, const float* w2, std::size_t units,
               std::size_t classes, HiddenBlock hidden, SoftmaxParts softmax, BlockDifferences sums) {
  with_activation(activation, [&](auto f) {
    if (loss == Loss::cross_entropy)
      add_block<decltype(f), Loss::cross_entropy>(batch, w2, units, classes, hidden, softmax, sums);
    else
      add_block<decltype(f), Loss::mean_squared_error>(batch, w2, units, classes, hidden, softmax, sums);
  });
}

void add_output_bias(Loss loss, const RawBatch& batch, std::size_t classes, SoftmaxParts softmax,
                     double* sums) {
  if (loss == Loss::cross_entropy)
    add_output_bias<Loss::cross_entropy>(batch, classes, softmax, sums);
  else
    add_output_bias<Loss::mean_squared_error>(batch, classes, softmax, sums);
}

}  // namespace

const CentralDifferences& central_difference_functions() {
  static constexpr CentralDifferences functions{hidden, softmax, add_block, add_output_bias};
  return functions;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
