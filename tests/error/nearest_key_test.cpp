#include "runner/error/nearest_key.hpp"

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {
namespace {

TEST(NearestKey, DistanceCountsInsertedDeletedAndReplacedCharacters) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("comapre", "compare"), 2u);
}

TEST(NearestKey, SuggestsTheNearestOrListsAll) {
  constexpr std::array<std::string_view, 3> known{"batch_size", "name", "seed"};
  EXPECT_EQ(suggest_key("batch", known), "did you mean \"batch_size\"?");
  EXPECT_EQ(suggest_key("sede", known), "did you mean \"seed\"?");
  EXPECT_EQ(suggest_key("output", known, "names"), "the names are batch_size, name, seed");
  EXPECT_EQ(suggest_key(std::string(1'000'000, 's'), known), "the keys are batch_size, name, seed");
}

TEST(NearestKey, NothingIsNearWhereMoreThanHalfDiffers) {
  constexpr std::array<std::string_view, 2> known{"uniform", "log_uniform"};
  EXPECT_EQ(nearest_key("loguniform", known), "log_uniform");
  EXPECT_EQ(nearest_key("normal", known), std::nullopt);
  EXPECT_EQ(nearest_key("uniform", std::array<std::string_view, 0>{}), std::nullopt);
}

}  // namespace
}  // namespace runner
