#pragma once

#include "runner/error/counted.hpp"
#include "runner/report/comparison.hpp"

#include "columns.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// "12 of 27 configurations were stopped early; their numbers are those of their last epoch"; empty if none
/// was.
std::string stopped_note(std::size_t stopped, std::size_t all, std::string_view noun);

/// "0.8731", or with its interval "0.8731±.002", rounded up; of two numbers with their range, "0.7050 (0.6610
/// to 0.7490)"; "-" for no number.
std::string with_interval(const Estimate& estimate);

/// What values a number may have.
struct Limits {
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
};
inline constexpr Limits share_of_images{0, 1}, at_least_zero{0};

/// The same in a cell of a table: room is left for an interval that is not known. "0.661…0.749" are the ends
/// of the interval where it would reach beyond the limits, or the range of two numbers.
std::string in_cell(const Estimate& estimate, bool interval, Limits limits);

/// "learning_rate 1", "batch_size 50": the values of a configuration on those of the axes that mean something
/// to it.
std::vector<std::string> settings_of(const std::vector<Column>& columns,
                                     const ConfigurationSummary& configuration);

/// What sets a configuration apart: "learning_rate 1, batch_size 50", with the file where there are several.
/// Empty where nothing does.
std::string name_of(const Comparison& comparison, const ConfigurationSummary& configuration);

/// The axes that do not vary, without those whose value goes without saying: "loss cross_entropy", "momentum
/// 0.5 where it applies". Empty of no configurations.
std::vector<std::string> fixed_settings(const Comparison& comparison);

/// "overfits", "did not learn".
std::string words_of(Verdict verdict);

/// "overfits from epoch 84", "perhaps overfits", "did not learn", "shows no sign of overfitting".
std::string verdict_phrase(const ConfigurationSummary& configuration);

/// "3 overfit, 1 perhaps, 20 fit so far, 2 did not learn, 1 diverged": how many configurations there are of
/// each verdict, those that there are none of left out.
std::string counted_verdicts(const Comparison& comparison);

/// What was found, in one sentence: how many configurations overfit, where the gap is widest, and which
/// configuration is best.
std::string finding(const Comparison& comparison);

}  // namespace runner
