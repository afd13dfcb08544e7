#include "trust_lines.hpp"

#include "finding.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace runner {
namespace {

using Phrases = std::vector<std::string>;

/// "40 s", "12 min", "3 h"; of a time that is known roughly.
std::string rough_time(double seconds) {
  if (seconds < 1) return "1 s";
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 100 * 60) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{:.0f} h", seconds / 3600);
  return fmt::format("{:.0f} days", seconds / 86400);
}

/// With two digits: 690.
std::size_t roughly(std::size_t number) {
  std::size_t unit = 1;
  while (number / unit >= 100) unit *= 10;
  return (number + unit / 2) / unit * unit;
}

/// Of those that cannot be told from the best, and the best, what takes the least to train.
const ConfigurationSummary& cheapest(const Comparison& comparison, const ConfigurationSummary& best) {
  const ConfigurationSummary* found = &best;
  for (const ConfigurationSummary& c : comparison.configurations)
    if (c.compared && !c.told_from_best && c.work < found->work) found = &c;
  return *found;
}

std::string told_line(const Comparison& comparison) {
  const Trust& trust = comparison.trust;
  const std::size_t others = trust.compared - 1, alike = comparison.like_the_best();
  Phrases phrases;
  if (others == 0)
    phrases = {"There is nothing to tell the best from"};
  else if (alike == 0)
    phrases = {others == 1 ? "The other configuration" : fmt::format("All {} other configurations", others),
               "can be told from the best (95 %, seeds paired)"};
  else
    phrases = {others == 1 ? "~ The other configuration"
                           : fmt::format("~ {} of the {} other configurations", alike, others),
               "cannot be told from the best", "(95 %, seeds paired)"};
  if (trust.left_out > 0) {
    phrases.back() += ';';
    phrases.push_back(fmt::format("{} left out:", trust.left_out));
    phrases.push_back("a seed diverged or is not done");
  }
  return filled(phrases);
}

/// "about 40 s here:", with the command behind it.
std::string how_to(const Settlement& settlement, Phrases phrases) {
  if (!std::isnan(settlement.seconds))
    phrases.insert(phrases.end(), {"about", rough_time(settlement.seconds), "here"});
  if (std::isnan(settlement.seconds)) phrases.back().pop_back();  // the comma
  phrases.back() += settlement.command.empty() ? "" : ":";
  return filled(phrases) + (settlement.command.empty() ? "" : "  " + settlement.command + '\n');
}

std::string settlement_line(const Comparison& comparison, const ConfigurationSummary& best) {
  const Settlement& settlement = comparison.trust.settlement;
  if (settlement.configurations == 0) return "";
  if (settlement.worth_it)
    return how_to(settlement,
                  {"About", counted(settlement.seeds, "more seed"),
                   fmt::format("of these {} configurations", settlement.configurations), "would settle it,"});
  const std::size_t seeds = settlement.seeds;
  Phrases phrases = seeds >= most_seeds / 2
                        ? Phrases{"No number of seeds would settle it:"}
                        : Phrases{"To settle it would take", fmt::format("some {} seeds:", roughly(seeds))};
  const ConfigurationSummary& choice = cheapest(comparison, best);
  phrases.push_back("take the cheapest of them,");
  phrases.push_back(&choice == &best ? "which is the best" : name_of(comparison, choice));
  return filled(phrases);
}

/// What other images would do.
std::string images_line(const Comparison& comparison, const ConfigurationSummary& best) {
  const std::size_t images = comparison.files[best.file].test_size;
  const double p = best.best_test_accuracy.mean;
  if (images == 0 || std::isnan(p)) return "";
  constexpr double normal = 1.96;
  Estimate of_images{.mean = p, .half_width = normal * std::sqrt(p * (1 - p) / static_cast<double>(images))};
  const std::string text = with_interval(of_images);
  return filled({comparison.trust.seeds > 2 ? "± is over the seeds," : "Accuracies are",
                 fmt::format("for these {} test images;", images), "other images would",
                 fmt::format("move an accuracy by {},", text.substr(text.find("±"))),
                 "a difference by less"});
}

}  // namespace

std::string trust_lines(const Comparison& comparison) {
  const auto found = comparison.best();
  if (!found) return "";
  const ConfigurationSummary& best = comparison.configurations[*found];
  std::string lines;
  if (best.compared && comparison.configurations.size() > 1)
    lines += told_line(comparison) + settlement_line(comparison, best);
  else if (comparison.trust.settlement.configurations > 0)
    lines +=
        how_to(comparison.trust.settlement,
               {"With 1 seed no configuration can be told from another;",
                fmt::format("{} more seeds", comparison.trust.settlement.seeds), "would tell the noise,"});
  return lines + images_line(comparison, best);
}

std::string without_luck_phrase(const Comparison& comparison) {
  const double accuracy = comparison.trust.test_accuracy;
  return std::isnan(accuracy) ? "" : fmt::format("without the luck of being chosen {:.4f}", accuracy);
}

}  // namespace runner
