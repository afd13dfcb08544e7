#pragma once

#include "runner/report/comparison.hpp"
#include "runner/report/figures.hpp"
#include "runner/results/results_data.hpp"

#include "columns.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What all figures of a results file are drawn from.
struct FigureSource {
  ResultsData results;  ///< the runs that are done, at least one
  Comparison comparison;
  std::vector<Column> varying;
  std::size_t not_done = 0, diverged = 0;  ///< runs that are left out
  std::string description;                 ///< where the numbers come from
};

// A figure each, or several alike.

Figure train_against_test_figure(const FigureSource& source);
Figure learning_curves_figure(const FigureSource& source);
/// gap_by_ and accuracy_by_; none where no runs can be paired.
std::vector<Figure> figures_by(const FigureSource& source, const Column& axis);
/// The same of an axis whose values were drawn: a point for each configuration, and the means of bins; none
/// where there are too few for bins.
std::vector<Figure> figures_by_bins(const FigureSource& source, const Column& axis);
/// The curves of the `most` best runs, a frame each.
Figure best_runs_figure(const FigureSource& source, std::size_t most);
/// gap_ and test_accuracy_, values that were drawn in bins; none where an axis has too many values.
std::vector<Figure> heat_maps(const FigureSource& source, const Column& x, const Column& y);

// What they share.

/// The different values of an axis, ascending; words in the order of their axis.
std::vector<double> values_of(const FigureSource& source, const Column& axis);
/// Their texts, in that order; long numbers are rounded.
std::vector<std::string> texts_of(const FigureSource& source, const Column& axis);

/// Where each configuration stands on an axis: among its values, or in bins of those that were drawn.
struct AxisPlaces {
  std::vector<std::string> texts;  ///< of the places, ascending
  /// For each configuration; as many as there are places for one that the axis means nothing to.
  std::vector<std::size_t> at;
  bool in_bins = false;
};
AxisPlaces places_on(const FigureSource& source, const Column& axis);

/// "Hidden units"
std::string title_of(const Column& axis);

/// "Loss (cross entropy, nats)"; where there are several, "Loss".
std::string loss_title(const FigureSource& source);

/// Their radius, so that many have room.
double marker_radius(std::size_t markers);

}  // namespace runner
