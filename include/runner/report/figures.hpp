#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

/// A plot for a paper or a page, as a file of its own.
struct Figure {
  std::string name;  ///< of its file: "gap_by_hidden_size.svg"
  std::string svg;   ///< the whole file: SVG 1.1 in UTF-8, text as text, white background
};

/// What a results file shows, over its runs that are done with finite losses; none where none is:
///
/// - train_against_test: a point for each configuration, with its 95 % intervals, and the diagonal
/// - learning_curves: accuracy and loss by epoch (201 epochs at most), 95 % intervals as bands: of all
///   configurations (six at most) where one axis varies, else of the best and that with the widest gap
/// - best_runs: where asked for, a frame for each of the best runs, with its training and its chosen accuracy
///   by epoch. The chosen accuracy is that on the validation set, or without one on the test set; the best
///   runs are those with the largest after their last epoch
/// - gap_by_AXIS, accuracy_by_AXIS: for each axis that varies (201 values at most), the mean over the runs
///   that have all their partners (effect_of); none where no run has. Where the values were drawn at random:
///   a point for each configuration, and the means of bins (effect_in_bins)
/// - gap_X_Y, test_accuracy_X_Y: heat maps for each two axes that vary, with 100 values at most, the mean
/// over
///   the configurations of a cell; values that were drawn are put into five bins
///
/// Colours are told apart by eyes that are blind to some, and in grey; markers and dashes say the same.
std::vector<Figure> figures(const ResultsData& results, std::size_t best_runs = 0);

}  // namespace runner
