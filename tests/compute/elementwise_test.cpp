#include "runner/compute/elementwise.hpp"

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/arithmetic.hpp"
#include "runner/data/random.hpp"

#include "support/backends.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using Floats = std::vector<float>;

Floats random_floats(std::size_t n, float scale, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  Floats out(n);
  for (float& x : out) x = normal(random);
  return out;
}

/// AlignedBuffer with the numbers of a vector in it.
AlignedBuffer<float> aligned(const Floats& values) {
  AlignedBuffer<float> out(values.size());
  std::copy(values.begin(), values.end(), out.data());
  return out;
}

bool same_bits(const Floats& a, const Floats& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

DropoutLanes some_dropout() {
  DropoutLanes dropout{};
  for (std::uint32_t l = 0; l < lanes; ++l) {
    dropout.unit[l] = 3 * l;
    dropout.threshold[l] = l % 4 == 0 ? 0 : 5000 * l % 65536;
  }
  return dropout;
}

LaneConstants some_constants() {
  LaneConstants constants{};
  for (std::size_t l = 0; l < lanes; ++l) {
    const float x = static_cast<float>(l) / lanes;
    set_lane(constants, l,
             {0.1f + x, l % 3 == 0 ? 0.0f : x, 1 - 0.1f * x, x, 0.9f * x, x, 0.99f, 1.5f, 1e-7f});
  }
  return constants;
}

constexpr std::uint32_t some_mask[lanes] = {1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 1, 1};

/// Everything the functions do to one made-up step of a network, in a row. Its hidden units lie in the
/// middle of a stack.
Floats all_outputs(const Elementwise& ops, Activation activation, Loss loss, std::size_t images,
                   std::size_t hidden, std::size_t classes, float scale) {
  constexpr std::size_t first = 13, blocks = 3;
  const std::size_t stride = padded(images), z_stride = images * lanes, w2_stride = padded(classes);
  const auto z = aligned(random_floats(blocks * z_stride, scale, 1));
  const auto w2 = aligned(random_floats(hidden * w2_stride, scale, 2));
  const auto b2 = aligned(random_floats(classes, scale, 3));
  const auto b1 = aligned(random_floats(blocks * lanes, scale, 4));
  std::vector<std::uint8_t> labels(images);
  for (std::size_t b = 0; b < images; ++b) labels[b] = static_cast<std::uint8_t>(b * 7 % classes);

  Floats all;
  const auto keep = [&all](const AlignedBuffer<float>& buffer) {
    for (std::size_t i = 0; i < buffer.size(); ++i) all.push_back(buffer[i]);
  };
  for (std::size_t k = 0; k < blocks; ++k)
    ops.activate(activation, z.data() + k * z_stride, b1.data() + k * lanes, images);
  keep(z);
  std::vector<std::uint16_t> kept(blocks * images);
  for (std::size_t k = 0; k < blocks; ++k)
    ops.drop_out(some_dropout(), 7, k + 1, images, z.data() + k * z_stride, kept.data() + k * images);
  keep(z);
  for (const std::uint16_t bits : kept) all.push_back(static_cast<float>(bits));
  const AlignedBuffer<float> s(classes * stride);
  ops.scores(w2.data(), b2.data(), classes, z.data(), z_stride, {first, hidden}, images, s.data());
  keep(s);
  double loss_sum;
  std::uint64_t correct;
  ops.evaluate(loss, s.data(), labels.data(), images, classes, stride, &loss_sum, &correct);
  all.push_back(static_cast<float>(loss_sum));
  all.push_back(static_cast<float>(correct));
  ops.score_gradient(loss, labels.data(), images, classes, stride, s.data());
  keep(s);
  ops.output_bias_gradient(s.data(), classes, stride, b2.data());
  keep(b2);
  const AlignedBuffer<float> da(z_stride), dw2(w2.size());
  for (std::size_t unit = first; unit < first + hidden;) {
    const std::size_t k = unit / lanes, end = std::min((k + 1) * lanes, first + hidden);
    const std::size_t row = (unit - first) * w2_stride;
    ops.hidden_gradient(activation, s.data(), classes, images, z.data() + k * z_stride,
                        k == 1 ? nullptr : kept.data() + k * images, unit % lanes, end - k * lanes,
                        w2.data() + row, dw2.data() + row, b1.data() + k * lanes, da.data());
    keep(da);
    unit = end;
  }
  keep(b1);
  keep(dw2);
  ops.descend(0.3f, dw2.data(), dw2.size(), w2.data());
  keep(w2);
  const auto constants = some_constants();
  for (std::size_t i = 0; i < enumerator_names<Optimizer>.size(); ++i) {
    const AlignedBuffer<float> moment1(w2.size()), moment2(w2.size());
    float* const moments[] = {moment1.data(), moment2.data()};
    for (int step = 0; step < 2; ++step)
      ops.update(static_cast<Optimizer>(i), constants, some_mask, dw2.data(), w2.size() - 5, moments,
                 w2.data());
    keep(w2);
    keep(moment1);
    keep(moment2);
  }
  ops.scale(constants.rate, images, z.data());
  keep(z);
  std::vector<std::uint8_t> predictions(images);
  ops.classify(s.data(), images, classes, stride, predictions.data());
  all.insert(all.end(), predictions.begin(), predictions.end());
  return all;
}

class ElementwiseOf : public testing::TestWithParam<InstructionSet> {};

TEST_P(ElementwiseOf, GivesTheBitsOfTheBaseline) {
  for (const Activation activation : {Activation::sigmoid, Activation::tanh, Activation::relu})
    for (const Loss loss : {Loss::cross_entropy, Loss::mean_squared_error})
      for (const std::size_t images : {1u, 15u, 16u, 17u, 100u})
        for (const std::size_t classes : {2u, 3u, 5u, 10u, 26u})
          for (const float scale : {0.01f, 1.0f, 30.0f}) {
            const auto outputs = [&](InstructionSet set) {
              return all_outputs(elementwise(set), activation, loss, images, 23, classes, scale);
            };
            EXPECT_TRUE(same_bits(outputs(GetParam()), outputs(baseline_instruction_set())))
                << to_string(activation) << ", " << images << " images, " << classes << " classes, scale "
                << scale;
          }
}

TEST_P(ElementwiseOf, DrawsTheSameNormals) {
  std::mt19937_64 random(5);
  std::vector<std::uint64_t> bits(10000);
  for (auto& b : bits) b = random();
  bits[0] = 0;
  bits[1] = ~std::uint64_t{0};
  Floats a(bits.size()), b(bits.size());
  elementwise(GetParam()).normal(bits.data(), bits.size(), 0.01, a.data());
  elementwise(baseline_instruction_set()).normal(bits.data(), bits.size(), 0.01, b.data());
  EXPECT_TRUE(same_bits(a, b));
  EXPECT_TRUE(std::isfinite(a[0]) && std::isfinite(a[1]));
}

INSTANTIATE_TEST_SUITE_P(All, ElementwiseOf, testing::ValuesIn(test::supported_sets()), [](const auto& test) {
  std::string name(to_string(test.param));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

const Elementwise& ops() {
  return elementwise(best_instruction_set());
}

TEST(Sigmoid, GivesKnownValues) {
  const auto a = aligned({0.0f, 1.0f, -1.0f, 2.0f, -200.0f, 200.0f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  ops().activate(Activation::sigmoid, a.data(), AlignedBuffer<float>(lanes).data(), 1);
  EXPECT_EQ(a[0], 0.5f);
  EXPECT_FLOAT_EQ(a[1], 0.7310585786300049f);
  EXPECT_FLOAT_EQ(a[2], 0.2689414213699951f);
  EXPECT_FLOAT_EQ(a[3], 0.8807970779778823f);
  EXPECT_EQ(a[4], 0.0f);
  EXPECT_EQ(a[5], 1.0f);
}

TEST(Sigmoid, AddsTheBiasOfEachUnit) {
  const auto a = aligned(Floats(2 * lanes, 0.25f));
  Floats bias(lanes, -0.25f);
  bias[1] = 200.0f;
  ops().activate(Activation::sigmoid, a.data(), aligned(bias).data(), 2);
  EXPECT_EQ(a[0], 0.5f);
  EXPECT_EQ(a[1], 1.0f);
  EXPECT_EQ(a[lanes], 0.5f);
  EXPECT_EQ(a[lanes + 1], 1.0f);
}

TEST(Tanh, GivesKnownValues) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto a = aligned({0.0f, 1.0f, -1.0f, 0.5f, -200.0f, 200.0f, 1e-6f, nan, 0, 0, 0, 0, 0, 0, 0, 0});
  ops().activate(Activation::tanh, a.data(), AlignedBuffer<float>(lanes).data(), 1);
  EXPECT_EQ(a[0], 0.0f);
  EXPECT_FLOAT_EQ(a[1], 0.7615941559557649f);
  EXPECT_FLOAT_EQ(a[2], -0.7615941559557649f);
  EXPECT_FLOAT_EQ(a[3], 0.46211715726000976f);
  EXPECT_EQ(a[4], -1.0f);
  EXPECT_EQ(a[5], 1.0f);
  EXPECT_EQ(a[6], 1e-6f);
  EXPECT_TRUE(std::isnan(a[7]));
}

TEST(Relu, GivesKnownValues) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto a = aligned({0.0f, 1.5f, -1.0f, -1e-30f, 3e38f, nan, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  ops().activate(Activation::relu, a.data(), AlignedBuffer<float>(lanes).data(), 1);
  EXPECT_EQ(a[0], 0.0f);
  EXPECT_EQ(a[1], 1.5f);
  EXPECT_EQ(a[2], 0.0f);
  EXPECT_EQ(a[3], 0.0f);
  EXPECT_EQ(a[4], 3e38f);
  EXPECT_TRUE(std::isnan(a[5]));  // so that a network that has gone wrong is seen to have
}

// By the generator that the definition names, one number at a time.
TEST(DropOut, DropsTheUnitsThatItsDefinitionSays) {
  constexpr std::size_t images = 21;
  constexpr std::uint64_t seed = 0x123456789abcdef0, step = 0x200000001;
  const DropoutLanes dropout = some_dropout();
  const auto z = aligned(Floats(images * lanes, 0.5f));
  std::vector<std::uint16_t> kept(images);
  ops().drop_out(dropout, seed, step, images, z.data(), kept.data());
  std::size_t dropped = 0;
  for (std::size_t b = 0; b < images; ++b)
    for (std::size_t l = 0; l < lanes; ++l) {
      const auto words = random_block(seed, RandomPurpose::dropout, dropout.unit[l], (step << 19) + b / 8);
      const std::uint64_t bits = words[b % 8 / 4] >> (16 * (b % 4)) & 0xffff;
      const bool keep = bits >= dropout.threshold[l];
      EXPECT_EQ(z[b * lanes + l], keep ? 0.5f : 0.0f) << b << " " << l;
      EXPECT_EQ(kept[b] >> l & 1, keep ? 1 : 0) << b << " " << l;
      dropped += keep ? 0 : 1;
    }
  EXPECT_GT(dropped, 100u);
}

TEST(DropOut, DropsAsManyAsAsked) {
  constexpr std::size_t images = 4000;
  DropoutLanes dropout{};
  for (std::uint32_t l = 0; l < lanes; ++l) {
    dropout.unit[l] = l;
    dropout.threshold[l] = 65536 / 5;
  }
  const auto z = aligned(Floats(images * lanes, 1.0f));
  std::vector<std::uint16_t> kept(images);
  ops().drop_out(dropout, 1, 1, images, z.data(), kept.data());
  double sum = 0;
  for (std::size_t i = 0; i < z.size(); ++i) sum += static_cast<double>(z[i]);
  EXPECT_NEAR(sum / (images * lanes), 0.8, 4 * std::sqrt(0.8 * 0.2 / (images * lanes)));
}

TEST(Scale, MultipliesEachUnit) {
  const auto z = aligned(Floats(2 * lanes, 3.0f));
  Floats factor(lanes, 1.0f);
  factor[2] = 0.5f;
  ops().scale(factor.data(), 2, z.data());
  EXPECT_EQ(z[0], 3.0f);
  EXPECT_EQ(z[2], 1.5f);
  EXPECT_EQ(z[lanes + 2], 1.5f);
}

/// What two steps make of a parameter and its moments.
struct Stepped {
  float w, first, second;
};
Stepped two_steps(Optimizer optimizer, RunSpec run, float w, float g0, float g1) {
  run.optimizer = optimizer;
  Stepped s{w, 0, 0};
  std::uint64_t step = 0;
  for (const float g : {g0, g1}) {
    LaneConstants constants{};
    std::uint32_t mask[lanes]{};
    mask[0] = 1;
    set_lane(constants, 0, update_constants(run, 0.5f, ++step));
    float* const moments[] = {&s.first, &s.second};
    ops().update(optimizer, constants, mask, &g, 1, moments, &s.w);
  }
  return s;
}

// Worked by hand from the formulas; the numbers are exact in float32 where it says EQ.
TEST(Update, FollowsTheFormulas) {
  RunSpec run;
  run.momentum = 0.5;
  Stepped s = two_steps(Optimizer::sgd, run, 1, 0.25f, 0.5f);
  EXPECT_EQ(s.w, 1 - 0.125f - 0.25f);

  s = two_steps(Optimizer::momentum, run, 1, 0.25f, 0.5f);
  EXPECT_EQ(s.first, 0.5f * -0.125f - 0.25f);
  EXPECT_EQ(s.w, 1 - 0.125f - 0.3125f);

  s = two_steps(Optimizer::nesterov, run, 1, 0.25f, 0.5f);
  EXPECT_EQ(s.first, 0.5f * -0.125f - 0.25f);
  EXPECT_EQ(s.w, 1 + (0.5f * -0.125f - 0.125f) + (0.5f * -0.3125f - 0.25f));

  run.epsilon = 0.5;
  s = two_steps(Optimizer::adagrad, run, 1, 3, 4);
  EXPECT_EQ(s.first, 25);
  EXPECT_FLOAT_EQ(s.w, 1 - 1.5f / 3.5f - 2 / 5.5f);

  run.decay_rate = 0.75;
  s = two_steps(Optimizer::rmsprop, run, 1, 2, 4);
  EXPECT_EQ(s.first, 0.75f * 1 + 0.25f * 16);
  EXPECT_FLOAT_EQ(s.w, 1 - 1 / (1 + 0.5f) - 2 / (std::sqrt(4.75f) + 0.5f));

  // Of one step, m̂ = g and v̂ = g², whatever the betas are.
  run.beta1 = 0.5;
  run.beta2 = 0.75;
  s = two_steps(Optimizer::adam, run, 1, 2, 4);
  EXPECT_EQ(s.first, 0.5f * 1 + 0.5f * 4);
  EXPECT_EQ(s.second, 0.75f * 1 + 0.25f * 16);
  EXPECT_FLOAT_EQ(s.w,
                  1 - 0.5f * 2 / (2 + 0.5f) - 0.5f * (2.5f / 0.75f) / (std::sqrt(4.75f / 0.4375f) + 0.5f));

  run.decoupled_weight_decay = 0.25;
  s = two_steps(Optimizer::adam, run, 1, 0, 0);
  EXPECT_EQ(s.w, 0.875f * 0.875f);
}

TEST(Update, AddsTheWeightDecayToTheGradient) {
  RunSpec run;
  run.weight_decay = 0.5;
  const Stepped s = two_steps(Optimizer::sgd, run, 1, 0.25f, 0.5f);
  const float first = 1 - 0.5f * (0.25f + 0.5f);
  EXPECT_EQ(s.w, first - 0.5f * (0.5f + 0.5f * first));
  EXPECT_EQ(without_decay(update_constants(run, 1, 1)).weight_decay, 0);
  run.decoupled_weight_decay = 0.5;
  EXPECT_EQ(update_constants(run, 1, 1).kept, 0.5f);
  EXPECT_EQ(without_decay(update_constants(run, 1, 1)).kept, 1);
}

TEST(Update, LeavesAloneWhatIsNotMasked) {
  const LaneConstants constants = some_constants();
  const Floats gradient(40, 1.0f);
  for (std::size_t i = 0; i < enumerator_names<Optimizer>.size(); ++i) {
    Floats w(40, 2.0f), first(40, 0.5f), second(40, 0.25f);
    float* const moments[] = {first.data(), second.data()};
    ops().update(static_cast<Optimizer>(i), constants, some_mask, gradient.data(), 39, moments, w.data());
    for (std::size_t k = 0; k < 40; ++k) {
      const bool moved = k < 39 && some_mask[k % lanes] != 0;
      EXPECT_EQ(w[k] != 2.0f, moved) << i << " " << k;
      if (!moved) {
        EXPECT_EQ(first[k], 0.5f);
        EXPECT_EQ(second[k], 0.25f);
      }
    }
  }
}

TEST(Classify, GivesTheFirstOfTheLargestScores) {
  // Of 17 images: the scores (0, 1, 1) of most, (0, 1, 2), and (1, 1, 1).
  Floats s(3 * 32, 0.0f);
  std::fill(s.begin() + 32, s.end(), 1.0f);
  s[2 * 32 + 3] = 2;
  s[16] = 1;
  std::vector<std::uint8_t> expected(17, 1), predictions(18, 99);
  expected[3] = 2;
  expected[16] = 0;
  ops().classify(aligned(s).data(), 17, 3, 32, predictions.data());
  EXPECT_EQ(predictions.back(), 99);
  predictions.pop_back();
  EXPECT_EQ(predictions, expected);
}

TEST(Scores, MultiplyAndAddTheBias) {
  // Two hidden units, the last of one block and the first of the next, three classes, one image: z = (2, 3).
  Floats z(2 * lanes, 0.0f);
  z[lanes - 1] = 2;
  z[lanes] = 3;
  Floats w2(2 * lanes, 0.0f);
  for (std::size_t c = 0; c < 3; ++c) {
    w2[c] = std::pow(10.0f, static_cast<float>(c));
    w2[lanes + c] = 2 * w2[c];
  }
  const auto b2 = aligned({0.5f, 0.25f, 0.125f});
  const AlignedBuffer<float> s(3 * lanes);
  ops().scores(aligned(w2).data(), b2.data(), 3, aligned(z).data(), lanes, {lanes - 1, 2}, 1, s.data());
  EXPECT_EQ(s[0], 8.5f);
  EXPECT_EQ(s[lanes], 80.25f);
  EXPECT_EQ(s[2 * lanes], 800.125f);
}

/// A function of the first of 17 images' scores, for finite differences.
double loss_of(Loss loss, const Floats& s, const std::vector<std::uint8_t>& labels, std::size_t classes) {
  double sum;
  std::uint64_t correct;
  ops().evaluate(loss, s.data(), labels.data(), labels.size(), classes, padded(labels.size()), &sum,
                 &correct);
  return sum / static_cast<double>(labels.size());
}

TEST(ScoreGradient, IsTheSlopeOfTheLoss) {
  constexpr std::size_t classes = 4, images = 17, stride = 32;
  std::vector<std::uint8_t> labels(images);
  for (std::size_t b = 0; b < images; ++b) labels[b] = static_cast<std::uint8_t>(b % classes);
  for (const Loss loss : {Loss::cross_entropy, Loss::mean_squared_error}) {
    const Floats scores = random_floats(classes * stride, 1.0f, 9);
    auto gradient = aligned(scores);
    ops().score_gradient(loss, labels.data(), images, classes, stride, gradient.data());
    for (std::size_t c = 0; c < classes; ++c)
      for (std::size_t b = 0; b < images; ++b) {
        Floats up = scores, down = scores;
        const float h = 0.0078125f;
        up[c * stride + b] += h;
        down[c * stride + b] -= h;
        const double slope =
            (loss_of(loss, up, labels, classes) - loss_of(loss, down, labels, classes)) /
            (static_cast<double>(up[c * stride + b]) - static_cast<double>(down[c * stride + b]));
        EXPECT_NEAR(static_cast<double>(gradient[c * stride + b]), slope, 3e-6);
      }
  }
}

TEST(ScoreGradient, IsZeroPastTheLastImage) {
  const std::vector<std::uint8_t> labels{0, 1, 1};
  auto s = aligned(random_floats(2 * 16, 1.0f, 4));
  ops().score_gradient(Loss::cross_entropy, labels.data(), 3, 2, 16, s.data());
  for (std::size_t b = 3; b < 16; ++b) {
    EXPECT_EQ(s[b], 0.0f);
    EXPECT_EQ(s[16 + b], 0.0f);
  }
  EXPECT_NE(s[2], 0.0f);
}

TEST(HiddenGradient, GivesLiteralValues) {
  // One image, two classes: dy = (0.5, -0.25); unit 3: W2 = (2, 1), z = 0.25.
  Floats dy(2 * lanes, 0.0f), rows(lanes, 0.0f);
  dy[0] = 0.5f;
  dy[lanes] = -0.25f;
  rows[0] = 2.0f;
  rows[1] = 1.0f;
  const auto w2 = aligned(rows), dw2 = aligned(Floats(lanes, 7.0f));
  const auto z = aligned(Floats(lanes, 0.25f)), db1 = aligned(Floats(lanes, 7.0f));
  const auto da = aligned(Floats(lanes, 7.0f));
  ops().hidden_gradient(Activation::sigmoid, aligned(dy).data(), 2, 1, z.data(), nullptr, 3, 4, w2.data(),
                        dw2.data(), db1.data(), da.data());
  EXPECT_EQ(da[3], 0.140625f);  // dz = 0.75, da = 0.75·(0.75·0.25)
  EXPECT_EQ(db1[3], 0.140625f);
  EXPECT_EQ(dw2[0], 0.25f * 0.5f);
  EXPECT_EQ(dw2[1], -0.25f * 0.25f);
  EXPECT_EQ(dw2[2], 7.0f);
  for (const std::size_t other : {0u, 2u, 4u, 15u}) {
    EXPECT_EQ(da[other], 7.0f);
    EXPECT_EQ(db1[other], 7.0f);
  }
}

// As above, by the slopes of the other activations; and where the unit was dropped.
TEST(HiddenGradient, HasTheSlopeOfTheActivation) {
  Floats dy(2 * lanes, 0.0f), rows(lanes, 0.0f);
  dy[0] = 0.5f;
  dy[lanes] = -0.25f;
  rows[0] = 2.0f;
  rows[1] = 1.0f;
  const auto slope = [&](Activation activation, float z, const std::uint16_t* kept) {
    const auto w2 = aligned(rows), dw2 = aligned(Floats(lanes, 0.0f)), db1 = aligned(Floats(lanes, 0.0f));
    const auto da = aligned(Floats(lanes, 0.0f));
    ops().hidden_gradient(activation, aligned(dy).data(), 2, 1, aligned(Floats(lanes, z)).data(), kept, 11,
                          12, w2.data(), dw2.data(), db1.data(), da.data());
    EXPECT_EQ(da[11], db1[11]);
    return da[11] / 0.75f;
  };
  EXPECT_EQ(slope(Activation::tanh, 0.5f, nullptr), 0.75f);
  EXPECT_EQ(slope(Activation::relu, 0.5f, nullptr), 1.0f);
  EXPECT_EQ(slope(Activation::relu, 0.0f, nullptr), 0.0f);
  const std::uint16_t all_but_it = static_cast<std::uint16_t>(~(1u << 11)), it_alone = 1u << 11;
  EXPECT_EQ(slope(Activation::tanh, 0.0f, &it_alone), 1.0f);
  EXPECT_EQ(slope(Activation::tanh, 0.0f, &all_but_it), 0.0f);
}

TEST(OutputBiasGradient, AddsUpTheImagesOfEachClass) {
  Floats dy(2 * 32, 0.0f);
  dy[0] = 1.0f;
  dy[17] = 0.5f;
  dy[32 + 16] = -2.0f;
  Floats db2(3, 7.0f);
  ops().output_bias_gradient(aligned(dy).data(), 2, 32, db2.data());
  EXPECT_EQ(db2, (Floats{1.5f, -2.0f, 7.0f}));
}

TEST(Descend, TakesTheRatePartOfTheGradientOff) {
  Floats w(20, 1.0f);
  Floats gradient(19, 0.5f);
  gradient[1] = -2.0f;
  ops().descend(0.25f, gradient.data(), 19, w.data());
  EXPECT_EQ(w[0], 0.875f);
  EXPECT_EQ(w[1], 1.5f);
  EXPECT_EQ(w[18], 0.875f);
  EXPECT_EQ(w[19], 1.0f);
}

// Rounded after the product and after the difference; a fused multiply-add would give -2^-24.
TEST(Descend, RoundsEachOperationOnItsOwn) {
  const float x = 1.0f + 0x1p-12f;
  Floats w{x * x};
  ops().descend(x, &x, 1, w.data());
  EXPECT_EQ(w[0], 0.0f);
}

TEST(Evaluate, GivesTheBooksCrossEntropy) {
  // Scores whose softmax is (0.1, 0.3, 0.6), label 2: −log(0.6 + 1e-7).
  Floats s(3 * 16, 0.0f);
  s[0] = std::log(0.1f);
  s[16] = std::log(0.3f);
  s[32] = std::log(0.6f);
  const std::vector<std::uint8_t> labels{2};
  EXPECT_NEAR(loss_of(Loss::cross_entropy, s, labels, 3), -std::log(0.6 + 1e-7), 1e-7);
  EXPECT_NEAR(loss_of(Loss::mean_squared_error, s, labels, 3), 0.5 * (0.01 + 0.09 + 0.16), 1e-7);
}

TEST(Evaluate, TakesTheFirstOfEqualScores) {
  const Floats s(3 * 16, 1.0f);
  double loss;
  std::uint64_t correct;
  const std::vector<std::uint8_t> labels{0, 1, 2};
  ops().evaluate(Loss::cross_entropy, s.data(), labels.data(), 3, 3, 16, &loss, &correct);
  EXPECT_EQ(correct, 1u);
}

TEST(Evaluate, IsBoundedByTheSmallNumberInsideTheLogarithm) {
  Floats s(2 * 16, 0.0f);
  s[0] = 1e30f;
  EXPECT_NEAR(loss_of(Loss::cross_entropy, s, {1}, 2), -std::log(1e-7), 1e-9);
}

TEST(Evaluate, IsNanForScoresThatAreNan) {
  Floats s(2 * 16, 0.0f);
  s[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(loss_of(Loss::cross_entropy, s, {1}, 2)));
  EXPECT_TRUE(std::isnan(loss_of(Loss::mean_squared_error, s, {1}, 2)));
}

}  // namespace
}  // namespace runner
