#include "csv_table.hpp"

#include "runner/error/error.hpp"
#include "runner/model/limits.hpp"

#include "byte_source.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_line = std::size_t{1} << 28;
constexpr std::string_view bad_quote = "a quote is not closed, or a comma is missing after it";

/// A text file line by line.
class CsvLines {
 public:
  explicit CsvLines(const fs::path& file) : source_(file), buffer_(std::size_t{1} << 18) {}

  /// The next line without its end, which stays until the next call; none at the end of the file.
  std::optional<std::string_view> next() {
    for (;;) {
      const char* const begin = buffer_.data() + begin_;
      const auto* const end = static_cast<const char*>(std::memchr(begin, '\n', end_ - begin_));
      if (end != nullptr || (at_end_ && begin_ < end_)) {
        auto length = static_cast<std::size_t>((end != nullptr ? end : buffer_.data() + end_) - begin);
        begin_ += length + (end != nullptr ? 1 : 0);
        ++number_;
        if (length > 0 && begin[length - 1] == '\r') --length;
        return std::string_view(begin, length);
      }
      if (at_end_) return std::nullopt;
      read_more();
    }
  }

  /// Of the line that next() has given; the first is 1.
  std::size_t number() const { return number_; }

  void rewind() {
    source_.rewind();
    begin_ = end_ = number_ = 0;
    at_end_ = false;
  }

 private:
  void read_more() {
    if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == buffer_.size()) {
      if (buffer_.size() >= longest_line)
        throw bad_input(fmt::format("{}: line {} is longer than {} bytes", source_.path().string(),
                                    number_ + 1, longest_line));
      buffer_.resize(2 * buffer_.size());
    }
    const std::size_t room = buffer_.size() - end_;
    const std::size_t got = source_.read({reinterpret_cast<std::uint8_t*>(buffer_.data()) + end_, room});
    end_ += got;
    at_end_ = got < room;
  }

  ByteSource source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  ///< of what has been read, and not been given
  std::size_t number_ = 0;
  bool at_end_ = false;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes the next cell off a line; a cell in quotes without them. `rest` is null when it was the last.
/// `quoted` holds what a doubled quote makes of a cell.
std::optional<std::string_view> take_cell(std::string_view& rest, std::string& quoted) {
  std::string_view cell;
  if (std::string_view text = rest; !text.empty() && (text = trimmed(text)).starts_with('"')) {
    const char* const all_end = rest.data() + rest.size();
    std::size_t end = 1;
    quoted.clear();
    for (;; ++end) {
      if (end >= text.size()) return std::nullopt;
      if (text[end] == '"' && (end + 1 >= text.size() || text[end + 1] != '"')) break;
      if (text[end] == '"') ++end;
      quoted += text[end];
    }
    cell = quoted;
    std::string_view behind(text.data() + end + 1,
                            static_cast<std::size_t>(all_end - (text.data() + end + 1)));
    const std::size_t comma = std::min(behind.find(','), behind.size());
    if (!trimmed(behind.substr(0, comma)).empty()) return std::nullopt;
    rest = comma == behind.size() ? std::string_view() : behind.substr(comma + 1);
    return cell;
  }
  const std::size_t comma = std::min(rest.find(','), rest.size());
  cell = trimmed(rest.substr(0, comma));
  rest = comma == rest.size() ? std::string_view() : rest.substr(comma + 1);
  return cell;
}

template <class Number>
std::optional<Number> parsed(std::string_view cell) {
  Number number;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  if (error != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return number;
}

std::string shown_cell(std::string_view cell) {
  constexpr std::size_t longest = 40;
  return cell.empty() ? "an empty cell"
                      : fmt::format("\"{}\"{}", cell.substr(0, longest), cell.size() > longest ? "…" : "");
}

/// The lines of a table as numbers.
class CsvRows {
 public:
  CsvRows(const fs::path& file, const std::string& label, bool needs_label)
      : name_(file.string()), lines_(file) {
    const auto line = lines_.next();
    if (!line || trimmed(*line).empty())
      throw bad_input(name_ + (line ? ": its first line is empty; it must name the columns" : " is empty"));
    std::string_view header = *line;
    if (header.starts_with("\xff\xfe") || header.starts_with("\xfe\xff") ||
        header.find('\0') != std::string_view::npos)
      throw bad_input(
          name_ +
          " is not a table of comma-separated values in UTF-8; UTF-16 and spreadsheets cannot be read");
    if (header.starts_with("\xef\xbb\xbf")) header.remove_prefix(3);
    read_header(header);
    const auto at = std::ranges::find(columns_, label);
    if (at == columns_.end()) {
      if (needs_label)
        throw bad_input(
            fmt::format("{} has no column \"{}\", which \"label\" names; its columns are {}{}", name_, label,
                        fmt::join(std::span(columns_).first(std::min(columns_.size(), most_shown)), ", "),
                        columns_.size() > most_shown ? ", …" : ""));
      return;
    }
    label_ = static_cast<std::size_t>(at - columns_.begin());
    label_name_ = label;
    columns_.erase(at);
    if (columns_.empty()) throw bad_input(fmt::format("{} has no column beside \"{}\"", name_, label));
  }

  const std::string& name() const { return name_; }
  const std::vector<std::string>& columns() const { return columns_; }  ///< without that of labels
  bool has_label() const { return label_.has_value(); }

  void rewind() {
    lines_.rewind();
    lines_.next();
  }

  /// The numbers of the next line that is not empty; false at the end.
  bool next(std::span<double> numbers, std::int64_t& label) {
    std::optional<std::string_view> line;
    do line = lines_.next();
    while (line && line->empty());
    if (!line) return false;
    std::string_view rest = *line;
    const std::size_t cells = columns_.size() + (label_ ? 1 : 0);
    std::size_t pixel = 0;
    for (std::size_t c = 0; c < cells; ++c) {
      if (rest.data() == nullptr) refuse_length(*line, cells);
      const auto cell = take_cell(rest, quoted_);
      if (!cell) throw bad_input(fmt::format("{}: line {}: {}", name_, lines_.number(), bad_quote));
      if (c == label_) {
        const auto number = parsed<std::int64_t>(*cell);
        if (!number) refuse_cell(*cell, label_name_, "labels must be integers, 0, 1, 2, …");
        label = *number;
        continue;
      }
      const auto number = parsed<double>(*cell);
      if (!number) refuse_cell(*cell, columns_[pixel], "every cell must be a number");
      numbers[pixel++] = *number;
    }
    if (rest.data() != nullptr) refuse_length(*line, cells);
    return true;
  }

 private:
  static constexpr std::size_t most_shown = 12;

  void read_header(std::string_view rest) {
    const std::string_view whole = rest;
    std::set<std::string> seen;
    do {
      const auto cell = take_cell(rest, quoted_);
      if (!cell) throw bad_input(fmt::format("{}: line 1: {}", name_, bad_quote));
      columns_.emplace_back(*cell);
      if (!seen.insert(columns_.back()).second)
        throw bad_input(fmt::format("{} has two columns \"{}\"", name_, columns_.back()));
      if (columns_.size() > max_terms)
        throw bad_input(fmt::format("{} has more than {} columns; no more are possible", name_, max_terms));
    } while (rest.data() != nullptr);
    for (const auto& [separator, called] : {std::pair(';', "semicolons"), std::pair('\t', "tabs")})
      if (columns_.size() == 1 && whole.find(separator) != std::string_view::npos)
        throw bad_input(fmt::format("{} is separated by {}; it must be separated by commas", name_, called));
    if (std::ranges::all_of(columns_,
                            [](const std::string& cell) { return parsed<double>(cell).has_value(); }))
      throw bad_input(fmt::format("{} begins with numbers; its first line must name the columns", name_));
  }

  [[noreturn]] void refuse_length(std::string_view line, std::size_t expected) {
    std::size_t cells = 0;
    while (line.data() != nullptr && take_cell(line, quoted_)) ++cells;
    throw bad_input(fmt::format("{}: line {} has {} cells, but the first line has {}", name_, lines_.number(),
                                cells, expected));
  }

  [[noreturn]] void refuse_cell(std::string_view cell, std::string_view column, std::string_view rule) const {
    throw bad_input(fmt::format("{}: line {}, column {}: {} is not {}; {}", name_, lines_.number(), column,
                                shown_cell(cell), column == label_name_ && label_ ? "an integer" : "a number",
                                rule));
  }

  std::string name_;
  CsvLines lines_;
  std::vector<std::string> columns_;
  std::optional<std::size_t> label_;  ///< the place of its column
  std::string label_name_;
  std::string quoted_;
};

/// The numbers of a table; as bytes, which have been kept, where they all are.
class CsvImages final : public ImageSource {
 public:
  CsvImages(CsvRows rows, std::size_t images, std::optional<std::vector<std::uint8_t>> bytes)
      : ImageSource(rows.name(), {images, rows.columns().size()}),
        rows_(std::move(rows)),
        bytes_(std::move(bytes)) {}

  std::string type() const override {
    return bytes_ ? "integers from 0 to 255" : "numbers that are not all bytes";
  }
  bool are_bytes() const override { return bytes_.has_value(); }
  std::vector<std::uint8_t> bytes() override {
    assert(bytes_);
    return std::move(*bytes_);
  }

  void visit(const std::function<void(const NumberBlock&)>& take) override {
    std::vector<double> numbers(pixels());
    std::int64_t label;
    rows_.rewind();
    for (std::size_t image = 0; image < images(); ++image) {
      if (!rows_.next(numbers, label)) throw bad_input(name() + " has become shorter while it was read");
      take({image, 1, 0, pixels(), numbers});
    }
  }

 private:
  CsvRows rows_;
  std::optional<std::vector<std::uint8_t>> bytes_;
};

/// Appends numbers that are all bytes; false where one is not.
bool append_bytes(std::span<const double> numbers, std::vector<std::uint8_t>& bytes) {
  const std::size_t had = bytes.size();
  bytes.resize(had + numbers.size());
  bool all = true;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const bool inside = numbers[i] >= 0 && numbers[i] <= 255;
    const auto byte = static_cast<std::uint8_t>(inside ? numbers[i] : 0);
    all = all && inside && byte == numbers[i];
    bytes[had + i] = byte;
  }
  return all;
}

}  // namespace

CsvTable read_csv(const fs::path& file, const std::string& label, bool needs_label) {
  CsvRows rows(file, label, needs_label);
  CsvTable table;
  table.columns = rows.columns();
  std::vector<double> numbers(table.columns.size());
  std::optional<std::vector<std::uint8_t>> bytes(std::in_place);
  std::size_t images = 0;
  for (std::int64_t value = 0; rows.next(numbers, value); ++images) {
    if (rows.has_label()) table.labels.values.push_back(value);
    if (bytes && !append_bytes(numbers, *bytes)) bytes.reset();
  }
  if (images == 0) throw bad_input(fmt::format("{} has no line after its first one", rows.name()));
  table.images = std::make_unique<CsvImages>(std::move(rows), images, std::move(bytes));
  return table;
}

}  // namespace runner
