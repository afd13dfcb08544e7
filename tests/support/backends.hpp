#pragma once

#include "runner/compute/kernel.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// For GoogleTest's messages.
inline void PrintTo(InstructionSet set, std::ostream* out) {
  *out << to_string(set);
}

namespace test {

/// The instruction sets that this processor has.
inline std::vector<InstructionSet> supported_sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set : instruction_sets())
    if (supported(set)) sets.push_back(set);
  return sets;
}

/// A kernel, and an instruction set to run it and all else with.
struct Code {
  std::string_view kernel;
  InstructionSet set;

  /// As a part of a test's name.
  std::string name() const {
    std::string text = std::string(kernel) + "_" + std::string(to_string(set));
    std::replace(text.begin(), text.end(), '-', '_');
    return text;
  }
  friend void PrintTo(const Code& code, std::ostream* out) { *out << code.name(); }
};

/// All that this processor can run.
inline std::vector<Code> usable_code() {
  std::vector<Code> all;
  for (const std::string_view kernel : kernel_names())
    for (const InstructionSet set : supported_sets())
      if (kernel_usable(kernel, set)) all.push_back({kernel, set});
  return all;
}

}  // namespace test
}  // namespace runner
