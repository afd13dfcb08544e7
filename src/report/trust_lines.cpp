#include "trust_lines.hpp"

#include "finding.hpp"
#include "text.hpp"

#include <cmath>
#include <utility>
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

/// The one that takes the least to train, of the best and of those that are too close to it.
const ConfigurationSummary& cheapest(const Comparison& comparison, const ConfigurationSummary& best) {
  const ConfigurationSummary* found = &best;
  for (const ConfigurationSummary& c : comparison.configurations)
    if (c.too_close && c.work < found->work) found = &c;
  return *found;
}

std::string all_of(std::size_t number) {
  return number == 2 ? "Both" : fmt::format("All {}", number);
}

TrustSentence told_sentence(const Comparison& comparison) {
  const Trust& trust = comparison.trust;
  const std::size_t others = trust.compared - 1, alike = comparison.like_the_best().size();
  Phrases phrases;
  if (others == 0)
    phrases = {"There is no other configuration to compare the best with"};
  else if (alike == 0)
    phrases = {others == 1 ? "The other configuration is"
                           : fmt::format("{} other configurations are", all_of(others)),
               "worse by more than chance (95 %, seeds paired)"};
  else
    phrases = {others == 1       ? "~ The other configuration"
               : alike == others ? fmt::format("~ {} other configurations", all_of(others))
                                 : fmt::format("~ {} of the {} other configurations", alike, others),
               "may be as good", "(95 %, seeds paired)"};
  if (trust.left_out > 0) {
    phrases.back() += ';';
    phrases.push_back(fmt::format("{} left out:", trust.left_out));
    phrases.push_back("a seed diverged or is not done");
  }
  return {std::move(phrases), ""};
}

/// "about 40 s here:", with the command behind it.
TrustSentence how_to(const Settlement& settlement, Phrases phrases) {
  if (!std::isnan(settlement.seconds))
    phrases.insert(phrases.end(), {"about", rough_time(settlement.seconds), "here"});
  if (std::isnan(settlement.seconds)) phrases.back().pop_back();  // the comma
  phrases.back() += settlement.command.empty() ? "" : ":";
  return {std::move(phrases), settlement.command};
}

TrustSentence settlement_sentence(const Comparison& comparison, const ConfigurationSummary& best) {
  const Settlement& settlement = comparison.trust.settlement;
  if (settlement.worth_it)
    return how_to(settlement,
                  {"About", counted(settlement.seeds, "more seed"),
                   fmt::format("of these {} configurations", settlement.configurations), "would settle it,"});
  const auto& all = comparison.configurations;
  const auto close = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const ConfigurationSummary& c) { return c.too_close; }));
  const std::string from = comparison.trust.compared == 2 ? "it" : fmt::format("{} of them", close);
  const ConfigurationSummary& choice = cheapest(comparison, best);
  Phrases phrases = settlement.seeds >= most_seeds / 2
                        ? Phrases{"As measured, no number of seeds", "would tell the best from " + from + ':'}
                        : Phrases{fmt::format("To tell the best from {} would take", from),
                                  fmt::format("about {} more seeds:", roughly(settlement.seeds))};
  phrases.push_back(fmt::format("take the cheapest of these {},", close + 1));
  phrases.push_back(&choice == &best ? "which is the best" : name_of(comparison, choice));
  return {std::move(phrases), ""};
}

/// What other images would do.
TrustSentence images_sentence(const Comparison& comparison, double p, std::size_t images) {
  constexpr double normal = 1.96;
  Estimate of_images{.mean = p, .half_width = normal * std::sqrt(p * (1 - p) / static_cast<double>(images))};
  const std::string text = with_interval(of_images);
  return {{comparison.trust.seeds > 2 ? "± covers the seeds, on" : "Accuracies are for",
           fmt::format("these {} test images;", images), "other images would",
           fmt::format("change an accuracy by {},", text.substr(text.find("±"))), "a difference by less"},
          ""};
}

}  // namespace

std::vector<TrustSentence> trust_sentences(const Comparison& comparison) {
  const auto found = comparison.best();
  if (!found) return {};
  const ConfigurationSummary& best = comparison.configurations[*found];
  const Settlement& settlement = comparison.trust.settlement;
  std::vector<TrustSentence> sentences;
  if (best.compared && comparison.configurations.size() > 1) {
    sentences.push_back(told_sentence(comparison));
    if (settlement.configurations > 0) sentences.push_back(settlement_sentence(comparison, best));
  } else if (settlement.configurations > 0) {
    sentences.push_back(
        how_to(settlement, {"With 1 seed no configuration is known to be better than another;",
                            fmt::format("{} more seeds", settlement.seeds), "would measure the noise,"}));
  }
  const std::size_t images = comparison.files[best.file].test_size;
  if (const double p = best.best_test_accuracy.mean; images > 0 && !std::isnan(p))
    sentences.push_back(images_sentence(comparison, p, images));
  return sentences;
}

std::string trust_lines(const Comparison& comparison) {
  std::string lines;
  for (const TrustSentence& sentence : trust_sentences(comparison)) {
    lines += filled(sentence.phrases);
    if (!sentence.command.empty()) lines += "  " + sentence.command + '\n';
  }
  return lines;
}

std::string without_luck_phrase(const Comparison& comparison) {
  const double accuracy = comparison.trust.test_accuracy;
  return std::isnan(accuracy) ? "" : fmt::format("without the luck of being chosen {:.4f}", accuracy);
}

}  // namespace runner
