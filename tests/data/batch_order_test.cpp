#include "runner/data/batch_order.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Lt;
using testing::SizeIs;

std::vector<std::uint32_t> order_of(Sampling sampling, std::uint64_t seed, std::uint32_t epoch,
                                    std::size_t train_size, std::size_t batch_size) {
  std::vector<std::uint32_t> order;
  epoch_order(sampling, seed, epoch, train_size, batch_size, order);
  return order;
}

std::vector<std::uint32_t> first(std::size_t n, std::vector<std::uint32_t> order) {
  order.resize(n);
  return order;
}

TEST(UpdatesPerEpoch, ShuffleCountsTheShortBatch) {
  EXPECT_EQ(updates_per_epoch(Sampling::shuffle, 60000, 100), 600u);
  EXPECT_EQ(updates_per_epoch(Sampling::shuffle, 10, 3), 4u);
  EXPECT_EQ(updates_per_epoch(Sampling::shuffle, 10, 10), 1u);
  EXPECT_EQ(updates_per_epoch(Sampling::shuffle, 10, 9), 2u);
  EXPECT_EQ(updates_per_epoch(Sampling::shuffle, 10, 1), 10u);
  EXPECT_EQ(updates_per_epoch(Sampling::shuffle, 1, 1), 1u);
  EXPECT_EQ(updates_per_epoch(Sampling::shuffle, 3, 10), 1u);
}

TEST(UpdatesPerEpoch, WithReplacementCountsFullBatchesAndAtLeastOne) {
  EXPECT_EQ(updates_per_epoch(Sampling::with_replacement, 60000, 100), 600u);
  EXPECT_EQ(updates_per_epoch(Sampling::with_replacement, 10, 3), 3u);
  EXPECT_EQ(updates_per_epoch(Sampling::with_replacement, 10, 10), 1u);
  EXPECT_EQ(updates_per_epoch(Sampling::with_replacement, 10, 9), 1u);
  EXPECT_EQ(updates_per_epoch(Sampling::with_replacement, 10, 1), 10u);
  EXPECT_EQ(updates_per_epoch(Sampling::with_replacement, 1, 1), 1u);
  EXPECT_EQ(updates_per_epoch(Sampling::with_replacement, 3, 10), 1u);
}

// The literal orders are those of an independent implementation of Philox, Lemire's method and Fisher-Yates.

TEST(ShuffledOrder, KnownOrder) {
  EXPECT_THAT(order_of(Sampling::shuffle, 1, 1, 10, 3), ElementsAre(1, 8, 3, 9, 2, 0, 7, 4, 6, 5));
}

TEST(ShuffledOrder, KnownStartOfALargeOne) {
  EXPECT_THAT(first(5, order_of(Sampling::shuffle, 1, 1, 60000, 100)),
              ElementsAre(26298, 55645, 31392, 13534, 21297));
}

TEST(ShuffledOrder, TakesAllOfTheSeed) {
  const std::uint64_t seed = (std::uint64_t{1} << 40) + 1;
  EXPECT_THAT(first(5, order_of(Sampling::shuffle, seed, 3, 60000, 100)),
              ElementsAre(11552, 12580, 17439, 15930, 19780));
}

TEST(ShuffledOrder, IsAPermutation) {
  std::vector<std::uint32_t> order = order_of(Sampling::shuffle, 3, 2, 1000, 7);
  std::ranges::sort(order);
  std::vector<std::uint32_t> all(1000);
  std::iota(all.begin(), all.end(), 0u);
  EXPECT_EQ(order, all);
}

TEST(ShuffledOrder, DiffersByEpoch) {
  EXPECT_THAT(order_of(Sampling::shuffle, 1, 2, 10, 3), ElementsAre(8, 2, 5, 9, 6, 1, 0, 4, 3, 7));
}

TEST(ShuffledOrder, DiffersBySeed) {
  EXPECT_THAT(order_of(Sampling::shuffle, 2, 1, 10, 3), ElementsAre(7, 6, 5, 3, 2, 1, 0, 4, 9, 8));
}

TEST(ShuffledOrder, DoesNotDependOnTheBatchSize) {
  EXPECT_EQ(order_of(Sampling::shuffle, 1, 1, 100, 1), order_of(Sampling::shuffle, 1, 1, 100, 33));
}

TEST(ShuffledOrder, DoesNotDependOnWhatTheVectorHeld) {
  std::vector<std::uint32_t> order(500, 77);
  epoch_order(Sampling::shuffle, 1, 1, 10, 3, order);
  EXPECT_EQ(order, order_of(Sampling::shuffle, 1, 1, 10, 3));
}

TEST(ShuffledOrder, OfOneImage) {
  EXPECT_THAT(order_of(Sampling::shuffle, 1, 1, 1, 1), ElementsAre(0));
}

TEST(ShuffledOrder, OfNoImages) {
  EXPECT_THAT(order_of(Sampling::shuffle, 1, 1, 0, 1), IsEmpty());
}

TEST(OrderWithReplacement, KnownStart) {
  EXPECT_THAT(first(6, order_of(Sampling::with_replacement, 1, 1, 60000, 100)),
              ElementsAre(32336, 37805, 53997, 37903, 45087, 18070));
}

TEST(OrderWithReplacement, RepeatsImagesAndDiffersByEpoch) {
  EXPECT_THAT(first(8, order_of(Sampling::with_replacement, 1, 2, 10, 4)),
              ElementsAre(3, 4, 4, 6, 3, 6, 3, 3));
}

TEST(OrderWithReplacement, HoldsFullBatchesOnly) {
  const std::vector<std::uint32_t> order = order_of(Sampling::with_replacement, 1, 1, 10, 4);
  EXPECT_THAT(order, SizeIs(8));
  EXPECT_THAT(order, Each(Lt(10u)));
}

TEST(OrderWithReplacement, OfOneImage) {
  EXPECT_THAT(order_of(Sampling::with_replacement, 1, 1, 1, 3), ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace runner
