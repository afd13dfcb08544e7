#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

/// A plot for a paper, as a file of its own.
struct Figure {
  std::string name;  ///< file name: "gap_by_hidden_size.svg"
  std::string svg;   ///< the whole file: SVG 1.1 in UTF-8, text as text, white background
};

/// The figures of a results file, over its runs that are done with finite losses; empty if there is none:
///
/// - train_against_test: a point for each configuration, with its 95 % intervals, and the diagonal
/// - learning_curves: accuracy and loss by epoch (201 epochs at most), 95 % intervals as bands. Shows all
///   configurations (six at most) if one axis varies, else the best and the one with the widest gap
/// - best_runs, on request: a frame for each of the best runs, with training accuracy and validation (else
///   test) accuracy by epoch. The best runs have the largest validation (else test) accuracy after their last
///   epoch
/// - gap_by_AXIS, accuracy_by_AXIS, for each axis that varies (201 values at most): the mean over the runs
///   that effect_of compares. If the values were drawn: a point for each configuration, and the means of bins
///   (effect_in_bins)
/// - gap_X_Y, test_accuracy_X_Y, for each two axes that vary, with 100 values at most: heat maps of the mean
///   over the configurations of a cell. Drawn values are put into five bins
///
/// The colours are distinct for colour-blind readers and in grey; markers and dashes distinguish the lines,
/// too.
std::vector<Figure> figures(const ResultsData& results, std::size_t best_runs = 0);

}  // namespace runner
