#include "runner/report/comparison.hpp"

#include "columns.hpp"
#include "finding.hpp"
#include "seeds.hpp"
#include "text.hpp"
#include "text_table.hpp"
#include "trust_lines.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

using Configurations = std::vector<ConfigurationSummary>;
using Summary = ConfigurationSummary;
using Strings = std::vector<std::string>;

/// How much a table shows.
enum class Detail { least, means, intervals, everything };

template <class Text>
TextColumn make_column(Strings heading, std::span<const ConfigurationSummary> configurations,
                       const Text& text) {
  TextColumn column{std::move(heading), {}};
  column.cells.reserve(configurations.size());
  for (const ConfigurationSummary& configuration : configurations)
    column.cells.push_back(text(configuration));
  return column;
}

/// "overfits @ 84", "did not learn".
std::string verdict_text(const ConfigurationSummary& c) {
  if (c.verdict == Verdict::none) return "-";
  return c.overfits_from < 0 ? words_of(c.verdict)
                             : fmt::format("{} @ {}", words_of(c.verdict), c.overfits_from);
}

std::string seeds_text(const ConfigurationSummary& c) {
  const std::string done = fmt::format("{}/{}", c.done + c.stopped, c.seeds);
  // Where all diverged, the verdict says it.
  return c.diverged == 0 || c.diverged == c.seeds ? done : fmt::format("{}, {} diverged", done, c.diverged);
}

bool all_done_with_as_many_seeds(const Configurations& configurations) {
  return std::all_of(configurations.begin(), configurations.end(), [&](const ConfigurationSummary& c) {
    return c.done + c.stopped == c.seeds && c.seeds == configurations.front().seeds;
  });
}

std::string seeds_phrase(std::size_t seeds) {
  return seeds == 1 ? ", 1 seed: no confidence interval" : fmt::format(", mean over {} seeds", seeds);
}

// "Fixed:", "hidden_size 50,", "loss cross_entropy,"
Strings listed(std::string label, const Strings& settings) {
  Strings phrases{std::move(label)};
  for (const std::string& setting : settings) phrases.push_back(setting + ',');
  return phrases;
}

Strings words_in(const std::string& sentence) {
  Strings words;
  for (std::size_t begin = 0; begin < sentence.size();) {
    const std::size_t end = std::min(sentence.find(' ', begin), sentence.size());
    words.push_back(sentence.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::string fixed_line(const Strings& fixed) {
  Strings phrases = listed("Fixed:", fixed);
  phrases.back().pop_back();  // the last comma
  return filled(phrases);
}

/// With the file, where there are several.
Strings named(const std::string& label, const Comparison& comparison, const ConfigurationSummary& which,
              const std::vector<Column>& varying) {
  Strings phrases = listed(label, settings_of(varying, which));
  if (comparison.files.size() > 1)
    phrases.insert(phrases.begin() + 1, fmt::format("{},", comparison.files[which.file].name));
  phrases.back().back() = ':';
  return phrases;
}

std::string best_sentence(const Comparison& comparison, const ConfigurationSummary& best,
                          const std::vector<Column>& varying) {
  const std::string_view set = chosen_set(best.validated);
  Strings phrases = named(fmt::format("+ Best by {} accuracy:", set), comparison, best, varying);
  phrases.push_back(fmt::format("{} at epoch {}{}", with_interval(best.best_accuracy), best.best_epoch,
                                best.validated ? "," : ""));
  if (best.validated) phrases.push_back(fmt::format("test {} there", with_interval(best.best_test_accuracy)));
  if (const std::string phrase = without_luck_phrase(comparison); !phrase.empty()) {
    phrases.back() += ';';
    phrases.push_back(phrase);
  }
  return filled(phrases);
}

std::string widest_gap_sentence(const Comparison& comparison, const ConfigurationSummary& widest,
                                const std::vector<Column>& varying) {
  Strings phrases = named("* Widest gap:", comparison, widest, varying);
  phrases.push_back(fmt::format("train {:.4f},", widest.last[Metric::train_accuracy].mean));
  phrases.push_back(fmt::format("test {:.4f},", widest.last[Metric::test_accuracy].mean));
  phrases.push_back(fmt::format("gap {};", with_interval(widest.gap)));
  if (widest.verdict == Verdict::fits) {
    phrases.push_back(fmt::format("no sign of overfitting by {} loss", chosen_set(widest.validated)));
  } else {
    phrases.push_back(fmt::format("{};", verdict_phrase(widest)));
    phrases.push_back(fmt::format("stopping at epoch {}, where the {} loss is smallest,", widest.stop_epoch,
                                  chosen_set(widest.validated)));
    phrases.push_back(fmt::format("would change test accuracy by {}{}",
                                  widest.stopping_gain.mean < 0 ? "" : "+",
                                  with_interval(widest.stopping_gain)));
  }
  return filled(phrases);
}

/// What stands beside the means.
std::string interval_phrase(const Configurations& configurations) {
  const bool any = std::any_of(configurations.begin(), configurations.end(),
                               [](const ConfigurationSummary& c) { return c.measured > 2; });
  const bool two = std::any_of(configurations.begin(), configurations.end(),
                               [](const ConfigurationSummary& c) { return c.measured == 2; });
  return fmt::format("{}{}", any ? " ± 95 % interval" : "", two ? ", of two seeds their range" : "");
}

bool has_intervals(const Configurations& configurations) {
  return std::any_of(configurations.begin(), configurations.end(),
                     [](const ConfigurationSummary& c) { return c.measured > 1; });
}

/// The columns of the table, at one level of detail.
std::vector<TextColumn> table_columns(const Comparison& comparison, const std::vector<Column>& varying,
                                      bool plain_seeds, Detail detail) {
  const Configurations& configurations = comparison.configurations;
  const bool everything = detail == Detail::everything;
  const bool known = has_intervals(configurations);
  const bool intervals = known && detail >= Detail::intervals;
  const auto widest = comparison.widest_gap(), best = comparison.best();
  const std::vector<std::size_t> alike = comparison.like_the_best();
  const auto is = [&](const Summary& c, const std::optional<std::size_t>& which) {
    return which && &c == &configurations[*which];
  };
  const std::size_t epoch_width = fmt::formatted_size("{}", comparison.epochs);

  std::vector<TextColumn> columns;
  const auto add = [&](Strings heading, const auto& text) {
    columns.push_back(make_column(std::move(heading), comparison.shown(), text));
  };
  const auto add_metric = [&](Metric metric, bool interval) {
    const auto [set, quantity] = std::pair(info(metric).set, info(metric).quantity);
    const bool accuracy = quantity == Quantity::accuracy;
    Strings heading{set == ImageSet::train        ? "train"
                    : set == ImageSet::validation ? "valid."
                                                  : "test",
                    accuracy ? "acc" : "loss"};
    if (metric == Metric::clean_train_accuracy) heading.insert(heading.begin(), "clean");
    add(std::move(heading), [=](const Summary& c) {
      return in_cell(c.last[metric], interval, accuracy ? share_of_images : at_least_zero);
    });
  };
  if (comparison.files.size() > 1)
    add({"file"}, [&](const Summary& c) { return comparison.files[c.file].name; });
  for (const Column& axis : varying)
    add(axis_heading(axis.name),
        [&](const Summary& c) { return axis.has_value(c) ? exact_text(axis, c) : "-"; });
  const bool same_epochs = std::all_of(configurations.begin(), configurations.end(), [&](const Summary& c) {
    return c.measured == 0 || c.epochs == comparison.epochs;
  });
  if (!same_epochs)
    add({"after", "epoch"},
        [](const Summary& c) { return c.measured == 0 ? "-" : fmt::format("{}", c.epochs); });
  add_metric(Metric::train_accuracy, everything && known);
  if (std::any_of(configurations.begin(), configurations.end(),
                  [](const Summary& c) { return std::isfinite(c.last[Metric::clean_train_accuracy].mean); }))
    add_metric(Metric::clean_train_accuracy, everything && known);
  if (comparison.validated && everything) add_metric(Metric::validation_accuracy, known);
  add_metric(Metric::test_accuracy, intervals);
  add({"gap"}, [&](const Summary& c) {
    return fmt::format("{}{}", is(c, widest) ? "*" : "", in_cell(c.gap, intervals, {-1, 1}));
  });
  const bool with_epoch = detail > Detail::least;
  add({"best",
       comparison.mixed       ? "acc"
       : comparison.validated ? "valid. acc"
                              : "test acc",
       with_epoch ? "@ epoch" : ""},
      [&](const Summary& c) {
        if (c.measured == 0) return std::string("-");
        const auto place = static_cast<std::size_t>(&c - configurations.data());
        const bool is_alike = std::binary_search(alike.begin(), alike.end(), place);
        const std::string text = fmt::format("{}{:.4f}",
                                             is(c, best) ? "+"
                                             : is_alike  ? "~"
                                                         : "",
                                             c.best_accuracy.mean);
        return with_epoch ? fmt::format("{} @ {:>{}}", text, c.best_epoch, epoch_width) : text;
      });
  add({"verdict", "@ epoch"}, [](const Summary& c) { return verdict_text(c); });
  if (everything) {
    add({"stop", "at", "epoch"},
        [](const Summary& c) { return c.learned() ? fmt::format("{}", c.stop_epoch) : "-"; });
    add({"gained", "by", "stopping"}, [=](const Summary& c) {
      return in_cell(c.stopping_gain, known, {-1, 1});
    });
    add_metric(Metric::train_loss, known);
    if (comparison.validated) add_metric(Metric::validation_loss, known);
    add_metric(Metric::test_loss, known);
  }
  if (!plain_seeds) add({"seeds", "done"}, seeds_text);
  return columns;
}

}  // namespace

std::string to_table(const Comparison& comparison, const TableStyle& style) {
  const Configurations& configurations = comparison.configurations;
  Strings names;
  for (const ComparedFile& file : comparison.files) names.push_back(file.name);
  const std::size_t shown = comparison.shown().size();
  std::string out = fmt::format("{}: {}, {}{}", fmt::join(names, ", "),
                                counted(static_cast<std::size_t>(comparison.epochs), "epoch"),
                                shown < configurations.size() ? fmt::format("{} of ", shown) : std::string(),
                                counted(configurations.size(), "configuration"));
  const auto add_notes = [&] {
    if (comparison.kept > 0) out += filled({kept_note(comparison.kept), "(--all includes them)"});
    if (const std::string note = stopped_note(comparison); !note.empty()) out += filled(words_in(note + '.'));
    const Strings differences = comparison.differences();
    if (!differences.empty()) {
      Strings phrases{"NOT ALIKE:"};
      for (const std::string& difference : differences) phrases.push_back(difference + ";");
      phrases.back().pop_back();
      out += filled(phrases);
    }
    if (comparison.mixed)
      out += "Epochs are chosen by each file's own set: validation where it has one, else test.\n";
  };
  if (configurations.empty()) {
    out += '\n';
    add_notes();
    return out;
  }

  const bool plain_seeds = all_done_with_as_many_seeds(configurations);
  out += plain_seeds ? seeds_phrase(configurations.front().seeds) : ", mean over the seeds done";
  const std::vector<Column> varying = varying_axes(comparison);

  TextTable layout;
  for (const Detail detail : {Detail::everything, Detail::intervals, Detail::means, Detail::least}) {
    layout = lay_out(table_columns(comparison, varying, plain_seeds, detail));
    if (detail >= Detail::intervals && has_intervals(configurations) && layout.width <= style.columns)
      out += interval_phrase(configurations);
    if (layout.width <= style.columns) break;
  }
  out += '\n';
  add_notes();
  if (const Strings fixed = fixed_settings(comparison); !fixed.empty()) out += fixed_line(fixed);
  out += '\n' + layout.heading;
  const auto widest = comparison.widest_gap(), best = comparison.best();
  for (std::size_t i = 0; i < layout.rows.size(); ++i) {
    if (style.colour && best == i)
      out += coloured(layout.rows[i], "32");
    else if (style.colour && widest == i)
      out += coloured(layout.rows[i], "33");
    else
      out += layout.rows[i];
  }
  out += '\n' + filled({"Verdicts:", counted_verdicts(comparison) + "."});
  if (best) out += best_sentence(comparison, configurations[*best], varying);
  out += trust_lines(comparison);
  if (widest) out += widest_gap_sentence(comparison, configurations[*widest], varying);
  for (const ComparedFile& file : comparison.files)
    if (!file.fingerprint.empty())
      out += fmt::format("Fingerprint{}: {}\n", names.size() > 1 ? " of " + file.name : std::string(),
                         file.fingerprint);
  return out;
}

}  // namespace runner
