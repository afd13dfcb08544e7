#include "runner/report/effect.hpp"

#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"

#include "compared_axis.hpp"
#include "finding.hpp"
#include "seeds.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

/// A run's value on an axis as a number that orders it, and as text.
struct Value {
  long double order;
  std::string text;

  friend bool operator<(const Value& a, const Value& b) { return a.order < b.order; }
};

Value value_of(const RunSpec& spec, const AxisInfo& axis) {
  return {axis.order(spec), axis.text(spec)};
}

/// The same for every value of the axis, and every seed.
RunSpec setting_of(RunSpec spec, const AxisInfo& axis) {
  axis.reset(spec);
  spec.seed = 0;
  return spec;
}

using Settings = std::map<RunSpec, std::map<std::int64_t, std::map<Value, const StoredRun*>>>;

/// Settings and seeds all of whose runs are there.
struct Block {
  std::vector<RunSpec> settings;
  std::vector<std::int64_t> seeds;
};

/// All seeds and the settings that lack none, or all settings and the seeds that lack none: the larger.
Block block_of(const Settings& settings, std::size_t values) {
  std::map<std::int64_t, std::size_t> complete;  // settings that have each seed for every value
  std::map<RunSpec, std::size_t> has;            // seeds that each setting has so
  for (const auto& [setting, seeds] : settings)
    for (const auto& [seed, runs] : seeds)
      if (runs.size() == values) {
        ++complete[seed];
        ++has[setting];
      }
  Block by_setting, by_seed;
  for (const auto& [seed, count] : complete) {
    by_setting.seeds.push_back(seed);
    if (count == has.size()) by_seed.seeds.push_back(seed);
  }
  for (const auto& [setting, count] : has) {
    by_seed.settings.push_back(setting);
    if (count == complete.size()) by_setting.settings.push_back(setting);
  }
  const auto size = [](const Block& block) { return block.settings.size() * block.seeds.size(); };
  Block& larger = size(by_setting) >= size(by_seed) ? by_setting : by_seed;
  return size(larger) > 0 ? std::move(larger) : Block{};
}

/// The factor of the interval of each of m changes over n seeds, so that all hold the truth in 95 of 100.
double simultaneous_t(std::size_t n, std::size_t m) {
  return student_t(n, simultaneous_quantile(m));
}

std::string signed_number(const Estimate& change) {
  const std::string mark =
      !std::isnan(change.half_width) && std::abs(change.mean) > change.half_width ? "*" : "";
  return fmt::format("{}{:+.4f}{}", mark, change.mean,
                     std::isnan(change.half_width) ? "" : fmt::format("±{:.4f}", change.half_width));
}

/// The phrases that say which runs are left out, behind others.
std::string with_left_out(std::vector<std::string> phrases, const Effect& effect,
                          std::string_view of_left_out) {
  const auto add = [&](std::size_t runs, const std::string& which) {
    if (runs == 0) return;
    phrases.back() += ';';
    phrases.push_back(fmt::format("{} {} left out", counted(runs, "run"), which));
  };
  add(effect.left_out, std::string(of_left_out));
  if (!effect.in_bins)
    add(effect.stopped, effect.stopped == 1 ? "that was stopped early" : "that were stopped early");
  add(effect.not_applicable, fmt::format("that {} does not apply to", effect.axis));
  if (effect.in_bins && effect.stopped > 0) {
    phrases.back() += ';';
    phrases.push_back(fmt::format("{} stopped early, measured after {} last epoch",
                                  counted(effect.stopped, "run"), effect.stopped == 1 ? "its" : "their"));
  }
  return filled(phrases);
}

std::string pairs_heading(const Effect& effect) {
  return with_left_out(
      {fmt::format("By {}, all else the same:", effect.axis),
       counted(effect.settings, "setting") + " of the others,", counted(effect.seeds, "seed")},
      effect, "without a matching run for every value");
}

std::string bins_heading(const Effect& effect) {
  if (effect.values.empty())
    return fmt::format("By {}: {} done so far, too few for bins\n", effect.axis,
                       counted(effect.samples, "sample"));
  std::size_t least = effect.samples, most = 0;
  for (const EffectOfValue& row : effect.values) {
    least = std::min(least, row.samples);
    most = std::max(most, row.samples);
  }
  return fmt::format("By {} in {} of {} each, not paired:\n", effect.axis,
                     counted(effect.values.size(), "bin"),
                     least == most ? counted(most, "sample") : fmt::format("{} to {} samples", least, most)) +
         with_left_out({"the other parameters differ, too"}, effect, "not done");
}

}  // namespace

const AxisInfo& compared_axis(std::string_view name) {
  if (name == "seed")
    throw bad_input(
        "--by seed: seeds measure the noise and are not compared; compare shows means over all seeds");
  if (const AxisInfo* axis = find_axis(name)) return *axis;
  throw bad_input(
      fmt::format("there is no axis \"{}\": the axes are {}", name, fmt::join(axis_names(), ", ")));
}

double simultaneous_quantile(std::size_t m) {
  return (1 + std::pow(0.95, 1.0 / static_cast<double>(m))) / 2;
}

Effect effect_of(const ResultsData& results, std::string_view name) {
  const AxisInfo& axis = compared_axis(name);
  // For each setting of the others, and each seed, its runs by value.
  Settings settings;
  std::map<Value, EffectOfValue> values;
  std::size_t done = 0, stopped = 0, not_applicable = 0;
  for (const StoredRun& run : results.runs) {
    if (!axis.applies(run.run.spec)) {
      ++not_applicable;
      continue;
    }
    const Value value = value_of(run.run.spec, axis);
    values[value].value = value.text;
    if (run.status == RunStatus::stopped) ++stopped;
    if (run.status != RunStatus::done) continue;
    settings[setting_of(run.run.spec, axis)][run.run.spec.seed][value] = &run;
    ++done;
  }
  if (values.size() < 2)
    throw bad_input(fmt::format("{} has {} of {}: there is nothing to compare", results.file.string(),
                                values.empty() ? "no value" : "one value", name));

  const Block block = block_of(settings, values.size());
  Effect effect{printable(results.name),
                std::string(name),
                block.settings.size(),
                block.seeds.size(),
                done - block.settings.size() * block.seeds.size() * values.size(),
                stopped,
                not_applicable,
                {},
                false,
                0};
  const std::size_t last = results.recorded.size() - 1;
  const auto observe = [&](const Value& value, const auto& measured) {
    std::vector<double> observations;  // a seed each
    for (const std::int64_t seed : block.seeds) {
      double sum = 0;
      for (const RunSpec& setting : block.settings) sum += measured(*settings.at(setting).at(seed).at(value));
      observations.push_back(sum / static_cast<double>(block.settings.size()));
    }
    return observations;
  };
  // Both are slow to find, and the same for every value.
  const double wider = block.seeds.size() < 3 ? 1
                                              : simultaneous_t(block.seeds.size(), values.size() - 1) /
                                                    student_t(block.seeds.size());
  const Images images = images_of(results.origin);
  for (auto& entry : values) {
    const Value& value = entry.first;
    EffectOfValue& row = entry.second;
    const auto fill = [&](const auto& measured, Estimate& level, Estimate& change) {
      std::vector<double> own = observe(value, measured);
      level = estimate(own);
      const std::vector<double> first = observe(values.begin()->first, measured);
      for (std::size_t s = 0; s < own.size(); ++s) own[s] -= first[s];
      change = estimate(own);
      if (change.has_interval()) change.half_width *= wider;
    };
    const auto train = [&](const StoredRun& run) {
      return as_hits(run.curves[Metric::train_accuracy][last], images.train);
    };
    const auto test = [&](const StoredRun& run) {
      return as_hits(run.curves[Metric::test_accuracy][last], images.test);
    };
    fill(train, row.train_accuracy, row.train_change);
    fill(test, row.test_accuracy, row.test_change);
    fill([&](const StoredRun& run) { return train(run) - test(run); }, row.gap, row.gap_change);
    effect.values.push_back(std::move(row));
  }
  return effect;
}

std::vector<Effect> effects_of(std::span<const ResultsData> files, std::string_view axis) {
  std::vector<Effect> effects;
  const std::vector<std::string> names = names_of(files);
  for (const ResultsData& results : files) {
    effects.push_back(wants_bins(results, axis) ? effect_in_bins(results, axis) : effect_of(results, axis));
    effects.back().name = names[effects.size() - 1];
  }
  return effects;
}

std::string to_table(const Effect& effect) {
  std::string out = effect.in_bins ? bins_heading(effect) : pairs_heading(effect);
  if (effect.in_bins ? effect.values.empty() : effect.settings == 0) return out;
  std::size_t width = effect.axis.size();
  for (const EffectOfValue& row : effect.values) width = std::max(width, row.value.size());
  const int change_width = effect.in_bins ? 15 : 16;  // the names of bins are long
  out += fmt::format("\n{:>{}}  {:>6}  {:>6}  {:>7}  {:>{}}  {:>{}}\n", effect.axis, width, "train", "test",
                     "gap", "change of test", change_width, "change of gap", change_width);
  for (const EffectOfValue& row : effect.values) {
    const bool first = &row == &effect.values.front();
    out += fmt::format("{:>{}}  {:.4f}  {:.4f}  {:>7.4f}  {:>{}}  {:>{}}\n", row.value, width,
                       row.train_accuracy.mean, row.test_accuracy.mean, row.gap.mean,
                       first ? "-" : signed_number(row.test_change), change_width,
                       first ? "-" : signed_number(row.gap_change), change_width);
  }
  if (effect.in_bins)
    out += "\n± 95 % interval over the samples, for all bins together; * more than chance\n";
  else if (effect.seeds > 2)
    out += "\n± 95 % interval over the seeds, for all values together; * the change is more than chance\n";
  else
    out +=
        fmt::format("\n{}: no confidence interval; it takes three or more\n", counted(effect.seeds, "seed"));
  return out;
}

}  // namespace runner
