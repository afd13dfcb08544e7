#include "samples.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

/// The configuration but for its value of the axis.
std::pair<std::size_t, RunSpec> setting_beside(const ConfigurationSummary& configuration,
                                               const Column& axis) {
  RunSpec spec = configuration.spec;
  find_axis(axis.name)->reset(spec);
  spec.seed = 0;
  return {configuration.file, spec};
}

}  // namespace

std::vector<double> different_values(std::span<const ConfigurationSummary> configurations,
                                     const Column& axis) {
  std::set<double> values;
  for (const ConfigurationSummary& c : configurations)
    if (axis.has_value(c)) values.insert(axis.value(c));
  return {values.begin(), values.end()};
}

std::vector<std::size_t> places_among(std::span<const double> values,
                                      std::span<const ConfigurationSummary> configurations,
                                      const Column& axis) {
  std::vector<std::size_t> places;
  for (const ConfigurationSummary& c : configurations) {
    const auto found =
        axis.has_value(c) ? std::lower_bound(values.begin(), values.end(), axis.value(c)) : values.end();
    places.push_back(static_cast<std::size_t>(found - values.begin()));
  }
  return places;
}

bool is_sampled(std::span<const ConfigurationSummary> configurations, const Column& axis) {
  if (axis.has_words()) return false;
  const std::size_t values = different_values(configurations, axis).size();
  if (values <= most_listed_values) return false;
  std::size_t count = 0;
  std::set<std::pair<std::size_t, RunSpec>> settings;
  for (const ConfigurationSummary& c : configurations) {
    if (!axis.has_value(c)) continue;
    settings.insert(setting_beside(c, axis));
    ++count;
  }
  return 2 * count < values * settings.size();
}

std::vector<Column> sampled_axes(std::span<const ConfigurationSummary> configurations,
                                 const std::vector<Column>& columns) {
  std::vector<Column> sampled;
  std::copy_if(columns.begin(), columns.end(), std::back_inserter(sampled),
               [&](const Column& axis) { return is_sampled(configurations, axis); });
  return sampled;
}

Samples samples_of(std::span<const ConfigurationSummary> configurations, const std::vector<Column>& columns) {
  Samples samples;
  std::map<std::vector<double>, std::size_t> known;
  for (const ConfigurationSummary& c : configurations) {
    std::vector<double> values;
    for (const Column& axis : columns)  // NaN has no place in an order
      values.push_back(axis.has_value(c) ? axis.value(c) : -std::numeric_limits<double>::infinity());
    const std::size_t own =
        columns.empty() ? samples.count : known.try_emplace(std::move(values), samples.count).first->second;
    samples.of.push_back(own);
    samples.count = std::max(samples.count, own + 1);
  }
  return samples;
}

Bins quantile_bins(std::span<const double> numbers, std::size_t count) {
  std::vector<double> ascending(numbers.begin(), numbers.end());
  std::sort(ascending.begin(), ascending.end());
  Bins bins;
  std::size_t begin = 0;
  for (std::size_t bin = 1; bin <= count && begin < ascending.size(); ++bin) {
    std::size_t end = bin * ascending.size() / count;
    if (end <= begin) continue;  // equal numbers have filled it
    while (end < ascending.size() && ascending[end] == ascending[end - 1]) ++end;
    bins.least.push_back(ascending[begin]);
    bins.most.push_back(ascending[end - 1]);
    begin = end;
  }
  for (const double number : numbers)
    bins.at.push_back(static_cast<std::size_t>(std::lower_bound(bins.most.begin(), bins.most.end(), number) -
                                               bins.most.begin()));
  return bins;
}

Bins bins_of(std::span<const ConfigurationSummary> configurations, const Column& axis, std::size_t count) {
  std::vector<double> values;
  for (const ConfigurationSummary& c : configurations)
    if (axis.has_value(c)) values.push_back(axis.value(c));
  Bins bins = quantile_bins(values, count);
  std::vector<std::size_t> at;
  auto next = bins.at.begin();
  for (const ConfigurationSummary& c : configurations)
    at.push_back(axis.has_value(c) ? *next++ : bins.count());
  bins.at = std::move(at);
  return bins;
}

std::string bin_text(double least, double most) {
  const auto text = [](double number) {
    const std::string exact = exact_text(number), rounded = fmt::format("{:.3g}", number);
    return exact.size() <= std::max<std::size_t>(rounded.size(), 6) ? exact : rounded;
  };
  return least == most ? text(least) : fmt::format("{} to {}", text(least), text(most));
}

}  // namespace runner
