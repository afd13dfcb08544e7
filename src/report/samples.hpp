#pragma once

#include "runner/report/comparison.hpp"

#include "columns.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// Axes whose values were drawn at random, so that hardly two configurations share one.
namespace runner {

/// An axis of more numbers than these is shown in bins where its values were drawn.
inline constexpr std::size_t most_listed_values = 10;

/// Bins that values are put into where there are enough of them.
inline constexpr std::size_t usual_bins = 5;

/// The different values of an axis among some configurations, ascending.
std::vector<double> different_values(std::span<const ConfigurationSummary> configurations,
                                     const Column& axis);

/// Where each configuration stands among them; their number for one that the axis means nothing to.
std::vector<std::size_t> places_among(std::span<const double> values,
                                      std::span<const ConfigurationSummary> configurations,
                                      const Column& axis);

/// Whether the values of an axis were drawn: numbers, more than most_listed_values of them, and fewer than
/// half of all pairs of a value and a setting of the other axes are there. In a grid, all are. Configurations
/// that the axis means nothing to do not count.
bool is_sampled(std::span<const ConfigurationSummary> configurations, const Column& axis);

/// Those of the axes that are.
std::vector<Column> sampled_axes(std::span<const ConfigurationSummary> configurations,
                                 const std::vector<Column>& axes);

/// For each configuration the sample that it belongs to, counted from 0 in the order of the first of each:
/// configurations that share all values of these axes are one sample. With no axes each is one of its own.
struct Samples {
  std::size_t count = 0;
  std::vector<std::size_t> of;
};
Samples samples_of(std::span<const ConfigurationSummary> configurations, const std::vector<Column>& axes);

/// Numbers in bins of about equally many: equal numbers are in one bin.
struct Bins {
  std::vector<double> least, most;  ///< the smallest and the largest number in each bin, ascending
  std::vector<std::size_t> at;      ///< for each number its bin

  std::size_t count() const { return least.size(); }
};

/// `count` bins; fewer where many numbers are equal. At least one number, count ≥ 1.
Bins quantile_bins(std::span<const double> numbers, std::size_t count);

/// The values of an axis in `count` bins, for each configuration; count() for one that the axis means nothing
/// to.
Bins bins_of(std::span<const ConfigurationSummary> configurations, const Column& axis,
             std::size_t count = usual_bins);

/// "0.0012 to 0.0046", or the number where there is one only.
std::string bin_text(double least, double most);

}  // namespace runner
