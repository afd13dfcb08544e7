#include "runner/data/random.hpp"

#include <array>
#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using testing::ElementsAre;

// The known answers for philox4x32-10 of Random123's kat_vectors: counter, key, result.

TEST(RandomBlock, KnownAnswerForZeros) {
  EXPECT_THAT(random_block(0, RandomPurpose{0}, 0, 0), ElementsAre(0xe169c58d6627e8d5, 0x9b00dbd8bc57ac4c));
}

TEST(RandomBlock, KnownAnswerForOnes) {
  EXPECT_THAT(random_block(0xffffffffffffffff, RandomPurpose{0xffffffff}, 0xffffffff, 0xffffffffffffffff),
              ElementsAre(0x41c83b0e408f276d, 0x6d5451fda20bc7c6));
}

// Here every word differs, so this pins which argument goes where.
TEST(RandomBlock, KnownAnswerForPi) {
  EXPECT_THAT(random_block(0x299f31d0a4093822, RandomPurpose{0x03707344}, 0x13198a2e, 0x85a308d3243f6a88),
              ElementsAre(0x94fdccebd16cfe09, 0x24126ea15001e420));
}

TEST(RandomStream, FirstNumbers) {
  RandomStream random(1, RandomPurpose::shuffle, 1);
  EXPECT_EQ(random.next(), 0x8e47027411d08ec0);
  EXPECT_EQ(random.next(), 0xbdb308339be84174);
  EXPECT_EQ(random.next(), 0x95a91f66918adca0);
  EXPECT_EQ(random.next(), 0xa168e4ab93014c0d);
}

TEST(RandomStream, IsTheBlocksOneAfterTheOther) {
  RandomStream random(5, RandomPurpose::initial_W1, 3);
  for (std::uint64_t block = 0; block < 10; ++block) {
    const auto numbers = random_block(5, RandomPurpose::initial_W1, 3, block);
    EXPECT_EQ(random.next(), numbers[0]) << "block " << block;
    EXPECT_EQ(random.next(), numbers[1]) << "block " << block;
  }
}

TEST(RandomStream, DiffersBySeedPurposeAndStream) {
  const std::uint64_t first = RandomStream(1, RandomPurpose::shuffle, 1).next();
  EXPECT_NE(RandomStream(2, RandomPurpose::shuffle, 1).next(), first);
  EXPECT_NE(RandomStream(1 + (std::uint64_t{1} << 32), RandomPurpose::shuffle, 1).next(), first);
  EXPECT_NE(RandomStream(1, RandomPurpose::with_replacement, 1).next(), first);
  EXPECT_NE(RandomStream(1, RandomPurpose::shuffle, 2).next(), first);
}

TEST(RandomStreamBelow, OneIsAlwaysZero) {
  RandomStream random(1, RandomPurpose::shuffle, 1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0u);
}

TEST(RandomStreamBelow, SmallBoundIsUniform) {
  RandomStream random(7, RandomPurpose::shuffle, 0);
  std::array<double, 6> count{};
  for (int i = 0; i < 60'000; ++i) {
    const std::uint64_t die = random.below(6);
    ASSERT_LT(die, 6u);
    ++count[die];
  }
  double chi_square = 0;
  for (double c : count) chi_square += (c - 10'000) * (c - 10'000) / 10'000;
  EXPECT_LT(chi_square, 20.52);  // exceeded by chance once in 1000, 5 degrees of freedom
}

// Without rejection a third of the values would come up twice as often as the others: here the multiples of
// three.
TEST(RandomStreamBelow, HugeBoundIsUniform) {
  RandomStream random(7, RandomPurpose::shuffle, 1);
  std::array<double, 3> count{};
  for (int i = 0; i < 3'000; ++i) ++count[random.below(std::uint64_t{3} << 62) % 3];
  double chi_square = 0;
  for (double c : count) chi_square += (c - 1'000) * (c - 1'000) / 1'000;
  EXPECT_LT(chi_square, 13.82);  // exceeded by chance once in 1000, 2 degrees of freedom
}

// Every second number drawn is rejected. The values are those of an independent implementation.
TEST(RandomStreamBelow, RejectsHalfJustAboveTwoToThe63) {
  RandomStream random(7, RandomPurpose::shuffle, 0);
  const std::uint64_t bound = (std::uint64_t{1} << 63) + 1;
  EXPECT_EQ(random.below(bound), 6280267246133466070u);
  EXPECT_EQ(random.below(bound), 4968993025510142298u);
  EXPECT_EQ(random.below(bound), 6538655625505154672u);
  EXPECT_EQ(random.below(bound), 6978260525275661483u);
}

}  // namespace
}  // namespace runner
