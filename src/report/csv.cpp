#include "runner/report/csv.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace runner {
namespace {

/// What spreadsheets begin a formula with, also as the wide characters of East Asian keyboards.
constexpr std::array<std::string_view, 10> formula_signs{"=",  "+",  "-",  "@",  "\t",
                                                         "\r", "＝", "＋", "－", "＠"};

bool is_formula(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return std::any_of(formula_signs.begin(), formula_signs.end(),
                     [&](std::string_view sign) { return text.starts_with(sign); });
}

}  // namespace

std::string csv_field(const std::string& text) {
  const bool formula = is_formula(text);
  if (!formula && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field(formula ? "'" : "");
  for (const char c : text) {
    field += c;
    if (c == '"') field += c;
  }
  return fmt::format("\"{}\"", field);
}

}  // namespace runner
