#include "colour_map.hpp"
#include "finding.hpp"
#include "heat_map.hpp"
#include "plot.hpp"
#include "sweep_figures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr double least_width = 200, least_height = 170, bar_gap = 16, bar_width = 14, bar_labels = 62;
constexpr std::string_view no_number = "#e4e4e4";

/// The length of a side of so many cells.
double side(std::size_t cells, double of_a_cell, double least, double most) {
  return std::clamp(static_cast<double>(cells) * of_a_cell, least, most);
}

/// So many that the cells differ.
int decimals_for(const Range& range) {
  const double span = range.empty() ? 0 : range.high - range.low;
  return span > 0 ? std::clamp(static_cast<int>(std::ceil(-std::log10(span))) + 1, 2, 5) : 4;
}

/// The colours and what they mean, beside the plot.
void draw_colour_bar(Svg& svg, const Box& plot, const Range& range) {
  const Box bar{plot.right() + bar_gap, plot.top, bar_width, plot.height};
  constexpr int bands = 64;
  for (int i = 0; i < bands; ++i) {
    // Each reaches under the next, so that no seam is seen.
    const double bottom = bar.bottom() - bar.height * i / bands;
    const double top = i + 1 == bands ? bar.top : std::max(bar.top, bottom - 2 * bar.height / bands);
    svg.rectangle({bar.left, top, bar.width, bottom - top}, to_string(cividis((i + 0.5) / bands)));
  }
  const double span = range.high - range.low;
  for (const Tick& tick : linear_scale(range).ticks) {
    const double share = (tick.value - range.low) / span;
    if (!(share >= 0 && share <= 1)) continue;
    const double at = bar.bottom() - bar.height * share;
    svg.stroke(Path().move(bar.right(), at).line(bar.right() + 4, at), {"#555"});
    svg.text(bar.right() + 7, at + 4, tick.label, {11});
  }
}

/// `columns` and `rows`: where the configurations stand on x and y.
Figure figure_of(const FigureSource& source, const Column& x, const AxisPlaces& columns, const Column& y,
                 const AxisPlaces& rows, const std::string& name, const std::string& what,
                 const Measure& measure) {
  const std::vector<std::string>&xs = columns.texts, &ys = rows.texts;
  const auto [cells, range] =
      heat_map(source.comparison, {rows.texts.size(), rows.at}, {columns.texts.size(), columns.at}, measure);
  std::size_t most = 0;
  for (const MapCell& cell : cells) most = std::max(most, cell.learned);

  const PlotAxis x_axis{category_scale(xs), title_of(x)}, y_axis{category_scale(ys), title_of(y)};
  double label_width = 0;
  for (const std::string& text : xs) label_width = std::max(label_width, text_width(text, 11) + 10);
  const double plot_width =
      side(xs.size(), std::max(60.0, xs.size() <= 10 ? label_width : 0), least_width, 600);
  const double plot_height = side(ys.size(), 34, least_height, 520);
  const double plot_right = Frame::left_margin(y_axis) + plot_width;
  const double left_title = text_width(y_axis.title, 12);

  Sheet sheet(plot_right + bar_gap + bar_width + bar_labels, source.results.name, what);
  const Frame frame(sheet.svg(), 0, plot_right, sheet.bottom(), std::max(plot_height, left_title), x_axis,
                    y_axis);
  sheet.reach(frame.bottom());
  const Box& plot = frame.plot();
  const double cell_width = plot.width / static_cast<double>(xs.size());
  const double cell_height = plot.height / static_cast<double>(ys.size());
  const int decimals = decimals_for(range);
  const bool in_bins = columns.in_bins || rows.in_bins;  // of which no two hold as many
  bool incomplete = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto column = static_cast<double>(i % xs.size()), row = static_cast<double>(i / xs.size());
    const Box box{plot.left + column * cell_width, plot.bottom() - (row + 1) * cell_height, cell_width,
                  cell_height};
    if (!std::isfinite(cells[i].mean)) {
      sheet.svg().rectangle(box, no_number);
      continue;
    }
    const Colour colour = colour_of(cells[i].shade);
    sheet.svg().rectangle(box, to_string(colour));
    const bool partly = !in_bins && cells[i].learned < most;
    incomplete = incomplete || partly;
    const std::string text = tick_text(cells[i].mean, decimals) + (partly ? "*" : "");
    if (text_width(text, 11) <= cell_width - 4 && cell_height >= 14)
      sheet.svg().text(box.left + cell_width / 2, box.top + cell_height / 2 + 4, text,
                       {11, Anchor::middle, text_colour_on(colour)});
  }
  if (!range.empty()) draw_colour_bar(sheet.svg(), plot, range);
  std::string note = fmt::format("After epoch {}", source.results.epochs());
  if (in_bins)
    note += ", mean over the configurations of a cell; values that were drawn are in bins";
  else if (most > 1)
    note += fmt::format(", mean over the {} of a cell", counted(most, "configuration"));
  if (incomplete) note += " (* not all of them learned)";
  if (std::any_of(cells.begin(), cells.end(), [](const MapCell& c) { return !std::isfinite(c.mean); }))
    note += "; grey: no network learned";
  std::size_t outside = 0;
  for (std::size_t i = 0; i < rows.at.size(); ++i)
    if (rows.at[i] == ys.size() || columns.at[i] == xs.size()) ++outside;
  std::vector<std::string> narrower;
  for (const Column& axis : {x, y})
    if (means_nothing_to_some(axis, source.comparison)) narrower.push_back(axis.name);
  if (outside > 0)
    note += fmt::format("; {} that {} does not apply to left out", counted(outside, "configuration"),
                        fmt::join(narrower, " or "));
  sheet.note(note + '.');
  return sheet.finish(fmt::format("{}_{}_{}.svg", name, x.name, y.name), source.description);
}

}  // namespace

std::vector<Figure> heat_maps(const FigureSource& source, const Column& x, const Column& y) {
  const AxisPlaces columns = places_on(source, x), rows = places_on(source, y);
  if (std::max(columns.texts.size(), rows.texts.size()) > most_map_values) return {};
  return {figure_of(source, x, columns, y, rows, "gap", "gap (training − test accuracy)", gap_of),
          figure_of(source, x, columns, y, rows, "test_accuracy", "test accuracy", test_accuracy_of)};
}

}  // namespace runner
