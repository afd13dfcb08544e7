#include "runner/report/curves.hpp"

#include "evenly_spaced.hpp"
#include "finding.hpp"
#include "plot.hpp"
#include "seeds.hpp"
#include "sweep_figures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr double curves_width = 720, curves_plot_height = 270;
constexpr std::size_t most_configurations = 6, most_epochs = 201, markers_on_a_curve = 6;

/// The configurations to draw, in the order of the legend, and what they are called.
struct Shown {
  std::size_t configuration;
  std::string label;
};

std::vector<Shown> along_the_axis(const FigureSource& source) {
  const auto& all = source.comparison.configurations;
  const Column& axis = source.varying.front();
  std::vector<std::size_t> order(all.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return axis.value(all[a]) < axis.value(all[b]); });
  std::vector<Shown> shown;
  for (const std::size_t i : evenly_spaced(0, order.size() - 1, most_configurations))
    shown.push_back({order[i], name_of(source.comparison, all[order[i]])});
  return shown;
}

std::vector<Shown> best_and_widest(const FigureSource& source) {
  const Comparison& comparison = source.comparison;
  const auto best = comparison.best(), widest = comparison.widest_gap();
  const auto named = [&](const std::string& what, std::size_t i) {
    const std::string name = name_of(comparison, comparison.configurations[i]);
    return Shown{i, name.empty() ? "configuration" : fmt::format("{}: {}", what, name)};
  };
  if (best && best == widest) return {named("best and widest gap", *best)};
  std::vector<Shown> shown;
  if (best) shown.push_back(named(fmt::format("best by {} accuracy", comparison.chosen_by()), *best));
  if (widest) shown.push_back(named("widest gap", *widest));
  if (shown.empty()) shown.push_back(named("the first", 0));  // none learned
  return shown;
}

/// The curves of some configurations alone; those of all would take long.
std::vector<LearningCurves> shown_curves(const FigureSource& source, const std::vector<Shown>& shown,
                                         const std::vector<std::size_t>& places) {
  const std::vector<Runs> configurations = configurations_of(source.results);
  std::vector<LearningCurves> curves;
  for (const Shown& one : shown)
    curves.push_back(curves_of(configurations[one.configuration], images_of(source.results.origin),
                               source.results.recorded, places));
  return curves;
}

/// One metric on one data set.
struct Part {
  Metric metric;
  std::string_view dash;
};

using Parts = std::vector<Part>;

Scale metric_scale(const std::vector<LearningCurves>& curves, const Parts& parts, bool accuracy) {
  Range means, whole;
  for (const LearningCurves& one : curves)
    for (const Part& part : parts)
      for (const Estimate& e : one[part.metric]) {
        if (std::isnan(e.mean)) continue;
        const double half = std::isnan(e.half_width) ? 0 : e.half_width;
        means.add(e.mean);
        whole.add(accuracy ? std::max(e.mean - half, 0.0) : e.mean - half);
        whole.add(accuracy ? std::min(e.mean + half, 1.0) : e.mean + half);
      }
  if (!accuracy && spans_orders(means)) return logarithmic_scale(means);
  if (!accuracy) whole.low = std::max(whole.low, 0.0);
  return linear_scale(whole);
}

void draw(const Frame& frame, const std::vector<LearningCurves>& curves, const Parts& parts,
          const std::vector<int>& epochs) {
  const auto points_of = [&](const Curve& curve) {
    std::vector<Point> points;
    // That of a configuration that was stopped early ends before the others.
    for (std::size_t e = 0; e < curve.size() && !std::isnan(curve[e].mean); ++e)
      points.push_back({static_cast<double>(epochs[e]), curve[e].mean, 0, curve[e].half_width});
    return points;
  };
  frame.grid();
  for (std::size_t c = 0; c < curves.size(); ++c)
    for (const Part& part : parts) frame.band(points_of(curves[c][part.metric]), series_style(c));
  for (std::size_t c = 0; c < curves.size(); ++c)
    for (const Part& part : parts) {
      const std::vector<Point> points = points_of(curves[c][part.metric]);
      SeriesStyle line = series_style(c);
      line.dash = part.dash;
      frame.line(points, line);
      // Those of different configurations side by side.
      const std::size_t each = std::max<std::size_t>(1, points.size() / markers_on_a_curve);
      std::vector<Point> marked;
      for (std::size_t e = each * (c + 1) / (curves.size() + 1); e < points.size(); e += each)
        marked.push_back(points[e]);
      frame.markers(marked, line, 3);
    }
}

}  // namespace

Figure learning_curves_figure(const FigureSource& source) {
  const std::vector<Shown> shown =
      source.varying.size() == 1 ? along_the_axis(source) : best_and_widest(source);
  // What the untrained network does would leave little of the plot to all others.
  const RecordedEpochs& recorded = source.results.recorded;
  const std::size_t last = recorded.size() - 1;
  const std::vector<std::size_t> places = evenly_spaced(last > 1 ? 1 : 0, last, most_epochs);
  const std::vector<LearningCurves> curves = shown_curves(source, shown, places);
  std::vector<int> epochs;
  for (const std::size_t place : places) epochs.push_back(recorded[place]);

  Parts accuracy{{Metric::train_accuracy, train_dash}, {Metric::test_accuracy, test_dash}};
  Parts loss{{Metric::train_loss, train_dash}, {Metric::test_loss, test_dash}};
  std::vector<LegendEntry> legend{{"training", {"#000", train_dash, Marker::none, true}},
                                  {"test", {"#000", test_dash, Marker::none, true}}};
  if (source.comparison.validated) {
    accuracy.push_back({Metric::validation_accuracy, validation_dash});
    loss.push_back({Metric::validation_loss, validation_dash});
    legend.push_back({"validation", {"#000", validation_dash, Marker::none, true}});
  }

  Range all_epochs;
  for (const int epoch : epochs) all_epochs.add(epoch);
  const PlotAxis by_epoch{linear_scale(all_epochs, 1), "Epoch"};
  Sheet sheet(curves_width, source.results.name, "accuracy and loss by epoch");
  const double top = sheet.bottom();
  const Frame left(sheet.svg(), 0, curves_width / 2 - right_margin / 2, top, curves_plot_height, by_epoch,
                   {metric_scale(curves, accuracy, true), "Accuracy"});
  const Frame right(sheet.svg(), curves_width / 2, curves_width - right_margin, top, curves_plot_height,
                    by_epoch, {metric_scale(curves, loss, false), loss_title(source)});
  draw(left, curves, accuracy, epochs);
  draw(right, curves, loss, epochs);
  sheet.reach(std::max(left.bottom(), right.bottom()));

  sheet.legend(legend);
  legend.clear();
  for (std::size_t c = 0; c < shown.size(); ++c) {
    legend.push_back({shown[c].label, series_style(c)});
    legend.back().style.line = true;
  }
  sheet.legend(legend);
  const bool intervals = std::any_of(curves.begin(), curves.end(), [](const LearningCurves& c) {
    return !std::isnan(c[Metric::test_accuracy].front().half_width);
  });
  std::string note = intervals ? "Means over the seeds; bands: 95 % intervals." : "One seed.";
  if (epochs.front() > 0) note += " The untrained network (epoch 0) is left out.";
  if (source.varying.size() == 1 && shown.size() < source.comparison.configurations.size())
    note += fmt::format(" {} of {} configurations.", shown.size(), source.comparison.configurations.size());
  sheet.note(note);
  return sheet.finish("learning_curves.svg", source.description);
}

}  // namespace runner
