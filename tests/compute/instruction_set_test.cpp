#include "runner/compute/instruction_set.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace runner {
namespace {

TEST(InstructionSet, BaselineIsAlwaysSupported) {
  EXPECT_TRUE(supported(baseline_instruction_set()));
}

TEST(InstructionSet, BestIsTheLastThatIsSupported) {
  for (const InstructionSet set : instruction_sets())
    EXPECT_EQ(supported(set), set <= best_instruction_set()) << to_string(set);
}

TEST(InstructionSet, OfAnotherArchitectureIsNotSupported) {
  for (const InstructionSet set : {InstructionSet::x86_64, InstructionSet::x86_64_v3,
                                   InstructionSet::x86_64_v4, InstructionSet::aarch64}) {
    const auto all = instruction_sets();
    if (std::find(all.begin(), all.end(), set) != all.end()) continue;
    EXPECT_FALSE(supported(set));
    EXPECT_EQ(to_string(set), "");
  }
}

TEST(ProcessorName, IsTrimmedText) {
  ASSERT_FALSE(processor_name().empty());
  EXPECT_NE(processor_name().front(), ' ');
  EXPECT_NE(processor_name().back(), ' ');
}

}  // namespace
}  // namespace runner
