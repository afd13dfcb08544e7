#include "runner/data/class_names.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

std::vector<std::string> names_of(const char* dataset, std::size_t classes) {
  DatasetFacts data;
  data.name = dataset;
  data.classes = classes;
  return class_names(data);
}

TEST(ClassNames, AreTheAuthorsOfFashionMnist) {
  const std::vector<std::string> names = names_of("fashion-mnist", 10);
  ASSERT_EQ(names.size(), 10u);
  EXPECT_EQ(names[0], "T-shirt/top");
  EXPECT_EQ(names[6], "Shirt");
  EXPECT_EQ(names[9], "Ankle boot");
}

TEST(ClassNames, AreDigitsOfMnistAndNumbersElsewhere) {
  EXPECT_EQ(names_of("mnist", 10).back(), "9");
  EXPECT_EQ(names_of("letters", 3), (std::vector<std::string>{"0", "1", "2"}));
}

TEST(ClassNames, AreNumbersWhereAFolderOfThatNameHasOtherClasses) {
  EXPECT_EQ(names_of("fashion-mnist", 2), (std::vector<std::string>{"0", "1"}));
}

}  // namespace
}  // namespace runner
