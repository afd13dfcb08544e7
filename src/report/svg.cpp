#include "svg.hpp"

#include "runner/error/printable.hpp"
#include "runner/error/utf8.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

/// In units of the font's size: of DejaVu Sans, which is wider than Helvetica and its kin.
double character_width(const Character& character) {
  constexpr std::string_view narrow = " .,:;'|!()[]fijlrtI-";
  constexpr std::string_view wide = "mwMW%@";
  constexpr double of_a_symbol = 0.84;
  const char32_t code = character.code;
  if (character.bytes == 0) return of_a_symbol;  // shown as U+FFFD
  if (code >= 0x80) {
    const std::size_t places = places_of(code);
    if (places != 1) return places == 0 ? 0 : 1;
    if (code >= 0x1100) return of_a_symbol;
  }
  if (code < 0x80 && narrow.find(static_cast<char>(code)) != std::string_view::npos) return 0.39;
  if (code < 0x80 && wide.find(static_cast<char>(code)) != std::string_view::npos) return 0.97;
  return code >= 'A' && code <= 'Z' ? 0.72 : 0.62;
}

std::string_view name_of(Anchor anchor) {
  switch (anchor) {
    case Anchor::start:
      return "start";
    case Anchor::middle:
      return "middle";
    case Anchor::end:
      return "end";
  }
  return "";
}

std::string opacity_of(std::string_view what, double opacity) {
  return opacity == 1 ? std::string() : fmt::format(" {}-opacity=\"{}\"", what, coordinate(opacity));
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : printable_lines(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string coordinate(double number) {
  assert(std::isfinite(number));
  std::string text = fmt::format("{:.2f}", number);
  text.resize(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

double text_width(std::string_view text, double size) {
  double width = 0;
  while (!text.empty()) {
    const Character c = first_character(text);
    width += character_width(c);
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
  return width * size;
}

std::string wrapped(std::string_view text, double size, double width) {
  std::string out, line;
  while (!text.empty()) {
    const std::string word(text.substr(0, text.find(' ')));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const std::string longer = line.empty() ? word : line + ' ' + word;
    if (!line.empty() && text_width(longer, size) > width) {
      out += line + '\n';
      line = word;
    } else {
      line = longer;
    }
  }
  return out + line;
}

std::string shortened(std::string_view text, double size, double width) {
  if (text_width(text, size) <= width) return std::string(text);
  const double room = width - text_width(ellipsis, size);
  std::size_t kept = 0;
  for (double used = 0; kept < text.size();) {
    const Character c = first_character(text.substr(kept));
    used += character_width(c) * size;
    if (used > room) break;
    kept += std::max<std::size_t>(c.bytes, 1);
  }
  return std::string(text.substr(0, kept)).append(ellipsis);
}

Path& Path::move(double x, double y) {
  fmt::format_to(std::back_inserter(data_), "M{} {}", coordinate(x), coordinate(y));
  return *this;
}

Path& Path::line(double x, double y) {
  fmt::format_to(std::back_inserter(data_), "L{} {}", coordinate(x), coordinate(y));
  return *this;
}

Path& Path::close() {
  data_ += 'z';
  return *this;
}

Path& Path::circle(double x, double y, double radius) {
  const std::string r = coordinate(radius), d = coordinate(2 * radius);
  move(x - radius, y);
  fmt::format_to(std::back_inserter(data_), "a{0} {0} 0 1 0 {1} 0a{0} {0} 0 1 0 -{1} 0z", r, d);
  return *this;
}

void Svg::stroke(const Path& path, const Stroke& stroke) {
  if (path.empty()) return;
  const std::string dash =
      stroke.dash.empty() ? std::string() : fmt::format(" stroke-dasharray=\"{}\"", stroke.dash);
  fmt::format_to(std::back_inserter(body_),
                 "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{}{}/>\n", path.data(),
                 stroke.colour, coordinate(stroke.width), dash, opacity_of("stroke", stroke.opacity));
}

void Svg::fill(const Path& path, const Fill& fill) {
  if (path.empty()) return;
  fmt::format_to(std::back_inserter(body_), "<path d=\"{}\" fill=\"{}\"{}/>\n", path.data(), fill.colour,
                 opacity_of("fill", fill.opacity));
}

void Svg::rectangle(const Box& box, std::string_view colour) {
  fmt::format_to(
      std::back_inserter(body_),
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" shape-rendering=\"crispEdges\"/>\n",
      coordinate(box.left), coordinate(box.top), coordinate(box.width), coordinate(box.height), colour);
}

void Svg::text(double x, double y, std::string_view text, const TextStyle& style) {
  const std::string turn = style.upwards
                               ? fmt::format(" transform=\"rotate(-90 {} {})\"", coordinate(x), coordinate(y))
                               : std::string();
  fmt::format_to(std::back_inserter(body_),
                 "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\"{}{}>{}</text>\n",
                 coordinate(x), coordinate(y), coordinate(style.size), name_of(style.anchor), style.colour,
                 style.bold ? " font-weight=\"bold\"" : "", turn, xml_text(text));
}

std::string Svg::document(double width, double height, std::string_view title,
                          std::string_view description) const {
  const std::string w = coordinate(width), h = coordinate(height);
  return fmt::format(
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
             "font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\" stroke-linejoin=\"round\">\n"
             "<title>{2}</title>\n<desc>{3}</desc>\n<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
             w, h, xml_text(title), xml_text(description))
      .append(body_)
      .append("</svg>\n");
}

}  // namespace runner
