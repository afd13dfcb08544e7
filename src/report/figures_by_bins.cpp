#include "runner/report/effect.hpp"

#include "finding.hpp"
#include "plot.hpp"
#include "sweep_figures.hpp"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr double bins_width = 460, bins_plot_height = 280;

/// A measure of the configurations as points, and its means over the bins.
struct BinnedSeries {
  std::string label;
  SeriesStyle style;
  double (*number)(const ConfigurationSummary& configuration);
  const Estimate EffectOfValue::*mean;
};

/// The mean of a bin, from its smallest value to its largest.
void draw_bin(const Frame& frame, const EffectOfValue& row, const Estimate& mean, const Scale& x,
              const SeriesStyle& style) {
  frame.line(std::vector<Point>{{row.least, mean.mean}, {row.most, mean.mean}}, style);
  const double middle =
      x.logarithmic ? std::sqrt(row.least) * std::sqrt(row.most) : (row.least + row.most) / 2;
  const std::vector<Point> point{{middle, mean.mean, 0, mean.half_width}};
  frame.bars(point, style);
  frame.markers(point, style, 4);
}

}  // namespace

std::vector<Figure> figures_by_bins(const FigureSource& source, const Column& axis) {
  const Effect effect = effect_in_bins(source.results, axis.name);
  if (effect.values.empty()) return {};
  std::vector<ConfigurationSummary> configurations = source.comparison.configurations;
  const std::size_t left_out =
      std::erase_if(configurations, [&](const ConfigurationSummary& c) { return !axis.has_value(c); });
  const PlotAxis x{value_scale(values_of(source, axis), texts_of(source, axis)), title_of(axis)};

  const auto figure = [&](std::string_view name, std::string_view y_title,
                          const std::vector<BinnedSeries>& all) {
    Range range;
    for (const BinnedSeries& series : all) {
      for (const ConfigurationSummary& c : configurations) range.add(series.number(c));
      for (const EffectOfValue& row : effect.values) {
        const Estimate& mean = row.*series.mean;
        const double half = std::isnan(mean.half_width) ? 0 : mean.half_width;
        range.add(mean.mean - half);
        range.add(mean.mean + half);
      }
    }
    Sheet sheet(bins_width, source.results.name, fmt::format("{} by {}", name, axis.name));
    const Frame frame(sheet.svg(), 0, bins_width - right_margin, sheet.bottom(), bins_plot_height, x,
                      {linear_scale(range), std::string(y_title)});
    sheet.reach(frame.bottom());
    frame.grid();
    std::vector<LegendEntry> legend;
    for (const BinnedSeries& series : all) {
      std::vector<Point> points;
      for (const ConfigurationSummary& c : configurations)
        points.push_back({axis.value(c), series.number(c)});
      SeriesStyle faint = series.style;
      faint.opacity = 0.35;
      frame.markers(points, faint, marker_radius(4 * points.size()));
    }
    for (const BinnedSeries& series : all) {
      for (const EffectOfValue& row : effect.values)
        draw_bin(frame, row, row.*series.mean, x.scale, series.style);
      legend.push_back({series.label, series.style});
      legend.back().style.line = true;
    }
    if (all.size() > 1) sheet.legend(legend);
    std::string note = fmt::format(
        "A point for each of {}{}. Lines: means of {} of about equally many samples, not "
        "paired: the other parameters differ, too; bars: 95 % intervals over the samples.",
        counted(configurations.size(), "configuration"),
        left_out > 0 ? fmt::format(" that {} applies to", axis.name) : std::string(),
        counted(effect.values.size(), "bin"));
    if (const std::string stopped = stopped_note(source.comparison); !stopped.empty())
      note += fmt::format(" {}.", stopped);
    sheet.note(note);
    return sheet.finish(fmt::format("{}_by_{}.svg", name, axis.name), source.description);
  };

  SeriesStyle train = series_style(0), test = series_style(1);
  test.dash = test_dash;
  return {
      figure("gap", "Gap (training − test accuracy)",
             {{"gap", series_style(0), [](const ConfigurationSummary& c) { return c.gap.mean; },
               &EffectOfValue::gap}}),
      figure("accuracy", "Accuracy",
             {{"training", train,
               [](const ConfigurationSummary& c) { return c.last[Metric::train_accuracy].mean; },
               &EffectOfValue::train_accuracy},
              {"test", test, [](const ConfigurationSummary& c) { return c.last[Metric::test_accuracy].mean; },
               &EffectOfValue::test_accuracy}})};
}

}  // namespace runner
