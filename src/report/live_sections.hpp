#pragma once

#include "runner/results/results_data.hpp"

#include "seeds.hpp"
#include "text_table.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What the live view of a running sweep shows of its runs. A run's numbers are those after its last recorded
/// epoch.
namespace runner {

/// Something that a run has after each epoch.
struct RunCurve {
  std::string_view name;
  std::function<std::vector<float>(const StoredRun&)> values;  ///< after the recorded epochs of 1 … E
};

/// A group of runs: those with the largest values of something.
struct Section {
  std::string title;
  std::function<double(const StoredRun&)> value;  ///< NaN: not to be shown
  std::string (*text)(double value);
  const char* colour;            ///< of the first
  RunCurve single;               ///< where there is room for one curve
  std::array<RunCurve, 2> pair;  ///< where there is for two
};

/// Those that lead, those with the widest gap, those whose loss has risen most.
std::vector<Section> sections_of(const ResultsData& results);

/// The runs of a section with the largest values, at most so many; of equal ones the first in the file.
Runs largest(const ResultsData& results, const Section& section, std::size_t count);

/// A run in a section.
struct SectionRow {
  const StoredRun* run;
  const Section* section;
};

/// The axes that vary in the file and the numbers of runs, as many as leave room for `curve` cells in so many
/// columns; at least what each run is ranked by.
TextTable table_of(const ResultsData& results, const std::vector<SectionRow>& rows, std::size_t columns,
                   std::size_t curve);

}  // namespace runner
