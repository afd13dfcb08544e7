#include "runner/report/effect.hpp"

#include "evenly_spaced.hpp"
#include "finding.hpp"
#include "plot.hpp"
#include "samples.hpp"
#include "sweep_figures.hpp"

#include <cmath>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr double figure_by_width = 460, figure_by_plot_height = 280;
constexpr std::size_t most_values = 201, most_values_with_markers = 60;

struct DrawnSeries {
  std::string label;
  SeriesStyle style;
  std::vector<Point> points;
};

/// What is drawn of each value. Where the others vary, the interval of a mean would be wide with what they
/// do; that of the change against the first value, pair by pair, says what this axis does.
Point point_of_value(double x, const Estimate& mean, const Estimate& change, bool others_vary) {
  return {x, mean.mean, 0, others_vary ? change.half_width : mean.half_width};
}

Scale y_scale_of(const std::vector<DrawnSeries>& all) {
  Range range;
  for (const DrawnSeries& drawn : all)
    for (const Point& p : drawn.points) {
      const double half = std::isnan(p.y_half) ? 0 : p.y_half;
      range.add(p.y - half);
      range.add(p.y + half);
    }
  return linear_scale(range);
}

std::string note_of(const Effect& effect, bool others_vary, bool crowded) {
  std::string note = fmt::format("Means over {} of the others and {}", counted(effect.settings, "setting"),
                                 counted(effect.seeds, "seed"));
  if (effect.left_out > 0)
    note +=
        fmt::format(" ({} without a matching run for every value left out)", counted(effect.left_out, "run"));
  if (effect.stopped > 0)
    note += fmt::format(" ({} that {} stopped early left out)", counted(effect.stopped, "run"),
                        effect.stopped == 1 ? "was" : "were");
  if (effect.not_applicable > 0)
    note += fmt::format(" ({} that {} does not apply to left out)", counted(effect.not_applicable, "run"),
                        effect.axis);
  if (effect.seeds > 2) note += fmt::format("; {}: 95 % intervals over the seeds", crowded ? "band" : "bars");
  if (effect.seeds > 2 && others_vary)
    note += fmt::format(" of the change against {}, for all values together", effect.values.front().value);
  note += '.';
  if (effect.values.size() > most_values)
    note += fmt::format(" {} of {} values.", most_values, effect.values.size());
  return note;
}

}  // namespace

std::vector<Figure> figures_by(const FigureSource& source, const Column& axis) {
  if (is_sampled(source.comparison.configurations, axis)) return figures_by_bins(source, axis);
  const Effect effect = effect_of(source.results, axis.name);
  if (effect.settings == 0) return {};
  const bool others_vary = source.varying.size() > 1;
  const bool crowded = effect.values.size() > most_values_with_markers;
  const bool words = axis.has_words();
  const std::vector<double> values = values_of(source, axis);
  const std::vector<std::string> texts = texts_of(source, axis);
  const PlotAxis x{words ? category_scale(texts) : value_scale(values, texts), title_of(axis)};

  const auto figure = [&](std::string_view name, std::string_view what, std::string_view y_title,
                          const std::vector<DrawnSeries>& all) {
    Sheet sheet(figure_by_width, source.results.name, fmt::format("{} by {}", what, axis.name));
    const Frame frame(sheet.svg(), 0, figure_by_width - right_margin, sheet.bottom(), figure_by_plot_height,
                      x, {y_scale_of(all), std::string(y_title)});
    sheet.reach(frame.bottom());
    frame.grid();
    std::vector<LegendEntry> legend;
    for (const DrawnSeries& drawn : all) {
      if (!words) frame.line(drawn.points, drawn.style);
      if (crowded) {
        frame.band(drawn.points, drawn.style);
      } else {
        frame.bars(drawn.points, drawn.style);
        frame.markers(drawn.points, drawn.style, 3.5);
      }
      legend.push_back({drawn.label, drawn.style});
      legend.back().style.line = !words;
      if (crowded) legend.back().style.marker = Marker::none;
    }
    if (all.size() > 1) sheet.legend(legend);
    sheet.note(note_of(effect, others_vary, crowded));
    return sheet.finish(fmt::format("{}_by_{}.svg", name, axis.name), source.description);
  };

  DrawnSeries gap{"gap", series_style(0), {}}, train{"training", series_style(0), {}},
      test{"test", series_style(1), {}};
  test.style.dash = test_dash;
  for (const std::size_t i : evenly_spaced(0, values.size() - 1, most_values)) {
    const EffectOfValue& row = effect.values[i];
    const double at = words ? static_cast<double>(i) : values[i];
    gap.points.push_back(point_of_value(at, row.gap, row.gap_change, others_vary));
    train.points.push_back(point_of_value(at, row.train_accuracy, row.train_change, others_vary));
    test.points.push_back(point_of_value(at, row.test_accuracy, row.test_change, others_vary));
  }
  return {figure("gap", "gap", "Gap (training − test accuracy)", {gap}),
          figure("accuracy", "accuracy", "Accuracy", {train, test})};
}

}  // namespace runner
