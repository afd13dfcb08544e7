#include "finding.hpp"
#include "plot.hpp"
#include "sweep_figures.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr double scatter_width = 460, scatter_plot_height = 340;
constexpr std::size_t most_with_intervals = 300;  // those of more hide the points

Point point_of(const ConfigurationSummary& c, bool intervals) {
  if (!intervals) return {c.last[Metric::train_accuracy].mean, c.last[Metric::test_accuracy].mean};
  return {c.last[Metric::train_accuracy].mean, c.last[Metric::test_accuracy].mean,
          c.last[Metric::train_accuracy].half_width, c.last[Metric::test_accuracy].half_width};
}

/// Those on an axis, with one more for configurations that it means nothing to.
AxisPlaces marked_places(const FigureSource& source, const Column& axis) {
  AxisPlaces places = places_on(source, axis);
  if (means_nothing_to_some(axis, source.comparison)) places.texts.emplace_back("–");
  return places;
}

/// The axis to tell points apart by: of those with few enough values or bins, the one on which the gap
/// depends most.
std::optional<Column> telling_axis(const FigureSource& source) {
  std::optional<Column> telling;
  double widest = -1;
  for (const Column& axis : source.varying) {
    const AxisPlaces places = marked_places(source, axis);
    if (places.texts.size() > series_styles) continue;
    std::vector<std::vector<double>> gaps(places.texts.size());
    for (std::size_t i = 0; i < places.at.size(); ++i) {
      const ConfigurationSummary& c = source.comparison.configurations[i];
      if (axis.has_value(c)) gaps[places.at[i]].push_back(c.gap.mean);
    }
    Range means;
    for (const std::vector<double>& at_place : gaps) means.add(mean(at_place));
    if (means.high - means.low > widest) {
      widest = means.high - means.low;
      telling = axis;
    }
  }
  return telling;
}

/// With its interval, as far as accuracies go.
void add_interval(Range& range, double mean, double half) {
  const double reach = std::isnan(half) ? 0 : half;
  range.add(std::max(mean - reach, 0.0));
  range.add(std::min(mean + reach, 1.0));
}

std::string left_out(const FigureSource& source) {
  std::string text;
  if (source.diverged > 0) text += fmt::format("; {} diverged", counted(source.diverged, "run"));
  if (source.not_done > 0) text += fmt::format("; {} not done", counted(source.not_done, "run"));
  return text.empty() ? text : text + ": left out";
}

}  // namespace

Figure train_against_test_figure(const FigureSource& source) {
  const auto& configurations = source.comparison.configurations;
  Range train, test;
  const bool intervals = configurations.size() <= most_with_intervals;
  bool any_interval = false;
  for (const ConfigurationSummary& c : configurations) {
    const Point p = point_of(c, intervals);
    add_interval(train, p.x, p.x_half);
    add_interval(test, p.y, p.y_half);
    any_interval = any_interval || p.y_half > 0;
  }
  // The diagonal is in sight over all of the plot's width.
  const Scale x = linear_scale(train);
  const double diagonal_end = std::min(x.high, 1.0);
  test.add(x.low);
  test.add(diagonal_end);

  Sheet sheet(scatter_width, source.results.name, "train against test accuracy");
  const Frame frame(sheet.svg(), 0, scatter_width - right_margin, sheet.bottom(), scatter_plot_height,
                    {x, "Training accuracy"}, {linear_scale(test), "Test accuracy"});
  sheet.reach(frame.bottom());
  frame.grid();
  const SeriesStyle diagonal{"#555", "2 3", Marker::none, true};
  frame.line(std::vector<Point>{{x.low, x.low}, {diagonal_end, diagonal_end}}, diagonal);

  std::vector<LegendEntry> legend;
  const std::optional<Column> axis = telling_axis(source);
  const AxisPlaces places = axis ? marked_places(source, *axis)
                                 : AxisPlaces{{""}, std::vector<std::size_t>(configurations.size()), false};
  const double radius = marker_radius(configurations.size());
  for (std::size_t i = 0; i < places.texts.size(); ++i) {
    std::vector<Point> points;
    for (std::size_t c = 0; c < configurations.size(); ++c)
      if (places.at[c] == i) points.push_back(point_of(configurations[c], intervals));
    frame.bars(points, series_style(i), {2, 0.8});
    frame.markers(points, series_style(i), radius);
    legend.push_back(
        {axis ? fmt::format("{} {}", axis->name, places.texts[i]) : "configuration", series_style(i)});
  }
  const auto mark = [&](std::string label, std::size_t which, Marker marker) {
    const SeriesStyle marked{.marker = marker};
    frame.markers(std::vector<Point>{point_of(configurations[which], false)}, marked, 3.5);
    legend.push_back({std::move(label), marked});
  };
  if (configurations.size() > 1) {
    if (const auto best = source.comparison.best())
      mark(fmt::format("best by {} accuracy", source.comparison.chosen_by()), *best, Marker::ring);
    if (const auto widest = source.comparison.widest_gap()) mark("widest gap", *widest, Marker::frame);
  }
  legend.push_back({"test = train", diagonal});
  sheet.legend(legend);
  sheet.note(
      fmt::format("After epoch {}, {}{}{}. Below the line a network does better on what it was trained on.",
                  source.results.epochs(), counted(configurations.size(), "configuration"),
                  any_interval ? "; bars: 95 % intervals over the seeds" : "", left_out(source)));
  return sheet.finish("train_against_test.svg", source.description);
}

}  // namespace runner
