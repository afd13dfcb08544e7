#include "runner/model/recorded_epochs.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using testing::ElementsAre;

std::vector<int> list(const RecordedEpochs& epochs) {
  std::vector<int> all;
  for (std::size_t i = 0; i < epochs.size(); ++i) all.push_back(epochs[i]);
  return all;
}

TEST(RecordedEpochs, AreTheUntrainedNetworkEveryNthAndTheLast) {
  EXPECT_THAT(list(RecordedEpochs(20, 7)), ElementsAre(0, 7, 14, 20));
  EXPECT_THAT(list(RecordedEpochs(21, 7)), ElementsAre(0, 7, 14, 21));
  EXPECT_THAT(list(RecordedEpochs(3)), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(list(RecordedEpochs(3, 1'000'000'000)), ElementsAre(0, 3));
  EXPECT_THAT(list(RecordedEpochs(0, 7)), ElementsAre(0));
  EXPECT_THAT(list(RecordedEpochs()), ElementsAre(0));
}

TEST(RecordedEpochs, WithoutGapsTakeNoMemory) {
  const RecordedEpochs all(1'000'000'000);
  EXPECT_FALSE(all.has_gaps());
  EXPECT_EQ(all.size(), 1'000'000'001u);
  EXPECT_EQ(all[999'999'999], 999'999'999);
  EXPECT_EQ(all.united_with(RecordedEpochs(5, 2)), all);
}

TEST(RecordedEpochs, AreTheSameWhereverTheyComeFrom) {
  EXPECT_EQ(RecordedEpochs(std::vector{0, 1, 2}), RecordedEpochs(2));
  EXPECT_EQ(RecordedEpochs(std::vector{0, 7, 14, 20}), RecordedEpochs(20, 7));
  EXPECT_EQ(RecordedEpochs(1, 7), RecordedEpochs(1));
  EXPECT_NE(RecordedEpochs(20, 7), RecordedEpochs(20, 6));
  EXPECT_NE(RecordedEpochs(20, 7), RecordedEpochs(21, 7));
}

TEST(RecordedEpochs, HavePlaces) {
  for (const RecordedEpochs& epochs : {RecordedEpochs(20, 7), RecordedEpochs(20)})
    for (std::size_t i = 0; i < epochs.size(); ++i) {
      EXPECT_TRUE(epochs.contains(epochs[i]));
      EXPECT_EQ(epochs.index_of(epochs[i]), i);
    }
  const RecordedEpochs some(20, 7);
  for (const int epoch : {-1, 1, 6, 8, 19, 21}) EXPECT_FALSE(some.contains(epoch)) << epoch;
  for (const int epoch : {-1, 21}) EXPECT_FALSE(RecordedEpochs(20).contains(epoch)) << epoch;
}

TEST(RecordedEpochs, HaveNeighbours) {
  const RecordedEpochs some(20, 7), all(3);
  EXPECT_EQ(some.next_after(-1), 0);
  EXPECT_EQ(some.next_after(0), 7);
  EXPECT_EQ(some.next_after(6), 7);
  EXPECT_EQ(some.next_after(14), 20);
  EXPECT_EQ(some.next_after(20), 21);
  EXPECT_EQ(some.last_before(21), 20);
  EXPECT_EQ(some.last_before(20), 14);
  EXPECT_EQ(some.last_before(8), 7);
  EXPECT_EQ(some.last_before(0), -1);
  EXPECT_EQ(all.next_after(-1), 0);
  EXPECT_EQ(all.next_after(3), 4);
  EXPECT_EQ(all.last_before(0), -1);
  EXPECT_EQ(all.last_before(3), 2);
}

TEST(RecordedEpochs, AreCounted) {
  const RecordedEpochs some(20, 7), all(3);
  EXPECT_EQ(some.count_to(-1), 0u);
  EXPECT_EQ(some.count_to(0), 1u);
  EXPECT_EQ(some.count_to(13), 2u);
  EXPECT_EQ(some.count_to(14), 3u);
  EXPECT_EQ(some.count_to(100), 4u);
  EXPECT_EQ(all.count_to(-1), 0u);
  EXPECT_EQ(all.count_to(2), 3u);
  EXPECT_EQ(all.count_to(100), 4u);
}

TEST(RecordedEpochs, AreCutOff) {
  EXPECT_THAT(list(RecordedEpochs(20, 7).up_to(14)), ElementsAre(0, 7, 14));
  EXPECT_THAT(list(RecordedEpochs(20, 7).up_to(19)), ElementsAre(0, 7, 14));
  EXPECT_EQ(RecordedEpochs(20, 7).up_to(100), RecordedEpochs(20, 7));
  EXPECT_EQ(RecordedEpochs(20, 7).up_to(0), RecordedEpochs());
  EXPECT_EQ(RecordedEpochs(20).up_to(4), RecordedEpochs(4));
}

TEST(RecordedEpochs, AreUnited) {
  EXPECT_THAT(list(RecordedEpochs(20, 7).united_with(RecordedEpochs(40, 7))),
              ElementsAre(0, 7, 14, 20, 21, 28, 35, 40));
  EXPECT_THAT(list(RecordedEpochs(6, 2).united_with(RecordedEpochs(6, 3))), ElementsAre(0, 2, 3, 4, 6));
  EXPECT_THAT(list(RecordedEpochs(2).united_with(RecordedEpochs(6, 3))), ElementsAre(0, 1, 2, 3, 6));
  EXPECT_EQ(RecordedEpochs(6, 5).united_with(RecordedEpochs(std::vector{0, 1, 2, 3, 4})), RecordedEpochs(6));
  EXPECT_EQ(RecordedEpochs(20, 7).united_with(RecordedEpochs(20)), RecordedEpochs(20));
}

TEST(RecordedEpochs, ContainOthers) {
  EXPECT_TRUE(RecordedEpochs(20).contains_all(RecordedEpochs(20, 7)));
  EXPECT_TRUE(RecordedEpochs(20).contains_all(RecordedEpochs(14, 7)));
  EXPECT_TRUE(RecordedEpochs(20, 7).contains_all(RecordedEpochs(14, 7)));
  EXPECT_TRUE(RecordedEpochs(20, 7).contains_all(RecordedEpochs()));
  EXPECT_TRUE(RecordedEpochs(std::vector{0, 1, 5}).contains_all(RecordedEpochs(1)));
  EXPECT_FALSE(RecordedEpochs(20, 7).contains_all(RecordedEpochs(19, 7)));
  EXPECT_FALSE(RecordedEpochs(20, 7).contains_all(RecordedEpochs(20)));
  EXPECT_FALSE(RecordedEpochs(20, 7).contains_all(RecordedEpochs(21, 7)));
  EXPECT_FALSE(RecordedEpochs(20).contains_all(RecordedEpochs(21, 7)));
}

}  // namespace
}  // namespace runner
