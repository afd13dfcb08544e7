// The elementwise half of a training step, compiled once for each instruction set.
//
// Plain loops over independent entries are left to the compiler's vectoriser; where sums must stay in
// registers the compiler's vector type of 16 floats says so. Neither may use a fused multiply-add
// (-ffp-contract=off).

#include "runner/compute/arithmetic.hpp"

#include "hot.hpp"
#include "simd_math.hpp"

#include <cstring>

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

constexpr std::size_t max_classes = 256;  // labels are bytes

using Lanes = float __attribute__((vector_size(lanes * sizeof(float))));

inline Lanes load(const float* p) {
  Lanes v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline void store(float* p, Lanes v) {
  std::memcpy(p, &v, sizeof v);
}

template <class T>
inline T tree_sum(T* partial) {
  for (std::size_t width = lanes / 2; width > 0; width /= 2)
    for (std::size_t i = 0; i < width; ++i) partial[i] += partial[i + width];
  return partial[0];
}

inline float tree_sum(Lanes v) {
  float partial[lanes];
  store(partial, v);
  return tree_sum(partial);
}

void sigmoid(float* __restrict a, float bias, std::size_t stride) {
  for (std::size_t b = 0; b < stride; ++b) a[b] = 1.0f / (1.0f + exp(-(a[b] + bias)));
}

/// N classes at a time, so that their sums stay in registers while z is read once.
template <std::size_t N>
inline void scores_of(const float* __restrict w2, const float* __restrict b2, std::size_t hidden,
                      std::size_t classes, const float* __restrict z, std::size_t stride,
                      float* __restrict s) {
  for (std::size_t b = 0; b < stride; b += lanes) {
    Lanes sum[N] = {};
    for (std::size_t h = 0; h < hidden; ++h) {
      const Lanes zh = load(z + h * stride + b);
      for (std::size_t c = 0; c < N; ++c) sum[c] += w2[h * classes + c] * zh;
    }
    for (std::size_t c = 0; c < N; ++c) store(s + c * stride + b, sum[c] + b2[c]);
  }
}

void scores(const float* w2, const float* b2, std::size_t hidden, std::size_t classes, const float* z,
            std::size_t stride, float* s) {
  std::size_t c = 0;
  for (; c + 5 <= classes; c += 5) scores_of<5>(w2 + c, b2 + c, hidden, classes, z, stride, s + c * stride);
  for (; c < classes; ++c) scores_of<1>(w2 + c, b2 + c, hidden, classes, z, stride, s + c * stride);
}

void score_gradient(Loss loss, const std::uint8_t* labels, std::size_t images, std::size_t classes,
                    std::size_t stride, float* s) {
  const auto count = static_cast<float>(images);
  for (std::size_t b = 0; b < stride; b += lanes) {
    float largest[lanes], sum[lanes] = {}, mean[lanes] = {};
    std::int32_t label[lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
      largest[l] = s[b + l];
      label[l] = b + l < images ? labels[b + l] : -1;
    }
    for (std::size_t c = 1; c < classes; ++c) {
      const float* __restrict row = s + c * stride + b;
      for (std::size_t l = 0; l < lanes; ++l) largest[l] = row[l] > largest[l] ? row[l] : largest[l];
    }
    for (std::size_t c = 0; c < classes; ++c) {
      float* __restrict row = s + c * stride + b;
      for (std::size_t l = 0; l < lanes; ++l) {
        row[l] = exp(row[l] - largest[l]);
        sum[l] += row[l];
      }
    }
    for (std::size_t c = 0; c < classes; ++c) {
      float* __restrict row = s + c * stride + b;
      const auto this_class = static_cast<std::int32_t>(c);
      if (loss == Loss::cross_entropy) {
        for (std::size_t l = 0; l < lanes; ++l)
          row[l] = (row[l] / sum[l] - (label[l] == this_class ? 1.0f : 0.0f)) / count;
      } else {
        for (std::size_t l = 0; l < lanes; ++l) {
          row[l] = row[l] / sum[l];
          mean[l] += (row[l] - (label[l] == this_class ? 1.0f : 0.0f)) * row[l];
        }
      }
    }
    if (loss == Loss::mean_squared_error) {
      for (std::size_t c = 0; c < classes; ++c) {
        float* __restrict row = s + c * stride + b;
        const auto this_class = static_cast<std::int32_t>(c);
        for (std::size_t l = 0; l < lanes; ++l)
          row[l] = row[l] * ((row[l] - (label[l] == this_class ? 1.0f : 0.0f)) - mean[l]) / count;
      }
    }
  }
  for (std::size_t c = 0; c < classes; ++c)
    for (std::size_t b = images; b < stride; ++b) s[c * stride + b] = 0.0f;
}

void update_output_bias(const float* dy, std::size_t classes, std::size_t stride, float rate, float* b2) {
  for (std::size_t c = 0; c < classes; ++c) {
    Lanes sum{};
    for (std::size_t b = 0; b < stride; b += lanes) sum += load(dy + c * stride + b);
    b2[c] -= rate * tree_sum(sum);
  }
}

/// The gradients of N of a hidden unit's weights W2, and their update.
template <std::size_t N>
inline void update_w2(const float* __restrict dy, const float* __restrict z, std::size_t stride, float rate,
                      float* __restrict w2) {
  Lanes sum[N] = {};
  for (std::size_t b = 0; b < stride; b += lanes) {
    const Lanes zb = load(z + b);
    for (std::size_t c = 0; c < N; ++c) sum[c] += zb * load(dy + c * stride + b);
  }
  for (std::size_t c = 0; c < N; ++c) w2[c] -= rate * tree_sum(sum[c]);
}

void hidden_gradient(const float* dy, std::size_t classes, const float* z, std::size_t stride, float rate,
                     float* w2, float* b1, float* da) {
  Lanes db1{};
  for (std::size_t b = 0; b < stride; b += lanes) {
    Lanes dz{};
    for (std::size_t c = 0; c < classes; ++c) dz += w2[c] * load(dy + c * stride + b);
    const Lanes zb = load(z + b);
    const Lanes dab = dz * ((1.0f - zb) * zb);
    store(da + b, dab);
    db1 += dab;
  }
  *b1 -= rate * tree_sum(db1);
  std::size_t c = 0;
  for (; c + 5 <= classes; c += 5) update_w2<5>(dy + c * stride, z, stride, rate, w2 + c);
  for (; c < classes; ++c) update_w2<1>(dy + c * stride, z, stride, rate, w2 + c);
}

void update(float* __restrict w, const float* __restrict gradient, float rate, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) w[i] -= rate * gradient[i];
}

/// Losses of the `lanes` images from b on, and which class has their largest score.
inline void evaluate_lanes(Loss loss, const float* s, const std::int32_t* label, std::size_t classes,
                           std::size_t stride, double* losses, std::int32_t* best) {
  float largest[lanes];
  for (std::size_t l = 0; l < lanes; ++l) {
    largest[l] = s[l];
    best[l] = 0;
  }
  for (std::size_t c = 1; c < classes; ++c) {
    const float* __restrict row = s + c * stride;
    for (std::size_t l = 0; l < lanes; ++l) {
      const bool larger = row[l] > largest[l];
      largest[l] = larger ? row[l] : largest[l];
      best[l] = larger ? static_cast<std::int32_t>(c) : best[l];
    }
  }
  double e[max_classes][lanes], sum[lanes] = {};
  for (std::size_t c = 0; c < classes; ++c) {
    const float* __restrict row = s + c * stride;
    for (std::size_t l = 0; l < lanes; ++l) {
      e[c][l] = exp_negative(static_cast<double>(row[l]) - static_cast<double>(largest[l]));
      sum[l] += e[c][l];
    }
  }
  if (loss == Loss::cross_entropy) {
    double e_t[lanes] = {};
    for (std::size_t c = 0; c < classes; ++c)
      for (std::size_t l = 0; l < lanes; ++l)
        e_t[l] = label[l] == static_cast<std::int32_t>(c) ? e[c][l] : e_t[l];
    for (std::size_t l = 0; l < lanes; ++l) losses[l] = -log(e_t[l] / sum[l] + 1e-7);
  } else {
    for (std::size_t l = 0; l < lanes; ++l) losses[l] = 0.0;
    for (std::size_t c = 0; c < classes; ++c)
      for (std::size_t l = 0; l < lanes; ++l) {
        const double difference = e[c][l] / sum[l] - (label[l] == static_cast<std::int32_t>(c) ? 1.0 : 0.0);
        losses[l] += 0.5 * (difference * difference);
      }
  }
}

void evaluate(Loss loss, const float* s, const std::uint8_t* labels, std::size_t images, std::size_t classes,
              std::size_t stride, double* loss_sum, std::uint64_t* correct) {
  double sum[lanes] = {};
  std::uint64_t hits = 0;
  for (std::size_t b = 0; b < images; b += lanes) {
    const std::size_t count = images - b < lanes ? images - b : lanes;
    std::int32_t label[lanes] = {}, best[lanes];
    double losses[lanes];
    for (std::size_t l = 0; l < count; ++l) label[l] = labels[b + l];
    evaluate_lanes(loss, s + b, label, classes, stride, losses, best);
    for (std::size_t l = 0; l < count; ++l) {
      sum[l] += losses[l];
      hits += best[l] == label[l] ? 1u : 0u;
    }
  }
  *loss_sum = tree_sum(sum);
  *correct = hits;
}

void normal(const std::uint64_t* bits, std::size_t n, double std, float* out) {
  for (std::size_t i = 0; i < n; ++i) {
    const double u = (static_cast<double>(static_cast<std::int64_t>(bits[i] >> 12)) + 0.5) * 0x1p-52;
    out[i] = static_cast<float>(std * normal_quantile(u));
  }
}

}  // namespace

const Elementwise& elementwise_functions() {
  static constexpr Elementwise functions{sigmoid,         scores, score_gradient, update_output_bias,
                                         hidden_gradient, update, evaluate,       normal};
  return functions;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
