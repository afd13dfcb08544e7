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

#if defined(__x86_64__)
namespace software_amx {
const Kernel& amx_kernel();
}
#endif

namespace {

/// The factors of a product: `units` hidden units, and images.
struct Problem {
  std::size_t units, images, pixels;
  std::vector<float> weights;  // units × pixels
  std::vector<float> deltas;   // units × images
  std::vector<std::uint8_t> x;
};

/// What a kernel makes of a problem, block after block of `lanes` units.
struct Products {
  std::vector<float> forward;   // A1, images × lanes
  std::vector<float> gradient;  // dW1 as it is stored, pixels × lanes
  std::vector<float> weights;   // W1 after a step down
  std::vector<float> next;      // A1 from the digits that the step made
};

/// Another for each unit of a block, the third 0.
float rate_of(std::size_t unit) {
  return unit == 2 ? 0.0f : 0.5f / static_cast<float>(1 + unit);
}

/// Units first … first + lanes − 1 of units × terms numbers, side by side; zeros past the last unit.
AlignedBuffer<float> block_of(const std::vector<float>& values, std::size_t terms, std::size_t first) {
  AlignedBuffer<float> block(terms * lanes);
  for (std::size_t i = 0; i < terms; ++i)
    for (std::size_t l = 0; l < lanes && (first + l) * terms < values.size(); ++l)
      block[i * lanes + l] = values[(first + l) * terms + i];
  return block;
}

/// Numbers in fixed point, with the memory for them.
struct Quantised {
  AlignedBuffer<std::byte> digits;
  AlignedBuffer<Factors> factors;
  std::size_t terms;

  Quantised(const Kernel& kernel, const AlignedBuffer<float>& block)
      : digits(kernel.digit_bytes(block.size() / lanes)), factors(1), terms(block.size() / lanes) {
    kernel.quantise(block.data(), view());
  }
  FixedPointBlock view() const { return {digits.data(), factors.data(), terms}; }
};

Products multiply(const Kernel& kernel, const Problem& p) {
  AlignedBuffer<std::byte> packed(kernel.image_bytes(p.images, p.pixels));
  // What was there before must not show, so memory starts as rubbish.
  std::memset(packed.data(), 0x5a, packed.size());
  kernel.pack({p.x.data(), p.images, p.pixels}, true, packed.data());
  Products out;
  for (std::size_t first = 0; first < p.units; first += lanes) {
    const Quantised w(kernel, block_of(p.weights, p.pixels, first));
    AlignedBuffer<float> a1(p.images * lanes);
    std::fill_n(a1.data(), a1.size(), -7.0f);
    const auto keep = [](const AlignedBuffer<float>& block, std::vector<float>& in) {
      in.insert(in.end(), block.data(), block.data() + block.size());
    };
    kernel.forward(w.view(), packed.data(), p.images, a1.data());
    keep(a1, out.forward);

    const Quantised delta(kernel, block_of(p.deltas, p.images, first));
    AlignedBuffer<float> gradient(p.pixels * lanes), rate(lanes);
    std::fill_n(gradient.data(), gradient.size(), -7.0f);
    kernel.backward_store(delta.view(), packed.data(), p.pixels, gradient.data());
    keep(gradient, out.gradient);

    for (std::size_t unit = 0; unit < lanes; ++unit) rate[unit] = rate_of(unit);
    const AlignedBuffer<float> w1 = block_of(p.weights, p.pixels, first);
    kernel.backward_descend(delta.view(), packed.data(), rate.data(), w1.data(), w.view());
    keep(w1, out.weights);
    kernel.forward(w.view(), packed.data(), p.images, a1.data());
    keep(a1, out.next);
  }
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
    for (e = 100; std::nearbyint(std::ldexp(static_cast<double>(largest), e)) > fixed_point_limit;) --e;
  Int128 sum = 0;
  for (std::size_t i = 0; i < terms; ++i)
    sum += static_cast<Int128>(std::nearbyint(std::ldexp(static_cast<double>(row[i]), e))) * x[i];
  Int128 low = sum % 65536;
  if (low < 0) low += 65536;
  const float high = static_cast<float>((sum - low) / 65536) * static_cast<float>(std::ldexp(1.0, 8 - e));
  const float t = high + static_cast<float>(low) * static_cast<float>(std::ldexp(1.0, -8 - e));
  return t + t * (1.0f / 255.0f);
}

/// forward and gradient of `multiply`, for a problem of one block.
Products by_definition(const Problem& p) {
  Products out;
  std::vector<std::vector<int>> image(p.images), pixel(p.pixels);
  for (std::size_t b = 0; b < p.images; ++b)
    for (std::size_t d = 0; d < p.pixels; ++d) {
      image[b].push_back(p.x[b * p.pixels + d]);
      pixel[d].push_back(p.x[b * p.pixels + d]);
    }
  for (std::size_t b = 0; b < p.images; ++b)
    for (std::size_t l = 0; l < lanes; ++l)
      out.forward.push_back(l < p.units ? product_by_definition(&p.weights[l * p.pixels], p.pixels, image[b])
                                        : 0.0f);
  for (std::size_t d = 0; d < p.pixels; ++d)
    for (std::size_t l = 0; l < lanes; ++l)
      out.gradient.push_back(l < p.units ? product_by_definition(&p.deltas[l * p.images], p.images, pixel[d])
                                         : 0.0f);
  return out;
}

Problem random_problem(std::size_t units, std::size_t images, std::size_t pixels, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, 0.01f);
  Problem p{units, images, pixels, {}, {}, {}};
  for (std::size_t i = 0; i < units * pixels; ++i) p.weights.push_back(normal(random));
  for (std::size_t i = 0; i < units * images; ++i) p.deltas.push_back(normal(random));
  for (std::size_t i = 0; i < images * pixels; ++i) p.x.push_back(static_cast<std::uint8_t>(random() % 256));
  return p;
}

/// Every unit another of the values that could go wrong, over its first entries.
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
      {1.0f, -1.0f},    // sums cancel: +0, never -0
      {1e-30f, 1e-33f}  // as fine as 2^-100, no finer
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
  const Kernel& reference = find_kernel("reference", baseline_instruction_set());
  for (const Problem& p : {random_problem(3, 5, 7), random_problem(1, 1, 1), extreme_problem(9, 11)}) {
    const Products expected = by_definition(p), actual = multiply(reference, p);
    for (std::size_t i = 0; i < expected.forward.size(); ++i)
      EXPECT_EQ(bits(actual.forward[i]), bits(expected.forward[i])) << i;
    for (std::size_t i = 0; i < expected.gradient.size(); ++i)
      EXPECT_EQ(bits(actual.gradient[i]), bits(expected.gradient[i])) << i;
  }
}

TEST(ReferenceKernel, GivesLiteralProducts) {
  // 255 stands for 1.0, so a row (1, -0.5) and an image (255, 51) give 1 - 0.5·0.2.
  const Problem p{1, 1, 2, {1.0f, -0.5f}, {2.0f}, {255, 51}};
  const Products out = multiply(find_kernel("reference", baseline_instruction_set()), p);
  EXPECT_EQ(out.forward[0], 0.9f);
  EXPECT_EQ(out.gradient[0], 2.0f);
  EXPECT_EQ(out.gradient[lanes], 0.4f);
  EXPECT_EQ(out.weights[0], 1.0f - 0.5f * 2.0f);
  EXPECT_EQ(out.weights[lanes], -0.5f - 0.5f * 0.4f);
  EXPECT_EQ(out.next[0], 0.2f * out.weights[lanes]);
}

TEST(ReferenceKernel, GivesTheCanonicalNanForAUnitThatIsNotFinite) {
  Problem p = random_problem(2, 3, 4);
  p.weights[1] = -std::numeric_limits<float>::infinity();
  const Products out = multiply(find_kernel("reference", baseline_instruction_set()), p);
  for (std::size_t b = 0; b < 3; ++b) {
    EXPECT_EQ(bits(out.forward[b * lanes]), 0x7fc00000u);
    EXPECT_TRUE(std::isfinite(out.forward[b * lanes + 1]));
  }
}

/// A kernel to be tested: one of those that this processor can run, or `amx` on tiles in software.
struct Candidate {
  std::string name;
  const Kernel& kernel;

  friend void PrintTo(const Candidate& candidate, std::ostream* out) { *out << candidate.name; }
};

class FastKernel : public testing::TestWithParam<Candidate> {
 protected:
  void expect_equals_reference(const Problem& p) {
    const Products expected = multiply(find_kernel("reference", baseline_instruction_set()), p);
    const Products actual = multiply(GetParam().kernel, p);
    const std::string sizes =
        std::to_string(p.units) + " " + std::to_string(p.images) + " " + std::to_string(p.pixels);
    EXPECT_TRUE(same_bits(actual.forward, expected.forward)) << sizes;
    EXPECT_TRUE(same_bits(actual.gradient, expected.gradient)) << sizes;
    EXPECT_TRUE(same_bits(actual.weights, expected.weights)) << sizes;
    EXPECT_TRUE(same_bits(actual.next, expected.next)) << sizes;
  }
};

/// What `multiply` must make of the weights if it stores this gradient.
std::vector<float> stepped_down(const Problem& p, const std::vector<float>& gradient) {
  std::vector<float> weights;
  for (std::size_t first = 0; first < p.units; first += lanes) {
    const AlignedBuffer<float> block = block_of(p.weights, p.pixels, first);
    for (std::size_t i = 0; i < block.size(); ++i)
      weights.push_back(block[i] - rate_of(i % lanes) * gradient[weights.size()]);
  }
  return weights;
}

class AnyKernel : public testing::TestWithParam<Candidate> {};

TEST_P(AnyKernel, DescendsByTheGradientItStores) {
  Problem half_zero = random_problem(20, 67, 131);
  for (std::size_t i = 0; i < half_zero.x.size(); ++i)
    if (i % half_zero.pixels < 60) half_zero.x[i] = 0;
  for (const Problem& p : {random_problem(50, 100, 784), random_problem(17, 3, 65), half_zero,
                           extreme_problem(100, 784), random_problem(1, 4097, 3)}) {
    const Products out = multiply(GetParam().kernel, p);
    EXPECT_TRUE(same_bits(out.weights, stepped_down(p, out.gradient))) << p.units << " units";
  }
}

TEST_P(FastKernel, EqualsReferenceForOrdinarySizes) {
  expect_equals_reference(random_problem(50, 100, 784));
  expect_equals_reference(random_problem(208, 37, 784, 2));
}

TEST_P(FastKernel, EqualsReferenceForOddSizes) {
  unsigned seed = 3;
  for (const std::size_t units : {1u, 2u, 15u, 17u, 33u})
    for (const std::size_t images : {1u, 3u, 16u, 65u})
      for (const std::size_t pixels : {1u, 2u, 63u, 65u, 100u})
        expect_equals_reference(random_problem(units, images, pixels, ++seed));
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

// Zeros are left out, in single pixels, words, whole images and pixels that no image uses.
TEST_P(FastKernel, EqualsReferenceForImagesOfManyZeros) {
  for (const unsigned one_in : {2u, 5u, 40u}) {
    Problem p = random_problem(20, 67, 131, one_in);
    std::mt19937 random(one_in);
    for (std::size_t i = 0; i < p.x.size(); ++i)
      if (random() % one_in != 0 || i / p.pixels % 7 == 0 || i % p.pixels < 20) p.x[i] = 0;
    expect_equals_reference(p);
    p.deltas[3] = std::numeric_limits<float>::quiet_NaN();
    expect_equals_reference(p);
  }
}

TEST_P(FastKernel, EqualsReferenceForExtremeNumbers) {
  expect_equals_reference(extreme_problem(9, 11));
  expect_equals_reference(extreme_problem(100, 784));
}

std::vector<Candidate> all_kernels() {
  std::vector<Candidate> all;
  for (const test::Code& code : test::usable_code())
    all.push_back({code.name(), find_kernel(code.kernel, code.set)});
#if defined(__x86_64__)
  if (supported(InstructionSet::x86_64_v3)) all.push_back({"amx_in_software", software_amx::amx_kernel()});
#endif
  return all;
}

std::vector<Candidate> all_but_reference() {
  std::vector<Candidate> fast;
  for (const Candidate& candidate : all_kernels())
    if (candidate.kernel.name() != "reference") fast.push_back(candidate);
  return fast;
}

INSTANTIATE_TEST_SUITE_P(All, AnyKernel, testing::ValuesIn(all_kernels()),
                         [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(All, FastKernel, testing::ValuesIn(all_but_reference()),
                         [](const auto& test) { return test.param.name; });

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
}

TEST(FindKernel, RefusesAnUnknownNameAndNamesTheKnown) {
  try {
    find_kernel("cuda", baseline_instruction_set());
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_THAT(e.what(), testing::HasSubstr("\"cuda\": one of auto, reference, "));
    for (const std::string_view name : kernel_names())
      EXPECT_THAT(e.what(), testing::HasSubstr(", " + std::string(name)));
  }
}

}  // namespace
}  // namespace runner
