// What the binary for aarch64 carries.

#include "runner/compute/kernel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

TEST(InstructionSet, IsThatOfTheArchitecture) {
  EXPECT_THAT(instruction_sets(), testing::ElementsAre(InstructionSet::aarch64));
  EXPECT_EQ(to_string(InstructionSet::aarch64), "aarch64");
}

TEST(KernelNames, AreInTheOrderOfTheirSpeed) {
  EXPECT_THAT(kernel_names(), testing::ElementsAre("reference", "eigen"));
}

TEST(ProcessorName, IsThatOfMidr) {
  EXPECT_THAT(std::string(processor_name()),
              testing::MatchesRegex(
                  "implementer 0x[0-9a-f]+, part 0x[0-9a-f]+, variant 0x[0-9a-f]+, revision [0-9]+"));
}

}  // namespace
}  // namespace runner
