#pragma once

#include "runner/results/results_data.hpp"

#include <string>

namespace runner {

/// A results file as one page of HTML, which needs nothing but itself and may be opened from disk: what was
/// found, train against test accuracy, learning curves, heat maps, the effect of each axis, the table, and
/// where the numbers come from. Curves are thinned out to 1.5 million numbers in all, and the page says so.
/// What the config says is text on it, whatever it holds. UTF-8.
std::string to_page(const ResultsData& results);

}  // namespace runner
