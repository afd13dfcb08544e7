// The elementwise half of a training step, compiled once for each instruction set.
//
// Plain loops over independent entries are left to the compiler's vectoriser; where sums must stay in
// registers the compiler's vector type of 16 floats says so. Neither may use a fused multiply-add
// (-ffp-contract=off).

#include "runner/compute/arithmetic.hpp"
#include "runner/compute/portable_math.hpp"
#include "runner/compute/update_rule.hpp"
#include "runner/data/random.hpp"

#include "activation.hpp"
#include "registers.hpp"
#include "simd.hpp"

#include <cstring>
#include <type_traits>

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

constexpr std::size_t width = register_lanes;
static_assert(lanes % width == 0);

using Part = Floats;

inline Part load(const float* p) {
  Part v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline void store(float* p, Part v) {
  std::memcpy(p, &v, sizeof v);
}

template <class T>
inline T tree_sum(T* partial) {
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) partial[i] += partial[i + half];
  return partial[0];
}

template <class Activated>
inline void activate(float* __restrict a, const float* __restrict bias, std::size_t images) {
  for (std::size_t b = 0; b < images; ++b)
    for (std::size_t l = 0; l < lanes; ++l) a[b * lanes + l] = Activated::value(a[b * lanes + l] + bias[l]);
}

void activate(Activation activation, float* a, const float* bias, std::size_t images) {
  with_activation(activation, [&](auto f) { activate<decltype(f)>(a, bias, images); });
}

/// The high and the low half of factor·w for each lane.
inline void multiply(std::uint32_t factor, Uints w, Uints& high, Uints& low) {
  const Longs factors = Longs{} + factor, both = reinterpret_cast<Longs>(w);
  const Longs even = multiply_low_halves(both, factors), odd = multiply_low_halves(both >> 32, factors);
  high = reinterpret_cast<Uints>((even >> 32) | (odd & 0xffffffff00000000u));
  low = reinterpret_cast<Uints>((even & 0xffffffffu) | (odd << 32));
}

/// Ten rounds of Philox4x32 (Random123) for each lane: the four words of random_block in w.
inline void philox(std::uint64_t seed, Uints (&w)[4]) {
  auto key0 = static_cast<std::uint32_t>(seed), key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    Uints high0, low0, high1, low1;
    multiply(0xD2511F53, w[0], high0, low0);
    multiply(0xCD9E8D57, w[2], high1, low1);
    w[0] = high1 ^ w[1] ^ key0;
    w[1] = low1;
    w[2] = high0 ^ w[3] ^ key1;
    w[3] = low0;
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
}

inline Uints load_words(const std::uint32_t* p) {
  Uints v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

void drop_out(const DropoutLanes& dropout, std::uint64_t seed, std::uint64_t step, std::size_t images,
              float* z, std::uint16_t* kept) {
  for (std::size_t b = 0; b < images; ++b) kept[b] = 0;
  for (std::size_t p = 0; p < lanes; p += width) {
    const Uints unit = load_words(dropout.unit + p), threshold = load_words(dropout.threshold + p);
    for (std::size_t b = 0; b < images; b += 8) {
      const std::uint64_t counter = (step << 19) + b / 8;
      Uints w[4]{Uints{} + static_cast<std::uint32_t>(counter),
                 Uints{} + static_cast<std::uint32_t>(counter >> 32), unit,
                 Uints{} + static_cast<std::uint32_t>(RandomPurpose::dropout)};
      philox(seed, w);
      const std::size_t count = images - b < 8 ? images - b : 8;
      for (std::size_t i = 0; i < count; ++i) {
        const Uints bits = i % 2 == 0 ? w[i / 2] & 0xffff : w[i / 2] >> 16;
        const auto keep = reinterpret_cast<Uints>(bits >= threshold);
        float* const row = z + (b + i) * lanes + p;
        store(row, reinterpret_cast<Part>(reinterpret_cast<Uints>(load(row)) & keep));
        kept[b + i] = static_cast<std::uint16_t>(kept[b + i] | bits_of(keep) << p);
      }
    }
  }
}

void scale(const float* __restrict factor, std::size_t images, float* __restrict z) {
  for (std::size_t b = 0; b < images; ++b)
    for (std::size_t l = 0; l < lanes; ++l) z[b * lanes + l] *= factor[l];
}

/// N images at a time, some classes side by side, so that their sums stay in registers while W2 is read once.
template <std::size_t N>
inline void scores_of(const float* w2, const float* b2, std::size_t w2_stride, std::size_t classes,
                      const float* z, std::size_t z_stride, UnitRange units, std::size_t stride,
                      float* __restrict s) {
  Part sum[N];
  for (std::size_t i = 0; i < N; ++i) sum[i] = Part{};
  for (std::size_t h = 0; h < units.count; ++h) {
    const std::size_t unit = units.first + h;
    const float* column = z + unit / lanes * z_stride + unit % lanes;
    const Part w = load(w2 + h * w2_stride);
    for (std::size_t i = 0; i < N; ++i) sum[i] += column[i * lanes] * w;
  }
  for (std::size_t i = 0; i < N; ++i)
    for (std::size_t c = 0; c < classes; ++c) s[c * stride + i] = sum[i][c] + b2[c];
}

void scores(const float* w2, const float* b2, std::size_t classes, const float* z, std::size_t z_stride,
            UnitRange units, std::size_t images, float* s) {
  const std::size_t stride = padded(images), w2_stride = padded(classes);
  for (std::size_t c = 0; c < classes; c += width) {
    const std::size_t count = classes - c < width ? classes - c : width;
    std::size_t b = 0;
    for (; b + 8 <= images; b += 8)
      scores_of<8>(w2 + c, b2 + c, w2_stride, count, z + b * lanes, z_stride, units, stride,
                   s + c * stride + b);
    for (; b < images; ++b)
      scores_of<1>(w2 + c, b2 + c, w2_stride, count, z + b * lanes, z_stride, units, stride,
                   s + c * stride + b);
    for (; b < stride; ++b)
      for (std::size_t k = c; k < c + count; ++k) s[k * stride + b] = 0.0f;
  }
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
        row[l] = portable::exp(row[l] - largest[l]);
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

void output_bias_gradient(const float* dy, std::size_t classes, std::size_t stride, float* db2) {
  for (std::size_t c = 0; c < classes; ++c) {
    float partial[lanes];
    for (std::size_t p = 0; p < lanes; p += width) {
      Part sum{};
      for (std::size_t b = p; b < stride; b += lanes) sum += load(dy + c * stride + b);
      store(partial + p, sum);
    }
    db2[c] = tree_sum(partial);
  }
}

/// dz(b) += Σ W2·dy over N classes, for up to `lanes` images.
template <std::size_t N>
inline void add_dz(const Part* w2, const float* __restrict dy, std::size_t stride, std::size_t images,
                   Part* __restrict dz) {
  Part w[N];
  for (std::size_t c = 0; c < N; ++c) w[c] = w2[c];
  for (std::size_t b = 0; b < images; ++b) {
    Part sum = dz[b];
    for (std::size_t c = 0; c < N; ++c) sum += w[c] * dy[c * stride + b];
    dz[b] = sum;
  }
}

/// dW2 += Σ_b z(b)·dy(b) of N classes, for up to `lanes` images.
template <std::size_t N>
inline void add_dw2(const float* __restrict z, const float* __restrict dy, std::size_t stride,
                    std::size_t images, Part* __restrict dw2) {
  Part sum[N];
  for (std::size_t c = 0; c < N; ++c) sum[c] = Part{};
  for (std::size_t b = 0; b < images; ++b) {
    const Part zb = load(z + b * lanes);
    for (std::size_t c = 0; c < N; ++c) sum[c] += zb * dy[c * stride + b];
  }
  for (std::size_t c = 0; c < N; ++c) dw2[c] += sum[c];
}

/// body(c, N) for classes c … c + N − 1, all of them, N a constant.
template <class Body>
inline void for_each_classes(std::size_t classes, const Body& body) {
  std::size_t c = 0;
  for (; c + 5 <= classes; c += 5) body(c, std::integral_constant<std::size_t, 5>());
  for (; c < classes; ++c) body(c, std::integral_constant<std::size_t, 1>());
}

using PartBits = std::int32_t __attribute__((vector_size(sizeof(Part))));

/// dz where the unit's bit is set, else 0; `bit`: of each lane.
inline Part where_kept(Part dz, std::uint16_t kept, PartBits bit) {
  const PartBits mine = (bit & static_cast<std::int32_t>(kept)) != 0;
  return reinterpret_cast<Part>(reinterpret_cast<PartBits>(dz) & mine);
}

/// hidden_gradient for units begin … end − 1 of one register, whose first is unit `first` of the block; z,
/// db1 and da begin there. `kept` is read where units were dropped.
template <class Activated, bool dropped>
void part_gradient(const float* dy, std::size_t classes, std::size_t images, const float* z,
                   const std::uint16_t* kept, std::size_t first, std::size_t begin, std::size_t end,
                   const float* w2, float* dw2, float* db1, float* da) {
  PartBits bit;
  for (std::size_t l = 0; l < width; ++l) bit[l] = 1 << (first + l);
  const std::size_t stride = padded(images), w2_stride = padded(classes);
  Part w2_of[max_classes], dw2_of[max_classes], db1_of{};
  for (std::size_t c = 0; c < classes; ++c) {
    w2_of[c] = dw2_of[c] = Part{};
    for (std::size_t l = begin; l < end; ++l) w2_of[c][l] = w2[(l - begin) * w2_stride + c];
  }
  for (std::size_t g = 0; g < images; g += lanes) {
    const std::size_t count = images - g < lanes ? images - g : lanes;
    Part dz[lanes] = {}, db1_of_group{};
    for_each_classes(classes, [&](std::size_t c, auto n) {
      add_dz<n>(w2_of + c, dy + c * stride + g, stride, count, dz);
    });
    for (std::size_t b = 0; b < count; ++b) {
      const Part zb = load(z + (g + b) * lanes);
      dz[b] *= Activated::slope(zb);
      if constexpr (dropped) dz[b] = where_kept(dz[b], kept[g + b], bit);
      db1_of_group += dz[b];
      float* to = da + (g + b) * lanes;
      if (end - begin == width)
        store(to, dz[b]);
      else
        for (std::size_t l = begin; l < end; ++l) to[l] = dz[b][l];
    }
    db1_of += db1_of_group;
    for_each_classes(classes, [&](std::size_t c, auto n) {
      add_dw2<n>(z + g * lanes, dy + c * stride + g, stride, count, dw2_of + c);
    });
  }
  for (std::size_t l = begin; l < end; ++l) {
    db1[l] = db1_of[l];
    for (std::size_t c = 0; c < classes; ++c) dw2[(l - begin) * w2_stride + c] = dw2_of[c][l];
  }
}

void hidden_gradient(Activation activation, const float* dy, std::size_t classes, std::size_t images,
                     const float* z, const std::uint16_t* kept, std::size_t begin, std::size_t end,
                     const float* w2, float* dw2, float* db1, float* da) {
  with_activation(activation, [&](auto f) {
    for (std::size_t p = begin / width * width; p < end; p += width) {
      const std::size_t from = begin > p ? begin : p, to = end < p + width ? end : p + width;
      const std::size_t row = (from - begin) * padded(classes);
      const auto part = [&](auto dropped) {
        part_gradient<decltype(f), dropped>(dy, classes, images, z + p, kept, p, from - p, to - p, w2 + row,
                                            dw2 + row, db1 + p, da + p);
      };
      if (kept == nullptr)
        part(std::false_type());
      else
        part(std::true_type());
    }
  });
}

void descend(float rate, const float* __restrict gradient, std::size_t n, float* __restrict w) {
  for (std::size_t i = 0; i < n; ++i) w[i] = Sgd::updated(w[i], rate, gradient[i]);
}

/// The first `count` of `lanes` parameters.
template <class Rule>
inline void update_lanes(const LaneConstants& constants, const std::uint32_t* __restrict mask,
                         const float* __restrict gradient, std::size_t count, float* __restrict first,
                         float* __restrict second, float* __restrict w) {
  for (std::size_t l = 0; l < count; ++l) {
    const UpdateConstants<float> c = of_lane(constants, l);
    float moments[max_moments]{};
    if constexpr (Rule::moments > 0) moments[0] = first[l];
    if constexpr (Rule::moments > 1) moments[1] = second[l];
    const float changed =
        updated<Rule>(c, w[l], decayed_gradient(c.weight_decay, w[l], gradient[l]), moments);
    const bool mine = mask[l] != 0;
    if constexpr (Rule::moments > 0) first[l] = mine ? moments[0] : first[l];
    if constexpr (Rule::moments > 1) second[l] = mine ? moments[1] : second[l];
    w[l] = mine ? changed : w[l];
  }
}

template <class Rule>
void update_by(const LaneConstants& constants, const std::uint32_t* mask, const float* gradient,
               std::size_t n, float* const* moments, float* w) {
  const auto at = [&](std::size_t k, std::size_t i) { return k < Rule::moments ? moments[k] + i : nullptr; };
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes)
    update_lanes<Rule>(constants, mask, gradient + i, lanes, at(0, i), at(1, i), w + i);
  update_lanes<Rule>(constants, mask, gradient + i, n - i, at(0, i), at(1, i), w + i);
}

void update(Optimizer optimizer, const LaneConstants& constants, const std::uint32_t* mask,
            const float* gradient, std::size_t n, float* const* moments, float* w) {
  with_update_rule(optimizer,
                   [&](auto rule) { update_by<decltype(rule)>(constants, mask, gradient, n, moments, w); });
}

/// Which class has the largest score of each of `lanes` images, and that score.
inline void find_best(const float* s, std::size_t classes, std::size_t stride, float* __restrict largest,
                      std::int32_t* __restrict best) {
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
}

void classify(const float* s, std::size_t images, std::size_t classes, std::size_t stride,
              std::uint8_t* out) {
  for (std::size_t b = 0; b < images; b += lanes) {
    float largest[lanes];
    std::int32_t best[lanes];
    find_best(s + b, classes, stride, largest, best);
    const std::size_t count = images - b < lanes ? images - b : lanes;
    for (std::size_t l = 0; l < count; ++l) out[b + l] = static_cast<std::uint8_t>(best[l]);
  }
}

/// Losses of the `lanes` images from b on, and which class has their largest score.
inline void evaluate_lanes(Loss loss, const float* s, const std::int32_t* label, std::size_t classes,
                           std::size_t stride, double* losses, std::int32_t* best) {
  float largest[lanes];
  find_best(s, classes, stride, largest, best);
  double e[max_classes][lanes], sum[lanes] = {};
  for (std::size_t c = 0; c < classes; ++c) {
    const float* __restrict row = s + c * stride;
    for (std::size_t l = 0; l < lanes; ++l) {
      e[c][l] = portable::exp_negative(static_cast<double>(row[l]) - static_cast<double>(largest[l]));
      sum[l] += e[c][l];
    }
  }
  if (loss == Loss::cross_entropy) {
    double e_t[lanes] = {};
    for (std::size_t c = 0; c < classes; ++c)
      for (std::size_t l = 0; l < lanes; ++l)
        e_t[l] = label[l] == static_cast<std::int32_t>(c) ? e[c][l] : e_t[l];
    for (std::size_t l = 0; l < lanes; ++l) losses[l] = -portable::log(e_t[l] / sum[l] + 1e-7);
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
    out[i] = static_cast<float>(std * portable::normal_quantile(u));
  }
}

}  // namespace

const Elementwise& elementwise_functions() {
  static constexpr Elementwise functions{
      activate,        drop_out, scale,  scores,   score_gradient, output_bias_gradient,
      hidden_gradient, descend,  update, classify, evaluate,       normal};
  return functions;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
