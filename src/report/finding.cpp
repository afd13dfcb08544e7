#include "finding.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace runner {
namespace {

using Configurations = std::vector<ConfigurationSummary>;

std::size_t done_configurations(const Configurations& all) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const ConfigurationSummary& c) { return c.done > 0; }));
}

std::size_t overfitting(const Configurations& all) {
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [](const ConfigurationSummary& c) { return c.overfits_from >= 0; }));
}

/// " (learning_rate 1, batch_size 50)"
std::string in_brackets(const std::string& name) {
  return name.empty() ? name : fmt::format(" ({})", name);
}

std::vector<std::string> settings(const std::vector<Column>& axes,
                                  const ConfigurationSummary& configuration) {
  std::vector<std::string> parts;
  for (const Column& axis : axes)
    parts.push_back(fmt::format("{} {}", axis.name, exact_text(axis, configuration)));
  return parts;
}

}  // namespace

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string with_interval(const Estimate& estimate) {
  if (std::isnan(estimate.mean)) return "-";
  std::string text = fmt::format("{:.4f}", estimate.mean);
  if (std::isnan(estimate.half_width)) return text;
  const std::string half = fmt::format("{:.3f}", std::ceil(estimate.half_width * 1000) / 1000);
  return text.append("±").append(half, half.starts_with("0.") ? 1 : 0);
}

std::string name_of(const Comparison& comparison, const ConfigurationSummary& configuration) {
  std::vector<std::string> parts = settings(varying_axes(comparison), configuration);
  if (comparison.names.size() > 1) parts.insert(parts.begin(), comparison.names[configuration.file]);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string fixed_settings(const Comparison& comparison) {
  if (comparison.configurations.empty()) return "";
  return fmt::format("{}",
                     fmt::join(settings(fixed_axes(comparison), comparison.configurations.front()), ", "));
}

std::string finding(const Comparison& comparison) {
  const Configurations& all = comparison.configurations;
  const auto widest = comparison.widest_gap(), best = comparison.best();
  if (!widest || !best) return all.empty() ? "There are no runs." : "No run is done yet with finite losses.";

  const std::size_t done = done_configurations(all), overfit = overfitting(all);
  const std::string_view set = comparison.chosen_by();
  const ConfigurationSummary &w = all[*widest], &b = all[*best];
  std::string first;
  if (done == 1)
    first = overfit == 1 ? fmt::format("It overfits from epoch {} on, by {} loss", w.overfits_from, set)
                         : fmt::format("It does not overfit by {} loss", set);
  else
    first = fmt::format("{} of {} configurations {} by {} loss",
                        overfit == 0 ? "None" : fmt::format("{}", overfit), done,
                        overfit <= 1 ? "overfits" : "overfit", set);
  return fmt::format(
      "{}; the gap between training and test accuracy {} {}{}, and the best {} accuracy is {} at epoch {}{}.",
      first, done == 1 ? "is" : "is widest at", with_interval(w.gap), in_brackets(name_of(comparison, w)),
      set, with_interval(b.best_accuracy), b.best_epoch, in_brackets(name_of(comparison, b)));
}

}  // namespace runner
