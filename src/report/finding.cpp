#include "finding.hpp"

#include "seeds.hpp"
#include "trust_lines.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

using Configurations = std::vector<ConfigurationSummary>;

std::size_t count_of(const Configurations& all, Verdict verdict) {
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const ConfigurationSummary& c) { return c.verdict == verdict; }));
}

/// " (learning_rate 1, batch_size 50)"
std::string in_brackets(const std::string& name) {
  return name.empty() ? name : fmt::format(" ({})", name);
}

}  // namespace

std::string stopped_note(std::size_t stopped, std::size_t all, std::string_view noun) {
  if (stopped == 0) return {};
  return fmt::format("{} of {} {} stopped early; {} of {} last epoch", stopped, counted(all, noun),
                     stopped == 1 ? "was" : "were",
                     stopped == 1 ? "its numbers are those" : "their numbers are those",
                     stopped == 1 ? "its" : "their");
}

std::string with_interval(const Estimate& estimate) {
  if (std::isnan(estimate.mean)) return "-";
  std::string text = fmt::format("{:.4f}", estimate.mean);
  if (estimate.is_range()) return fmt::format("{} ({:.4f} to {:.4f})", text, estimate.least, estimate.most);
  if (!estimate.has_interval()) return text;
  const std::string half = fmt::format("{:.3f}", std::ceil(estimate.half_width * 1000) / 1000);
  return text.append("±").append(half, half.starts_with("0.") ? 1 : 0);
}

std::string in_cell(const Estimate& estimate, bool interval, Limits limits) {
  if (std::isnan(estimate.mean)) return "-";
  if (!interval) return fmt::format("{:.4f}", estimate.mean);
  const auto ends = [](double low, double high) { return fmt::format("{:.3f}…{:.3f}", low, high); };
  if (estimate.is_range()) return ends(estimate.least, estimate.most);
  if (!estimate.has_interval()) return with_interval(estimate) + "     ";
  const double low = estimate.mean - estimate.half_width, high = estimate.mean + estimate.half_width;
  if (low < limits.least || high > limits.most)
    return ends(std::max(low, limits.least), std::min(high, limits.most));
  return with_interval(estimate);
}

std::vector<std::string> settings_of(const std::vector<Column>& columns,
                                     const ConfigurationSummary& configuration) {
  std::vector<std::string> settings;
  for (const Column& axis : columns)
    if (axis.has_value(configuration))
      settings.push_back(fmt::format("{} {}", axis.name, exact_text(axis, configuration)));
  return settings;
}

std::string name_of(const Comparison& comparison, const ConfigurationSummary& configuration) {
  std::vector<std::string> parts = settings_of(varying_axes(comparison), configuration);
  if (comparison.files.size() > 1) parts.insert(parts.begin(), comparison.files[configuration.file].name);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> fixed_settings(const Comparison& comparison) {
  std::vector<std::string> settings;
  const Configurations& all = comparison.configurations;
  for (const Column& axis : stated_axes(comparison)) {
    const auto any = std::find_if(all.begin(), all.end(),
                                  [&](const ConfigurationSummary& c) { return axis.has_value(c); });
    if (any == all.end()) continue;
    settings.push_back(fmt::format("{} {}{}", axis.name, exact_text(axis, *any),
                                   means_nothing_to_some(axis, comparison) ? " where it applies" : ""));
  }
  return settings;
}

std::string words_of(Verdict verdict) {
  std::string words(to_string(verdict));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string verdict_phrase(const ConfigurationSummary& configuration) {
  switch (configuration.verdict) {
    case Verdict::none:
      return "is not done yet";
    case Verdict::fits:
      return "shows no sign of overfitting";
    case Verdict::perhaps:
    case Verdict::overfits: {
      const std::string phrase = configuration.verdict == Verdict::perhaps ? "perhaps overfits" : "overfits";
      return configuration.overfits_from < 0
                 ? phrase
                 : fmt::format("{} from epoch {}", phrase, configuration.overfits_from);
    }
    case Verdict::did_not_learn:
    case Verdict::diverged:
      return words_of(configuration.verdict);
  }
  return "";
}

std::string counted_verdicts(const Comparison& comparison) {
  std::vector<std::string> parts;
  const auto add = [&](Verdict verdict, std::string_view one, std::string_view many) {
    const std::size_t count = count_of(comparison.configurations, verdict);
    if (count > 0) parts.push_back(fmt::format("{} {}", count, count == 1 ? one : many));
  };
  add(Verdict::overfits, "overfits", "overfit");
  add(Verdict::perhaps, "perhaps", "perhaps");
  add(Verdict::fits, "fits so far", "fit so far");
  add(Verdict::did_not_learn, "did not learn", "did not learn");
  add(Verdict::diverged, "diverged", "diverged");
  add(Verdict::none, "is not done yet", "are not done yet");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string finding(const Comparison& comparison) {
  const Configurations& all = comparison.configurations;
  if (all.empty()) return "There are no runs.";
  if (count_of(all, Verdict::none) == all.size()) return "No run is done yet.";
  const std::string_view set = comparison.chosen_by();
  std::string text;
  if (all.size() > 1)
    text = fmt::format("Of {}, by {} loss: {}", counted(all.size(), "configuration"), set,
                       counted_verdicts(comparison));
  else
    text = fmt::format("The network {}{}", verdict_phrase(all.front()),
                       all.front().learned() ? fmt::format(" by {} loss", set) : "");
  if (const auto widest = comparison.widest_gap()) {
    const ConfigurationSummary& w = all[*widest];
    text += fmt::format("; the gap between training and test accuracy {} {}{}",
                        all.size() == 1 ? "is" : "is widest at", with_interval(w.gap),
                        in_brackets(name_of(comparison, w)));
  }
  if (const auto best = comparison.best()) {
    const ConfigurationSummary& b = all[*best];
    text += fmt::format("; the best {} accuracy is {} at epoch {}{}", chosen_set(b.validated),
                        with_interval(b.best_accuracy), b.best_epoch, in_brackets(name_of(comparison, b)));
    if (const std::string phrase = without_luck_phrase(comparison); !phrase.empty())
      text += b.validated ? fmt::format(", test {} there, {}", with_interval(b.best_test_accuracy), phrase)
                          : ", " + phrase;
  }
  return text + ".";
}

}  // namespace runner
