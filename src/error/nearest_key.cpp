#include "runner/error/nearest_key.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() +
                               1);  // distances of the part of `a` read so far to each beginning of `b`
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::optional<std::string_view> nearest_key(std::string_view unknown,
                                            std::span<const std::string_view> known) {
  // One that is far longer is like none of them, and to find that out by its distances would take seconds.
  constexpr std::size_t far_longer = 100;
  if (unknown.size() > far_longer || known.empty()) return std::nullopt;
  // As a share of the longer word, so that "batch" is nearer to "batch_size" than to "name".
  const auto relative_distance = [&](std::string_view key) {
    return static_cast<double>(edit_distance(unknown, key)) /
           static_cast<double>(std::max(unknown.size(), key.size()));
  };
  const auto nearest = std::min_element(
      known.begin(), known.end(),
      [&](std::string_view a, std::string_view b) { return relative_distance(a) < relative_distance(b); });
  if (relative_distance(*nearest) > 0.5) return std::nullopt;
  return *nearest;
}

std::string suggest_key(std::string_view unknown, std::span<const std::string_view> known,
                        std::string_view what) {
  if (const auto nearest = nearest_key(unknown, known)) return fmt::format("did you mean \"{}\"?", *nearest);
  return fmt::format("the {} are {}", what, fmt::join(known, ", "));
}

}  // namespace runner
