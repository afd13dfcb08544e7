#include "samples.hpp"

#include <algorithm>
#include <iterator>
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
  for (const ConfigurationSummary& c : configurations) values.insert(axis.value(c));
  return {values.begin(), values.end()};
}

bool is_sampled(std::span<const ConfigurationSummary> configurations, const Column& axis) {
  if (axis.has_words()) return false;
  const std::size_t values = different_values(configurations, axis).size();
  if (values <= most_listed_values) return false;
  std::set<std::pair<std::size_t, RunSpec>> settings;
  for (const ConfigurationSummary& c : configurations) settings.insert(setting_beside(c, axis));
  return 2 * configurations.size() < values * settings.size();
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
    for (const Column& axis : columns) values.push_back(axis.value(c));
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

Bins bins_of(std::span<const ConfigurationSummary> configurations, const Column& axis) {
  std::vector<double> values;
  for (const ConfigurationSummary& c : configurations) values.push_back(axis.value(c));
  return quantile_bins(values, usual_bins);
}

std::string bin_text(double least, double most) {
  const auto text = [](double number) {
    const std::string exact = exact_text(number), rounded = fmt::format("{:.3g}", number);
    return exact.size() <= std::max<std::size_t>(rounded.size(), 6) ? exact : rounded;
  };
  return least == most ? text(least) : fmt::format("{} to {}", text(least), text(most));
}

}  // namespace runner
