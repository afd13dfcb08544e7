#include "runner/compute/instruction_set.hpp"

#include "architecture.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <vector>

namespace runner {
namespace {

const architecture::CompiledSet* compiled(InstructionSet set) {
  const auto sets = architecture::compiled_sets();
  const auto found = std::find_if(sets.begin(), sets.end(), [set](const auto& s) { return s.set == set; });
  return found == sets.end() ? nullptr : &*found;
}

const architecture::CompiledSet& usable(InstructionSet set) {
  const architecture::CompiledSet* found = compiled(set);
  assert(found != nullptr && found->supported());
  return *found;
}

}  // namespace

std::string_view to_string(InstructionSet set) {
  const architecture::CompiledSet* found = compiled(set);
  return found == nullptr ? "" : found->name;
}

std::span<const InstructionSet> instruction_sets() {
  static const std::vector<InstructionSet> all = [] {
    std::vector<InstructionSet> sets;
    for (const architecture::CompiledSet& compiled : architecture::compiled_sets())
      sets.push_back(compiled.set);
    return sets;
  }();
  return all;
}

bool supported(InstructionSet set) {
  const architecture::CompiledSet* found = compiled(set);
  return found != nullptr && found->supported();
}

InstructionSet baseline_instruction_set() {
  return architecture::compiled_sets().front().set;
}

InstructionSet best_instruction_set() {
  InstructionSet best = baseline_instruction_set();
  for (const architecture::CompiledSet& compiled : architecture::compiled_sets())
    if (compiled.supported()) best = compiled.set;
  return best;
}

const Elementwise& elementwise(InstructionSet set) {
  return usable(set).elementwise();
}

const CentralDifferences& central_differences(InstructionSet set) {
  return usable(set).central_differences();
}

std::string_view processor_name() {
  static const std::string name = [] {
    std::string text = architecture::processor_name();
    // Some processors pad it with blanks.
    text.erase(0, text.find_first_not_of(' '));
    text.erase(text.find_last_not_of(' ') + 1);
    return text.empty() ? std::string("unknown") : text;
  }();
  return name;
}

}  // namespace runner
