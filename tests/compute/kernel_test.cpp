#include "runner/compute/kernel.hpp"

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/arithmetic.hpp"
#include "runner/error/error.hpp"

#include "support/backends.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

/// The factors of a product: `rows` float32 rows, and images.
struct Problem {
  std::size_t rows, images, pixels;
  std::vector<float> weights;  // rows × pixels
  std::vector<float> deltas;   // rows × images
  std::vector<std::uint8_t> x;
};

/// Both products of a problem, rows padded.
struct Products {
  std::vector<float> forward, backward;
};

Products multiply(const Kernel& kernel, const Problem& p) {
  AlignedBuffer<std::byte> packed(kernel.image_bytes(p.images, p.pixels));
  kernel.pack({p.x.data(), p.images, p.pixels}, true, packed.data());
  AlignedBuffer<double> scale(p.rows);
  const std::size_t images_stride = padded(p.images), pixels_stride = padded(p.pixels);

  // What was there before must not show, so the outputs start as rubbish.
  Products out{std::vector<float>(p.rows * images_stride, -7.0f),
               std::vector<float>(p.rows * pixels_stride, -7.0f)};
  AlignedBuffer<std::byte> w(p.rows * kernel.row_bytes(p.pixels));
  const FixedPointRows w_rows{w.data(), scale.data(), p.rows, p.pixels};
  kernel.quantise(p.weights.data(), p.pixels, w_rows);
  kernel.forward(w_rows, packed.data(), p.images, p.pixels, out.forward.data(), images_stride);

  AlignedBuffer<std::byte> d(p.rows * kernel.row_bytes(p.images));
  const FixedPointRows d_rows{d.data(), scale.data(), p.rows, p.images};
  kernel.quantise(p.deltas.data(), p.images, d_rows);
  kernel.backward(d_rows, packed.data(), p.images, p.pixels, out.backward.data(), pixels_stride);
  return out;
}

std::uint32_t bits(float x) {
  return std::bit_cast<std::uint32_t>(x);
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

__extension__ using Int128 = __int128;

/// The definition in the header, word for word and slowly: the exponent is searched for, the sum is in 128
/// bits.
float product_by_definition(const float* row, std::size_t terms, const std::vector<int>& x) {
  float largest = 0;
  for (std::size_t i = 0; i < terms; ++i) {
    if (!std::isfinite(row[i])) return std::numeric_limits<float>::quiet_NaN();
    largest = std::max(largest, std::fabs(row[i]));
  }
  int e = 0;
  if (largest > 0)
    for (e = 126; std::nearbyint(std::ldexp(static_cast<double>(largest), e)) > fixed_point_limit;) --e;
  Int128 sum = 0;
  for (std::size_t i = 0; i < terms; ++i)
    sum += static_cast<Int128>(std::nearbyint(std::ldexp(static_cast<double>(row[i]), e))) * x[i];
  return static_cast<float>(static_cast<double>(sum) * (std::ldexp(1.0, -e) / 255.0));
}

Products by_definition(const Problem& p) {
  Products out{std::vector<float>(p.rows * padded(p.images)), std::vector<float>(p.rows * padded(p.pixels))};
  for (std::size_t r = 0; r < p.rows; ++r) {
    for (std::size_t b = 0; b < p.images; ++b) {
      const std::vector<int> image(p.x.begin() + static_cast<std::ptrdiff_t>(b * p.pixels),
                                   p.x.begin() + static_cast<std::ptrdiff_t>((b + 1) * p.pixels));
      out.forward[r * padded(p.images) + b] =
          product_by_definition(&p.weights[r * p.pixels], p.pixels, image);
    }
    for (std::size_t d = 0; d < p.pixels; ++d) {
      std::vector<int> pixel;
      for (std::size_t b = 0; b < p.images; ++b) pixel.push_back(p.x[b * p.pixels + d]);
      out.backward[r * padded(p.pixels) + d] =
          product_by_definition(&p.deltas[r * p.images], p.images, pixel);
    }
  }
  return out;
}

Problem random_problem(std::size_t rows, std::size_t images, std::size_t pixels, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, 0.01f);
  Problem p{rows, images, pixels, {}, {}, {}};
  for (std::size_t i = 0; i < rows * pixels; ++i) p.weights.push_back(normal(random));
  for (std::size_t i = 0; i < rows * images; ++i) p.deltas.push_back(normal(random));
  for (std::size_t i = 0; i < images * pixels; ++i) p.x.push_back(static_cast<std::uint8_t>(random() % 256));
  return p;
}

/// Every row another of the values that could go wrong, over its first entries.
Problem extreme_problem(std::size_t images, std::size_t pixels) {
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float largest = std::numeric_limits<float>::max(),
                  denormal = std::numeric_limits<float>::denorm_min();
  const std::vector<std::vector<float>> rows{
      {0.0f, 0.0f},
      {-0.0f, 0.0f},
      {nan},
      {1.0f, -nan, 2.0f},
      {inf, -1.0f},
      {1.0f, -inf, inf},
      {largest, -largest, largest},
      {denormal, -denormal},
      {denormal * 1000, 1e-40f},
      {1e-38f, denormal, -1e-38f},
      {largest, denormal, 1.0f},
      {8355711.0f, -8355711.0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f},  // at the limit; ties go to even
      {8355711.5f, 1.0f},                                         // half a unit above it: one bit less
      {8355712.0f, -8355710.5f},
      {16711422.0f, 16711423.0f, -1.0f},
      {0.75f, 0.25f},
      {1.0f, -1.0f},  // sums cancel: +0, never -0
  };
  Problem p = random_problem(rows.size(), images, pixels);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::fill_n(p.weights.begin() + static_cast<std::ptrdiff_t>(r * pixels), pixels, 0.0f);
    std::fill_n(p.deltas.begin() + static_cast<std::ptrdiff_t>(r * images), images, 0.0f);
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      if (i < pixels) p.weights[r * pixels + i] = rows[r][i];
      if (i < images) p.deltas[r * images + i] = rows[r][i];
    }
  }
  return p;
}

TEST(ReferenceKernel, FollowsTheDefinition) {
  const Kernel& reference = find_kernel("reference", InstructionSet::x86_64);
  for (const Problem& p : {random_problem(3, 5, 7), random_problem(1, 1, 1), extreme_problem(9, 11)}) {
    const Products expected = by_definition(p), actual = multiply(reference, p);
    for (std::size_t i = 0; i < expected.forward.size(); ++i)
      EXPECT_EQ(bits(actual.forward[i]), bits(expected.forward[i])) << i;
    for (std::size_t i = 0; i < expected.backward.size(); ++i)
      EXPECT_EQ(bits(actual.backward[i]), bits(expected.backward[i])) << i;
  }
}

TEST(ReferenceKernel, GivesLiteralProducts) {
  // 255 stands for 1.0, so a row (1, -0.5) and an image (255, 51) give 1 - 0.5·0.2.
  const Problem p{1, 1, 2, {1.0f, -0.5f}, {2.0f}, {255, 51}};
  const Products out = multiply(find_kernel("reference", InstructionSet::x86_64), p);
  EXPECT_EQ(out.forward[0], 0.9f);
  EXPECT_EQ(out.backward[0], 2.0f);
  EXPECT_EQ(out.backward[1], 0.4f);
}

TEST(ReferenceKernel, GivesTheCanonicalNanForARowThatIsNotFinite) {
  Problem p = random_problem(2, 3, 4);
  p.weights[1] = -std::numeric_limits<float>::infinity();
  const Products out = multiply(find_kernel("reference", InstructionSet::x86_64), p);
  for (std::size_t b = 0; b < 3; ++b) {
    EXPECT_EQ(bits(out.forward[b]), 0x7fc00000u);
    EXPECT_TRUE(std::isfinite(out.forward[padded(3) + b]));
  }
}

class FastKernel : public testing::TestWithParam<test::Code> {
 protected:
  void expect_equals_reference(const Problem& p) {
    const Products expected = multiply(find_kernel("reference", InstructionSet::x86_64), p);
    const Products actual = multiply(find_kernel(GetParam().kernel, GetParam().set), p);
    EXPECT_TRUE(same_bits(actual.forward, expected.forward)) << p.rows << " " << p.images << " " << p.pixels;
    EXPECT_TRUE(same_bits(actual.backward, expected.backward))
        << p.rows << " " << p.images << " " << p.pixels;
  }
};

TEST_P(FastKernel, EqualsReferenceForOrdinarySizes) {
  expect_equals_reference(random_problem(50, 100, 784));
  expect_equals_reference(random_problem(208, 37, 784, 2));
}

TEST_P(FastKernel, EqualsReferenceForOddSizes) {
  unsigned seed = 3;
  for (const std::size_t rows : {1u, 2u, 15u, 17u, 33u})
    for (const std::size_t images : {1u, 3u, 16u, 65u})
      for (const std::size_t pixels : {1u, 2u, 63u, 65u, 100u})
        expect_equals_reference(random_problem(rows, images, pixels, ++seed));
}

TEST_P(FastKernel, EqualsReferenceWhenSumsAreAsLargeAsTheyGet) {
  for (const float sign : {1.0f, -1.0f}) {
    Problem p = random_problem(3, 1000, 5000);
    std::fill(p.x.begin(), p.x.end(), std::uint8_t{255});
    std::fill(p.weights.begin(), p.weights.end(), sign * 8355711.0f);
    std::fill(p.deltas.begin(), p.deltas.end(), sign * 8355711.0f);
    expect_equals_reference(p);
  }
}

// More terms than a kernel may add up in 32 bits, with all pixels and digits as large as they get.
TEST_P(FastKernel, EqualsReferenceForMoreTermsThanOneChunk) {
  for (const std::size_t terms : {4097u, 65537u, 70000u})
    for (const float digit : {8355711.0f, -8355711.0f, 1.0f}) {
      Problem images = random_problem(2, 3, terms), pixels = random_problem(2, terms, 3);
      for (Problem* p : {&images, &pixels}) {
        std::fill(p->x.begin(), p->x.end(), std::uint8_t{255});
        std::fill(p->weights.begin(), p->weights.end(), digit);
        std::fill(p->deltas.begin(), p->deltas.end(), digit);
        p->weights[0] = p->deltas[0] = 8355711.0f;
        expect_equals_reference(*p);
      }
    }
}

TEST_P(FastKernel, EqualsReferenceForImagesOfZeros) {
  Problem p = random_problem(5, 20, 30);
  std::fill(p.x.begin(), p.x.end(), std::uint8_t{0});
  expect_equals_reference(p);
}

TEST_P(FastKernel, EqualsReferenceForExtremeNumbers) {
  expect_equals_reference(extreme_problem(9, 11));
  expect_equals_reference(extreme_problem(100, 784));
}

std::vector<test::Code> all_but_reference() {
  std::vector<test::Code> all = test::usable_code();
  std::erase_if(all, [](const test::Code& code) { return code.kernel == "reference"; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, FastKernel, testing::ValuesIn(all_but_reference()),
                         [](const auto& test) { return test.param.name(); });

TEST(FindKernel, TakesEveryNameItNames) {
  for (const std::string_view name : kernel_names()) {
    if (!kernel_usable(name, best_instruction_set())) continue;
    EXPECT_EQ(find_kernel(name, best_instruction_set()).name(), name);
  }
}

TEST(FindKernel, TakesTheLastUsableForAuto) {
  for (const InstructionSet set : instruction_sets()) {
    if (!supported(set)) continue;
    std::string_view best;
    for (const std::string_view name : kernel_names())
      if (kernel_usable(name, set)) best = name;
    EXPECT_EQ(find_kernel("auto", set).name(), best);
  }
  EXPECT_EQ(find_kernel("auto", InstructionSet::x86_64).name(), "eigen");
}

TEST(FindKernel, RefusesAKernelThatTheInstructionSetLacks) {
  EXPECT_FALSE(kernel_usable("amx", InstructionSet::x86_64_v3));
  EXPECT_THROW(find_kernel("amx", InstructionSet::x86_64_v3), Error);
  EXPECT_THROW(find_kernel("avx2", InstructionSet::x86_64), Error);
}

TEST(FindKernel, RefusesAnUnknownNameAndNamesTheKnown) {
  try {
    find_kernel("cuda", InstructionSet::x86_64);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_THAT(e.what(), testing::HasSubstr("\"cuda\": one of auto, reference, eigen"));
  }
}

}  // namespace
}  // namespace runner
