#include "plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr double margin = 12, tick_length = 4, tick_size = 11, title_size = 12, heading_size = 13,
                 note_size = 10;
constexpr double note_line = 1.35 * note_size, legend_line = 17, legend_sample = 30, legend_marker = 14;
constexpr std::string_view grey = "#555", light_grey = "#e4e4e4";
constexpr double legend_marker_radius = 3.5;

/// Renderers look for the intersections within a path, all with all: one with thousands of marks takes
/// minutes.
constexpr std::size_t most_in_a_path = 50;

double widest_label(const Scale& scale) {
  double widest = 0;
  for (const Tick& tick : scale.ticks) widest = std::max(widest, text_width(tick.label, tick_size));
  return widest;
}

/// A polygon about a point: its corners at radius·factor[i mod factors] and angles spaced evenly.
void add_polygon(Path& path, double x, double y, double radius, int corners, double first_angle,
                 std::array<double, 2> factors = {1, 1}) {
  for (int i = 0; i < corners; ++i) {
    const double angle = first_angle + 2 * std::numbers::pi * i / corners;
    const double r = radius * factors[static_cast<std::size_t>(i) % 2];
    const double px = x + r * std::cos(angle), py = y + r * std::sin(angle);
    i == 0 ? path.move(px, py) : path.line(px, py);
  }
  path.close();
}

void add_marker(Path& path, Marker marker, double x, double y, double r) {
  constexpr double right_angle = std::numbers::pi / 2;
  switch (marker) {
    case Marker::none:
      return;
    case Marker::circle:
      path.circle(x, y, r);
      return;
    case Marker::square:
      add_polygon(path, x, y, 1.25 * r, 4, right_angle / 2);
      return;
    case Marker::triangle:
      add_polygon(path, x, y, 1.35 * r, 3, -right_angle);
      return;
    case Marker::diamond:
      add_polygon(path, x, y, 1.35 * r, 4, 0);
      return;
    case Marker::inverted_triangle:
      add_polygon(path, x, y, 1.35 * r, 3, right_angle);
      return;
    case Marker::cross:
      for (const double side : {-1.0, 1.0}) path.move(x - r, y - side * r).line(x + r, y + side * r);
      return;
    case Marker::ring:
      path.circle(x, y, 2 * r);
      return;
    case Marker::frame:
      add_polygon(path, x, y, 2.9 * r, 4, right_angle / 2);
      return;
    case Marker::star:
      add_polygon(path, x, y, 1.6 * r, 10, -right_angle, {1, 0.42});
      return;
  }
}

void draw_markers(Svg& svg, const Path& path, const SeriesStyle& style, double radius) {
  if (style.marker == Marker::cross)
    svg.stroke(path, {style.colour, radius / 2});
  else if (style.marker == Marker::ring || style.marker == Marker::frame)
    svg.stroke(path, {style.colour, 1.2});
  else
    svg.fill(path, {style.colour, style.opacity});
}

bool is_point(const Point& point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

}  // namespace

SeriesStyle series_style(std::size_t i) {
  static constexpr std::array<SeriesStyle, series_styles> all{{{"#0072b2", {}, Marker::circle},
                                                               {"#d55e00", {}, Marker::square},
                                                               {"#009e73", {}, Marker::triangle},
                                                               {"#cc79a7", {}, Marker::diamond},
                                                               {"#000000", {}, Marker::cross},
                                                               {"#e69f00", {}, Marker::inverted_triangle},
                                                               {"#56b4e9", {}, Marker::star}}};
  return all[i % series_styles];
}

double Frame::left_margin(const PlotAxis& y) {
  return margin + title_size + 8 + widest_label(y.scale) + tick_length + 3;
}

Frame::Frame(Svg& svg, double left, double right, double top, double plot_height, const PlotAxis& x,
             const PlotAxis& y)
    : svg_(svg), x_(x.scale), y_(y.scale) {
  const double plot_left = left + left_margin(y);
  plot_ = {plot_left, top, right - plot_left, plot_height};
  draw_x_axis(x);
  draw_y_axis(y, left);
}

// A label that would touch the one before it is left out.
void Frame::draw_x_axis(const PlotAxis& axis) {
  const double label_y = plot_.bottom() + tick_length + tick_size + 1;
  double free_from = -std::numeric_limits<double>::infinity();
  Path marks;
  for (const Tick& tick : axis.scale.ticks) {
    const double at = x(tick.value), half = text_width(tick.label, tick_size) / 2;
    marks.move(at, plot_.bottom()).line(at, plot_.bottom() + tick_length);
    if (tick.label.empty() || at - half < free_from) continue;
    svg_.text(at, label_y, tick.label, {tick_size, Anchor::middle});
    free_from = at + half + 4;
  }
  marks.move(plot_.left, plot_.bottom()).line(plot_.right(), plot_.bottom());
  svg_.stroke(marks, {grey});
  const double title_y = label_y + title_size + 6;
  if (!axis.title.empty())
    svg_.text(plot_.left + plot_.width / 2, title_y, axis.title, {title_size, Anchor::middle});
  bottom_ = title_y + 4;
}

void Frame::draw_y_axis(const PlotAxis& axis, double left) {
  double free_up_to = std::numeric_limits<double>::infinity();
  Path marks;
  for (const Tick& tick : axis.scale.ticks) {
    const double at = y(tick.value);
    marks.move(plot_.left, at).line(plot_.left - tick_length, at);
    if (tick.label.empty() || at + tick_size / 2 > free_up_to) continue;
    svg_.text(plot_.left - tick_length - 3, at + 0.36 * tick_size, tick.label, {tick_size, Anchor::end});
    free_up_to = at - tick_size / 2 - 1;
  }
  marks.move(plot_.left, plot_.bottom()).line(plot_.left, plot_.top);
  svg_.stroke(marks, {grey});
  if (axis.title.empty()) return;
  svg_.text(left + margin + title_size - 2, plot_.top + plot_.height / 2, axis.title,
            {.size = title_size, .anchor = Anchor::middle, .upwards = true});
}

void Frame::grid() const {
  Path lines;
  for (const Tick& tick : x_.ticks) lines.move(x(tick.value), plot_.top).line(x(tick.value), plot_.bottom());
  for (const Tick& tick : y_.ticks) lines.move(plot_.left, y(tick.value)).line(plot_.right(), y(tick.value));
  svg_.stroke(lines, {light_grey, 0.75});
}

void Frame::line(std::span<const Point> points, const SeriesStyle& style) const {
  Path path;
  bool drawing = false;
  for (const Point& point : points) {
    if (is_point(point)) drawing ? path.line(x(point.x), y(point.y)) : path.move(x(point.x), y(point.y));
    drawing = is_point(point);
  }
  svg_.stroke(path, {style.colour, 1.5, style.dash});
}

void Frame::band(std::span<const Point> points, const SeriesStyle& style) const {
  std::vector<Point> known;
  std::copy_if(points.begin(), points.end(), std::back_inserter(known),
               [](const Point& p) { return is_point(p) && p.y_half > 0; });
  if (known.size() < 2) return;
  Path path;
  for (const Point& p : known)
    path.empty() ? path.move(x(p.x), y(p.y + p.y_half)) : path.line(x(p.x), y(p.y + p.y_half));
  for (auto p = known.rbegin(); p != known.rend(); ++p) path.line(x(p->x), y(p->y - p->y_half));
  svg_.fill(path.close(), {style.colour, 0.18});
}

void Frame::bars(std::span<const Point> points, const SeriesStyle& style, const BarStyle& bar) const {
  Path path;
  const auto draw = [&] {
    svg_.stroke(path, {.colour = style.colour, .opacity = bar.opacity});
    path = {};
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& p = points[i];
    if (!is_point(p)) continue;
    const double at_x = x(p.x), at_y = y(p.y);
    if (p.x_half > 0) path.move(x(p.x - p.x_half), at_y).line(x(p.x + p.x_half), at_y);
    if (p.y_half > 0) path.move(at_x, y(p.y - p.y_half)).line(at_x, y(p.y + p.y_half));
    for (const double side : {-1.0, 1.0}) {
      const double end_x = x(p.x + side * p.x_half), end_y = y(p.y + side * p.y_half);
      if (bar.cap > 0 && p.x_half > 0) path.move(end_x, at_y - bar.cap).line(end_x, at_y + bar.cap);
      if (bar.cap > 0 && p.y_half > 0) path.move(at_x - bar.cap, end_y).line(at_x + bar.cap, end_y);
    }
    if (i % most_in_a_path == most_in_a_path - 1) draw();
  }
  draw();
}

void Frame::markers(std::span<const Point> points, const SeriesStyle& style, double radius) const {
  Path path;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (is_point(points[i])) add_marker(path, style.marker, x(points[i].x), y(points[i].y), radius);
    if (i % most_in_a_path != most_in_a_path - 1) continue;
    draw_markers(svg_, path, style, radius);
    path = {};
  }
  draw_markers(svg_, path, style, radius);
}

Sheet::Sheet(double width, std::string_view name, std::string_view what)
    : width_(width), bottom_(margin + heading_size + 12), heading_(fmt::format("{}: {}", name, what)) {
  constexpr double bold_size = 1.12 * heading_size;
  const std::string end = fmt::format(": {}", what);
  const double room = width - 2 * margin - text_width(end, bold_size);
  svg_.text(width / 2, margin + heading_size - 2, shortened(name, bold_size, room) + end,
            {.size = heading_size, .anchor = Anchor::middle, .bold = true});
}

void Sheet::reach(double bottom) {
  bottom_ = std::max(bottom_, bottom);
}

void Sheet::legend(std::span<const LegendEntry> entries) {
  if (entries.empty()) return;
  double left = margin, middle = bottom_ + 6 + legend_line / 2;
  for (const LegendEntry& entry : entries) {
    const double sample = entry.style.line ? legend_sample : legend_marker;
    const double room = width_ - 2 * margin - sample - 6;
    const std::string label = shortened(entry.label, tick_size, room);
    const double needed = sample + 6 + text_width(label, tick_size);
    if (left > margin && left + needed > width_ - margin) {
      left = margin;
      middle += legend_line;
    }
    if (entry.style.line)
      svg_.stroke(Path().move(left, middle).line(left + sample, middle),
                  {entry.style.colour, 1.5, entry.style.dash});
    Path marker;
    add_marker(marker, entry.style.marker, left + sample / 2, middle, legend_marker_radius);
    draw_markers(svg_, marker, entry.style, legend_marker_radius);
    svg_.text(left + sample + 6, middle + 0.36 * tick_size, label, {tick_size});
    left += needed + 14;
  }
  bottom_ = middle + legend_line / 2;
}

void Sheet::note(std::string_view text) {
  bottom_ += 4;
  std::string lines = wrapped(text, note_size, width_ - 2 * margin);
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    bottom_ += note_line;
    svg_.text(margin, bottom_, line, {.size = note_size, .colour = grey});
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
}

Figure Sheet::finish(std::string name, std::string_view description) {
  return {std::move(name), svg_.document(width_, bottom_ + margin, heading_, description)};
}

}  // namespace runner
