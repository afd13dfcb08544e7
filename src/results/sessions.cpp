#include "sessions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace runner {
namespace {

bool is_earlier(const SessionTimes& a, const SessionTimes& b) {
  return a.start < b.start;
}

}  // namespace

std::vector<SessionTimes> read_sessions(const StoredFile& file) {
  if (!file.parts().has_sessions()) return {};
  std::array<std::vector<double>, layout::session_arrays.size()> columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i] = file.read<double>(layout::session_arrays[i]);
    for (const double seconds : columns[i])
      if (std::isinf(seconds) || seconds < 0)
        throw file.damaged(fmt::format("a {} is {}", layout::session_arrays[i], seconds));
  }
  std::vector<SessionTimes> sessions;
  for (std::size_t place = 0; place < columns[0].size(); ++place)
    if (!std::isnan(columns[0][place]))
      sessions.push_back({columns[0][place], columns[1][place], columns[2][place]});
  std::stable_sort(sessions.begin(), sessions.end(), is_earlier);
  return sessions;
}

std::size_t place_of_next_session(const StoredFile& file) {
  const auto starts = file.read<double>(layout::session_arrays[0]);
  const auto oldest = std::min_element(starts.begin(), starts.end(), [](double a, double b) {
    return std::isnan(a) ? !std::isnan(b) : a < b;
  });
  return static_cast<std::size_t>(oldest - starts.begin());
}

std::array<std::string, layout::session_arrays.size()> session_columns(std::vector<SessionTimes> sessions) {
  std::stable_sort(sessions.begin(), sessions.end(), is_earlier);
  // A file that parts are merged into again has the sessions of those parts.
  const auto same = [](const SessionTimes& a, const SessionTimes& b) {
    return a.start == b.start && a.expected == b.expected;
  };
  sessions.erase(std::unique(sessions.begin(), sessions.end(), same), sessions.end());
  const std::size_t too_many = sessions.size() - std::min(sessions.size(), layout::session_count);
  sessions.erase(sessions.begin(), sessions.begin() + static_cast<std::ptrdiff_t>(too_many));
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  sessions.resize(layout::session_count, {none, none, none});
  std::array<std::string, layout::session_arrays.size()> columns;
  for (const SessionTimes& session : sessions) {
    const std::array numbers{session.start, session.expected, session.taken};
    for (std::size_t i = 0; i < columns.size(); ++i)
      columns[i].append(reinterpret_cast<const char*>(&numbers[i]), sizeof numbers[i]);
  }
  return columns;
}

}  // namespace runner
