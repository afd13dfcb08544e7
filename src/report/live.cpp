#include "runner/report/live.hpp"

#include "runner/error/printable.hpp"

#include "finding.hpp"
#include "live_sections.hpp"
#include "sparkline.hpp"
#include "text.hpp"
#include "text_table.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace runner {
namespace {

using Strings = std::vector<std::string>;

constexpr std::size_t least_curve = 10;  // cells, for which numbers are left out

/// Where the curves stand.
struct CurveLayout {
  std::size_t first, second;  ///< their columns
  std::size_t cells;          ///< of each; 0: there is no room
  bool two;
};

CurveLayout curve_layout(std::size_t table_width, std::size_t columns, std::size_t epochs) {
  constexpr std::size_t longest_name = 11;
  const std::size_t enough = std::max(longest_name, std::min<std::size_t>(epochs, 16));
  const std::size_t first = table_width + 2, room = columns > first ? columns - first : 0;
  const std::size_t half = room > 2 ? (room - 2) / 2 : 0;
  if (half >= enough) {
    const std::size_t cells = std::min(half, epochs);
    return {first, first + std::max(cells, longest_name) + 2, cells, true};
  }
  const std::size_t cells = std::min(room, epochs);
  return {first, 0, cells < std::min<std::size_t>(4, epochs) ? 0 : cells, false};
}

std::string sparklines_of(const StoredRun& run, const Section& section, const CurveLayout& layout) {
  if (!layout.two) {
    const std::vector<float> values = section.single.values(run);
    return sparkline(values, layout.cells, scale_of({values}));
  }
  const std::vector<float> first = section.pair[0].values(run), second = section.pair[1].values(run);
  const Range scale = scale_of({first, second});
  return pad_right(sparkline(first, layout.cells, scale), layout.second - layout.first) +
         sparkline(second, layout.cells, scale);
}

std::string title_line(const Section& section, const CurveLayout& layout) {
  if (!layout.two)
    return layout.cells < section.single.name.size() || width_of(section.title) + 2 > layout.first
               ? section.title
               : pad_right(section.title, layout.first).append(section.single.name);
  return pad_right(pad_right(section.title, layout.first).append(section.pair[0].name), layout.second)
      .append(section.pair[1].name);
}

std::string runs_line(const std::string& name, const Standing& s, std::size_t columns) {
  const std::string stopped = s.stopped > 0 ? fmt::format(", {} stopped early", s.stopped) : std::string();
  std::string all = fmt::format("{}: {}, {} done, {} running, {} pending, {} diverged{}", name,
                                counted(s.runs(), "run"), s.done, s.running, s.pending, s.diverged, stopped);
  if (width_of(all) <= columns) return all;
  return fmt::format("{}: {}/{} done, {} running, {} diverged{}", name, s.done, s.runs(), s.running,
                     s.diverged, stopped);
}

/// "██████▌░░░░░  121/270 epochs, 45 %"
std::string bar(const Standing& standing, std::size_t columns) {
  constexpr std::array<std::string_view, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double share =
      standing.epochs == 0
          ? 1
          : std::min(static_cast<double>(standing.epochs_done) / static_cast<double>(standing.epochs), 1.0);
  const std::string text =
      fmt::format("{}/{} epochs, {:.0f} %", standing.epochs_done, standing.epochs, std::floor(100 * share));
  if (columns < text.size() + 12) return text;
  const std::size_t cells = columns - text.size() - 2;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(8 * cells));
  std::string line;
  for (std::size_t c = 0; c < filled / 8; ++c) line += "█";
  line += eighths[filled % 8];
  for (std::size_t c = (filled + 7) / 8; c < cells; ++c) line += "░";
  return line + "  " + text;
}

Strings lines_of(const std::string& text) {
  Strings lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

/// A frame that grows downwards.
class LiveFrame {
 public:
  explicit LiveFrame(const ScreenStyle& style) : style_(style) {}

  void add(const std::string& line, const char* colour = nullptr) {
    const std::string shown = cut(line, style_.columns) + '\n';
    text_ += colour != nullptr && style_.colour ? coloured(shown, colour) : shown;
    ++lines_;
  }

  std::size_t left() const { return style_.rows - std::min(style_.rows, lines_); }
  const std::string& text() const { return text_; }

 private:
  ScreenStyle style_;
  std::string text_;
  std::size_t lines_ = 0;
};

/// Gives each group of runs a line in turn, with its first one another for its title, and cuts off the rest.
void share_out(std::vector<Runs>& groups, std::size_t lines) {
  std::vector<std::size_t> given(groups.size());
  for (bool any = true; any;) {
    any = false;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const std::size_t needed = given[g] == 0 ? 2 : 1;
      if (given[g] == groups[g].size() || lines < needed) continue;
      ++given[g];
      lines -= needed;
      any = true;
    }
  }
  for (std::size_t g = 0; g < groups.size(); ++g) groups[g].resize(given[g]);
}

void add_sections(const ResultsData& results, const ScreenStyle& style, LiveFrame& frame) {
  constexpr std::size_t heading_lines = 2;
  const std::vector<Section> sections = sections_of(results);
  std::size_t room = frame.left();
  if (room < heading_lines + 2) return;
  // With a blank line where there is room.
  const bool airy = room >= heading_lines + 1 + 3 * sections.size();
  room -= heading_lines + (airy ? 1 : 0);
  std::vector<Runs> shown;
  for (const Section& section : sections) shown.push_back(largest(results, section, room));
  share_out(shown, room);
  std::vector<SectionRow> rows;
  for (std::size_t s = 0; s < sections.size(); ++s)
    for (const StoredRun* run : shown[s]) rows.push_back({run, &sections[s]});
  if (rows.empty()) return;

  const std::size_t epochs = results.recorded.size() - 1;  // of a curve
  const TextTable table = table_of(results, rows, style.columns, std::min(least_curve, epochs));
  const CurveLayout layout = curve_layout(table.width, style.columns, epochs);
  if (airy) frame.add("");
  for (const std::string& line : lines_of(table.heading)) frame.add(line);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Section& section = *rows[r].section;
    const bool first = r == 0 || rows[r - 1].section != &section;
    if (first) frame.add(title_line(section, layout), "1");
    const std::string_view numbers = std::string_view(table.rows[r]).substr(0, table.rows[r].size() - 1);
    frame.add(pad_right(numbers, layout.first) + sparklines_of(*rows[r].run, section, layout),
              first ? section.colour : nullptr);
  }
}

}  // namespace

Standing standing_of(const ResultsData& results) {
  Standing standing;
  for (const StoredRun& run : results.runs) {
    switch (run.status) {
      case RunStatus::pending:
        ++standing.pending;
        break;
      case RunStatus::running:
        ++standing.running;
        break;
      case RunStatus::done:
        ++standing.done;
        break;
      case RunStatus::diverged:
        ++standing.diverged;
        break;
      case RunStatus::stopped:
        ++standing.stopped;
        break;
    }
    const int epochs = has_ended(run.status) ? results.epochs() : std::max(run.epochs_done, 0);
    standing.epochs_done += static_cast<std::size_t>(epochs);
    standing.epochs += static_cast<std::size_t>(results.epochs());
  }
  return standing;
}

std::string to_screen(const ResultsData& results, const std::string& activity, const ScreenStyle& style) {
  const Standing standing = standing_of(results);
  LiveFrame frame(style);
  for (const std::string& line : {runs_line(printable(results.name), standing, style.columns),
                                  bar(standing, style.columns), printable(activity)})
    if (frame.left() > 0) frame.add(line);
  add_sections(results, style, frame);
  return frame.text();
}

}  // namespace runner
