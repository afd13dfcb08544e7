// What the binary for x86-64 carries.

#include "runner/compute/kernel.hpp"
#include "runner/error/error.hpp"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

/// What the operating system says the processor has: the flags of /proc/cpuinfo.
std::set<std::string> flags_of_processor() {
  std::ifstream lines("/proc/cpuinfo");
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

TEST(InstructionSet, IsSupportedWhereTheSystemNamesAllThatTheAbiListsForIt) {
  const std::set<std::string> flags = flags_of_processor();
  if (flags.empty()) GTEST_SKIP() << "no /proc/cpuinfo";
  const auto all_of = [&](std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(), [&](const char* name) { return flags.contains(name); });
  };
  // abm is LZCNT.
  const bool v3 = all_of({"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"});
  EXPECT_EQ(supported(InstructionSet::x86_64_v3), v3);
  EXPECT_EQ(supported(InstructionSet::x86_64_v4),
            v3 && all_of({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}));
}

TEST(InstructionSet, NamesAreThoseOfTheAbi) {
  EXPECT_EQ(to_string(InstructionSet::x86_64), "x86-64");
  EXPECT_EQ(to_string(InstructionSet::x86_64_v3), "x86-64-v3");
  EXPECT_EQ(to_string(InstructionSet::x86_64_v4), "x86-64-v4");
}

TEST(FindKernel, TakesEigensForWhatAllProcessorsHave) {
  EXPECT_EQ(find_kernel("auto", InstructionSet::x86_64).name(), "eigen");
}

TEST(FindKernel, RefusesAKernelThatTheInstructionSetLacks) {
  EXPECT_FALSE(kernel_usable("amx", InstructionSet::x86_64_v3));
  EXPECT_THROW(find_kernel("amx", InstructionSet::x86_64_v3), Error);
  EXPECT_THROW(find_kernel("avx2", InstructionSet::x86_64), Error);
}

TEST(KernelNames, AreInTheOrderOfTheirSpeed) {
  EXPECT_THAT(kernel_names(), testing::ElementsAre("reference", "eigen", "avx2", "vnni", "amx"));
}

}  // namespace
}  // namespace runner
