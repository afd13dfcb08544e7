#include "runner/sweep/condition.hpp"

#include "runner/error/error.hpp"
#include "runner/error/nearest_key.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

using Kind = Condition::Kind;
using Sign = Condition::Sign;

constexpr std::string_view blanks = " \t\r\n", ends_of_a_word = " \t\r\n<>=!&|(),\"";

/// Each call of the parser for what is in parentheses takes room on the stack.
constexpr int most_levels = 100;

// The longer ones first.
constexpr std::array<std::pair<std::string_view, Sign>, 6> signs{{{"<=", Sign::at_most},
                                                                  {">=", Sign::at_least},
                                                                  {"!=", Sign::unequal},
                                                                  {"<", Sign::less},
                                                                  {">", Sign::more},
                                                                  {"=", Sign::equal}}};

enum class TokenKind { word, quoted, symbol, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text{};
  std::size_t begin = 0;  ///< its first byte
};

std::optional<Sign> sign_of(const Token& token) {
  if (token.kind != TokenKind::symbol) return std::nullopt;
  for (const auto& [text, sign] : signs)
    if (token.text == text) return sign;
  return std::nullopt;
}

/// An integer as it is, any other number as the double next to it; none where that is infinite.
std::optional<long double> number_of(std::string_view text) {
  const char *const begin = text.data(), *const end = begin + text.size();
  std::int64_t integer = 0;
  if (const auto [rest, error] = std::from_chars(begin, end, integer); error == std::errc() && rest == end)
    return integer;
  double number = 0;
  if (const auto [rest, error] = std::from_chars(begin, end, number);
      error == std::errc() && rest == end && std::isfinite(number))
    return number;
  return std::nullopt;
}

class Parser {
 public:
  Parser(std::string_view text, std::span<const ConditionName> names, std::string_view where)
      : text_(text), names_(names), where_(where) {
    advance();
  }

  Condition whole() {
    Condition condition = list();
    if (token_.kind != TokenKind::end) throw expected("&&, || or the end");
    return condition;
  }

 private:
  Error wrong(std::size_t byte, std::string_view problem) const {
    const auto characters = std::count_if(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(byte),
                                          [](char c) { return (c & 0xC0) != 0x80; });
    const std::string place =
        byte == text_.size() ? "at the end" : fmt::format("at position {}", characters + 1);
    return bad_input(
        fmt::format("{}: \"{}\" is not a valid condition: {}: {}", where_, text_, place, problem));
  }

  Error expected(std::string_view what) const {
    if (token_.kind == TokenKind::end) return wrong(token_.begin, fmt::format("expected {}", what));
    return wrong(token_.begin, fmt::format("expected {}, found \"{}\"", what, token_.text));
  }

  /// Reads the next token into token_.
  void advance() {
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    token_ = {TokenKind::end, "", at_};
    if (at_ == text_.size()) return;
    if (text_[at_] == '"') return read_quoted();
    std::size_t length = std::min(text_.find_first_of(ends_of_a_word, at_), text_.size()) - at_;
    token_.kind = length > 0 ? TokenKind::word : TokenKind::symbol;
    if (length == 0) {
      constexpr std::array<std::string_view, 5> long_symbols{"<=", ">=", "!=", "&&", "||"};
      const bool is_long =
          std::find(long_symbols.begin(), long_symbols.end(), text_.substr(at_, 2)) != long_symbols.end();
      length = is_long ? 2 : 1;
    }
    token_.text = text_.substr(at_, length);
    at_ += length;
  }

  void read_quoted() {
    token_.kind = TokenKind::quoted;
    for (++at_;; ++at_) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) throw wrong(token_.begin, "this quote is never closed");
      token_.text += text_.substr(at_, quote - at_);
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] != '"') return;
      token_.text += '"';
    }
  }

  bool is_symbol(std::string_view symbol) const {
    return token_.kind == TokenKind::symbol && token_.text == symbol;
  }

  /// Parts with a symbol between them.
  template <class Part>
  Condition joined(Kind kind, std::string_view symbol, const Part& read) {
    Condition whole;
    whole.kind = kind;
    const auto add = [&](Condition part) {
      if (part.kind == kind)
        std::move(part.parts.begin(), part.parts.end(), std::back_inserter(whole.parts));
      else
        whole.parts.push_back(std::move(part));
    };
    add(read());
    while (is_symbol(symbol)) {
      advance();
      add(read());
    }
    return whole.parts.size() == 1 ? Condition(std::move(whole.parts.front())) : whole;
  }

  Condition list() {
    return joined(Kind::all, ",", [this] { return choice(); });
  }
  Condition choice() {
    return joined(Kind::any, "||", [this] { return group(); });
  }
  Condition group() {
    return joined(Kind::all, "&&", [this] { return part(); });
  }

  Condition part() {
    if (!is_symbol("(")) return comparison();
    if (levels_ == most_levels)
      throw wrong(token_.begin, fmt::format("parentheses are nested more than {} levels deep", most_levels));
    ++levels_;
    advance();
    Condition inner = list();
    if (!is_symbol(")")) throw expected("&&, || or )");
    advance();
    --levels_;
    return inner;
  }

  Condition comparison() {
    if (token_.kind != TokenKind::word) throw expected("a name or (");
    Condition result;
    result.name = name();
    const ConditionName& name = names_[result.name];
    advance();
    const std::optional<Sign> sign = sign_of(token_);
    if (!sign) throw expected("one of < <= = != >= >");
    if (!name.words.empty() && *sign != Sign::equal && *sign != Sign::unequal)
      throw wrong(token_.begin,
                  fmt::format("the values of {} are words: compare them with = or !=", name.name));
    result.sign = *sign;
    advance();
    if (token_.kind != TokenKind::word && token_.kind != TokenKind::quoted) throw expected("a value");
    result.value = value_of(name);
    advance();
    return result;
  }

  /// What the token names.
  std::size_t name() const {
    const auto found = std::find_if(names_.begin(), names_.end(),
                                    [this](const ConditionName& known) { return known.name == token_.text; });
    if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
    std::vector<std::string_view> known;
    for (const ConditionName& name : names_) known.push_back(name.name);
    throw wrong(token_.begin, fmt::format("unknown name \"{}\": {}", token_.text,
                                          suggest_key(token_.text, known, "names")));
  }

  long double value_of(const ConditionName& name) const {
    if (name.words.empty()) {
      if (const std::optional<long double> number = number_of(token_.text)) return *number;
      throw wrong(token_.begin, fmt::format("\"{}\" is not a number", token_.text));
    }
    const auto found = std::find(name.words.begin(), name.words.end(), token_.text);
    if (found != name.words.end()) return static_cast<long double>(found - name.words.begin());
    throw wrong(token_.begin, fmt::format("\"{}\" is not a value of {}: {}", token_.text, name.name,
                                          suggest_key(token_.text, name.words, "values")));
  }

  std::string_view text_;
  std::span<const ConditionName> names_;
  std::string_view where_;
  std::size_t at_ = 0;  ///< the byte behind token_
  Token token_;
  int levels_ = 0;
};

bool compares(Sign sign, long double a, long double b) {
  switch (sign) {
    case Sign::less:
      return a < b;
    case Sign::at_most:
      return a <= b;
    case Sign::equal:
      return a == b;
    case Sign::unequal:
      return a < b || a > b;  // not where one is missing
    case Sign::at_least:
      return a >= b;
    case Sign::more:
      return a > b;
  }
  return false;
}

}  // namespace

Condition parse_condition(std::string_view text, std::span<const ConditionName> names,
                          std::string_view where) {
  return Parser(text, names, where).whole();
}

bool holds(const Condition& condition, const ConditionValues& values) {
  const auto part_holds = [&](const Condition& part) { return holds(part, values); };
  switch (condition.kind) {
    case Kind::all:
      return std::all_of(condition.parts.begin(), condition.parts.end(), part_holds);
    case Kind::any:
      return std::any_of(condition.parts.begin(), condition.parts.end(), part_holds);
    case Kind::comparison:
      return compares(condition.sign, values(condition.name), condition.value);
  }
  return false;
}

bool uses(const Condition& condition, const std::function<bool(std::size_t name)>& such) {
  if (condition.kind == Kind::comparison) return such(condition.name);
  return std::any_of(condition.parts.begin(), condition.parts.end(),
                     [&](const Condition& part) { return uses(part, such); });
}

}  // namespace runner
