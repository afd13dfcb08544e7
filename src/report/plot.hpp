#pragma once

#include "runner/report/figures.hpp"
#include "runner/report/statistics.hpp"

#include "scale.hpp"
#include "svg.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

enum class Marker { none, circle, square, triangle, diamond, inverted_triangle, cross, star, ring, frame };

/// How the marks of one kind look.
struct SeriesStyle {
  std::string_view colour = "#000";
  std::string_view dash{};
  Marker marker = Marker::none;
  bool line = false;
  double opacity = 1;  ///< of filled markers
};

/// Colour and marker of the i-th kind; as many as there are, then from the first again. The colours are those
/// of Okabe and Ito, without the yellow.
SeriesStyle series_style(std::size_t i);
inline constexpr std::size_t series_styles = 7;

/// Of the curves on a data set, everywhere.
inline constexpr std::string_view train_dash{}, test_dash = "6 3", validation_dash = "1.5 2.5";

/// What a frame's last label may reach beyond it.
inline constexpr double right_margin = 22;

struct PlotAxis {
  Scale scale;
  std::string title;
};

/// A point with its intervals.
struct Point {
  double x, y;                    ///< no point where one is not finite
  double x_half = 0, y_half = 0;  ///< half the width of its intervals; none where NaN
};

struct BarStyle {
  double cap = 3;  ///< half the width of the bars' ends
  double opacity = 1;
};

/// Two axes, drawn, and what is drawn between them in the axes' numbers.
class Frame {
 public:
  /// Between left and right, from top on: what the labels leave is the plot's.
  Frame(Svg& svg, double left, double right, double top, double plot_height, const PlotAxis& x,
        const PlotAxis& y);

  /// What a frame takes to the left of its plot.
  static double left_margin(const PlotAxis& y);

  double x(double number) const { return plot_.left + x_.position(number) * plot_.width; }
  double y(double number) const { return plot_.bottom() - y_.position(number) * plot_.height; }
  const Box& plot() const { return plot_; }
  /// Where the axis title ends.
  double bottom() const { return bottom_; }

  void grid() const;
  /// A line through the points, broken where there is none.
  void line(std::span<const Point> points, const SeriesStyle& style) const;
  /// Between the ends of their vertical intervals.
  void band(std::span<const Point> points, const SeriesStyle& style) const;
  void bars(std::span<const Point> points, const SeriesStyle& style, const BarStyle& bar = {}) const;
  void markers(std::span<const Point> points, const SeriesStyle& style, double radius) const;

 private:
  void draw_x_axis(const PlotAxis& axis);
  void draw_y_axis(const PlotAxis& axis, double left);

  Svg& svg_;
  Scale x_, y_;
  Box plot_;
  double bottom_ = 0;
};

struct LegendEntry {
  std::string label;
  SeriesStyle style;
};

/// A figure as it grows downwards: a heading, frames, legend, notes.
class Sheet {
 public:
  /// Headed "name: what"; of a long name the beginning.
  Sheet(double width, std::string_view name, std::string_view what);

  Svg& svg() { return svg_; }
  double width() const { return width_; }
  /// Where there is room.
  double bottom() const { return bottom_; }
  void reach(double bottom);

  /// Entries side by side, as many as fit in a line.
  void legend(std::span<const LegendEntry> entries);
  void note(std::string_view text);

  Figure finish(std::string name, std::string_view description);

 private:
  Svg svg_;
  double width_, bottom_;
  std::string heading_;
};

}  // namespace runner
