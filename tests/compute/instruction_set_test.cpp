#include "runner/compute/instruction_set.hpp"

#include <gtest/gtest.h>

namespace runner {
namespace {

TEST(InstructionSet, BaselineIsAlwaysSupported) {
  EXPECT_TRUE(supported(InstructionSet::x86_64));
}

TEST(InstructionSet, BestIsTheLastThatIsSupported) {
  for (const InstructionSet set : instruction_sets())
    EXPECT_EQ(supported(set), set <= best_instruction_set()) << to_string(set);
}

TEST(InstructionSet, NamesAreThoseOfTheAbi) {
  EXPECT_EQ(to_string(InstructionSet::x86_64), "x86-64");
  EXPECT_EQ(to_string(InstructionSet::x86_64_v3), "x86-64-v3");
  EXPECT_EQ(to_string(InstructionSet::x86_64_v4), "x86-64-v4");
}

TEST(ProcessorName, IsTrimmedText) {
  ASSERT_FALSE(processor_name().empty());
  EXPECT_NE(processor_name().front(), ' ');
  EXPECT_NE(processor_name().back(), ' ');
}

}  // namespace
}  // namespace runner
