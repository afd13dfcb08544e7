#pragma once

#include <string>
#include <string_view>

namespace runner {

/// Text as XML may hold it: as runner::printable_lines shows it, and what is markup as entities.
std::string xml_text(std::string_view text);

/// With two decimals at most. Takes finite numbers.
std::string coordinate(double number);

/// The width of a line of text, of whatever sans-serif font: rather too much than too little.
double text_width(std::string_view text, double size);

/// Text with as many line ends in place of spaces as keep it within a width; words are not broken.
std::string wrapped(std::string_view text, double size, double width);

/// Text cut short to a width, with an ellipsis.
std::string shortened(std::string_view text, double size, double width);

struct Box {
  double left = 0, top = 0, width = 0, height = 0;

  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

enum class Anchor { start, middle, end };

struct TextStyle {
  double size = 11;
  Anchor anchor = Anchor::start;
  std::string_view colour = "#000";
  bool bold = false;
  bool upwards = false;  ///< turned to be read from the right
};

/// The outline of what is drawn, in the words of SVG's path data.
class Path {
 public:
  Path& move(double x, double y);
  Path& line(double x, double y);
  Path& close();
  /// A whole circle.
  Path& circle(double x, double y, double radius);

  const std::string& data() const { return data_; }
  bool empty() const { return data_.empty(); }

 private:
  std::string data_;
};

struct Stroke {
  std::string_view colour = "#000";
  double width = 1;
  std::string_view dash{};  ///< as SVG's stroke-dasharray; none if empty
  double opacity = 1;
};

struct Fill {
  std::string_view colour = "#000";
  double opacity = 1;
};

/// An SVG file as it is drawn, in pixels from the upper left corner.
class Svg {
 public:
  void stroke(const Path& path, const Stroke& stroke);
  void fill(const Path& path, const Fill& fill);
  void rectangle(const Box& box, std::string_view colour);
  /// With its baseline at y.
  void text(double x, double y, std::string_view text, const TextStyle& style);

  /// The file; title and description are for those who cannot see it.
  std::string document(double width, double height, std::string_view title,
                       std::string_view description) const;

 private:
  std::string body_;
};

}  // namespace runner
