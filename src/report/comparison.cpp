#include "runner/report/comparison.hpp"

#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"
#include "runner/sweep/work.hpp"

#include "columns.hpp"
#include "finding.hpp"
#include "image_shape.hpp"
#include "judged_seeds.hpp"
#include "judgement.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

/// Half the width of the 95 % interval of an accuracy's difference, over other images like these; 0 where
/// their number is not known.
double image_noise(double train_accuracy, double test_accuracy, const Origin& origin) {
  if (origin.data.train_size == 0 || origin.data.test_size == 0) return 0;
  constexpr double normal = 1.96;
  const auto variance = [](double share, std::size_t images) {
    return share * (1 - share) / static_cast<double>(images);
  };
  return normal * std::sqrt(variance(train_accuracy, origin.data.train_size) +
                            variance(test_accuracy, origin.data.test_size));
}

/// `last`: the place of the epoch that is measured after.
void measure(const Seeds& seeds, std::size_t last, const ResultsData& results, const Baseline& baseline,
             ConfigurationSummary& summary) {
  const Origin& origin = results.origin;
  const RecordedEpochs& recorded = results.recorded;
  const bool validated = summary.validated;
  for (const MetricInfo& line : metric_table)
    if (seeds.has(line.metric)) summary.last[line.metric] = seeds.at(line.metric, last);
  summary.gap = seeds.difference(Metric::train_accuracy, last, Metric::test_accuracy, last);
  summary.gap.mean = summary.last[Metric::train_accuracy].mean -
                     summary.last[Metric::test_accuracy].mean;  // as exact as these
  const double half = std::isnan(summary.gap.half_width) ? 0 : summary.gap.half_width;
  summary.gap_is_sure =
      summary.gap.mean > std::max(half, image_noise(summary.last[Metric::train_accuracy].mean,
                                                    summary.last[Metric::test_accuracy].mean, origin));

  const Metric accuracy = chosen_accuracy(validated), loss = chosen_loss(validated);
  std::vector<double> accuracies = seeds.curve(accuracy);
  accuracies.resize(last + 1);
  const auto best =
      static_cast<std::size_t>(std::max_element(accuracies.begin(), accuracies.end()) - accuracies.begin());
  summary.best_epoch = recorded[best];
  summary.best_accuracy = seeds.at(accuracy, best);
  summary.best_test_accuracy = seeds.at(Metric::test_accuracy, best);

  const Judgement judgement = judge(seeds.runs(), loss, last, baseline);
  summary.verdict = judgement.verdict;
  if (judgement.overfits_from >= 0)
    summary.overfits_from = recorded[static_cast<std::size_t>(judgement.overfits_from)];
  const auto stop = static_cast<std::size_t>(judgement.stop_epoch);
  summary.stop_epoch = recorded[stop];
  summary.stopping_gain = seeds.difference(Metric::test_accuracy, stop, Metric::test_accuracy, last);
}

/// The same for files of one sweep, and for no others.
auto sweep_key(const ResultsData& results) {
  const Origin& origin = results.origin;
  std::array<std::string, 4> checksums;
  for (std::size_t f = 0; f < checksums.size(); ++f) checksums[f] = origin.data.files[f].sha256;
  std::vector<int> epochs;
  for (std::size_t i = 0; results.recorded.has_gaps() && i < results.recorded.size(); ++i)
    epochs.push_back(results.recorded[i]);
  return std::tuple(results.effective_config, results.epochs(), std::move(epochs), origin.data.train_size,
                    origin.data.validation_size, origin.data.test_size, std::move(checksums));
}

/// Of one run in two files, what has come further; it is in the sweep where either says so.
void take_further(StoredRun& run, StoredRun&& other) {
  const auto progress = [](const StoredRun& r) { return std::pair(has_ended(r.status), r.epochs_done); };
  const std::int32_t index = std::max(run.run.index, other.run.index);
  if (progress(other) > progress(run)) run = std::move(other);
  run.run.index = index;
}

ConfigurationSummary summarise(const Runs& runs, const ResultsData& results, const Baseline& baseline) {
  const Origin& origin = results.origin;
  ConfigurationSummary summary;
  summary.spec = runs.front()->run.spec;
  summary.validated = origin.data.validation_size > 0;
  summary.seeds = runs.size();
  for (const StoredRun* run : runs) {
    if (run->status == RunStatus::diverged) ++summary.diverged;
    if (run->status == RunStatus::done) ++summary.done;
    if (run->status == RunStatus::stopped) ++summary.stopped;
  }
  MeasuredRuns measured = measured_runs(runs, results.recorded);
  summary.measured = measured.runs.size();
  summary.epochs = results.recorded[measured.last];
  if (!measured.runs.empty())
    measure(Seeds(std::move(measured.runs), images_of(origin)), measured.last, results, baseline, summary);
  // Numbers of the others are of no use as a verdict on all.
  if (summary.diverged > summary.measured) {
    summary.verdict = Verdict::diverged;
    summary.overfits_from = -1;
  }
  return summary;
}

/// What comes behind what, whatever its numbers: those of which a seed has diverged, then those that did not
/// learn.
int rank_of(const ConfigurationSummary& c) {
  if (!c.learned()) return 2;
  return c.diverged > 0 ? 1 : 0;
}

/// Of those that obey a condition; of which no seed has diverged, if there are such.
template <class Condition>
std::optional<std::size_t> largest(const std::vector<ConfigurationSummary>& configurations,
                                   Estimate ConfigurationSummary::*estimate, const Condition& condition) {
  std::optional<std::size_t> found;
  for (const bool some_diverged : {false, true}) {
    for (std::size_t i = 0; i < configurations.size(); ++i) {
      if (!condition(configurations[i]) || (configurations[i].diverged > 0) != some_diverged) continue;
      const double mean = (configurations[i].*estimate).mean;
      if (!std::isnan(mean) && (!found || mean > (configurations[*found].*estimate).mean)) found = i;
    }
    if (found) return found;
  }
  return found;
}

}  // namespace

std::vector<std::string> names_of(std::span<const ResultsData> files) {
  namespace fs = std::filesystem;
  const auto end_of = [](const fs::path& path, std::size_t parts) {
    fs::path end;
    for (fs::path rest = path.lexically_normal(); parts > 0 && rest.has_filename();
         --parts, rest = rest.parent_path())
      end = end.empty() ? rest.filename() : rest.filename() / end;
    return end.string();
  };
  // How many files have a name, or an end of so many parts: counted once, since there may be many files.
  std::map<std::string, std::size_t> names;
  std::vector<std::map<std::string, std::size_t>> ends{{}};
  for (const ResultsData& results : files) ++names[results.name];
  const auto is_alone = [&](const std::string& end, std::size_t parts) {
    while (ends.size() <= parts) {
      std::map<std::string, std::size_t> longer;
      for (const ResultsData& results : files) ++longer[end_of(results.file, ends.size())];
      ends.push_back(std::move(longer));
    }
    return ends[parts].at(end) == 1;
  };
  std::vector<std::string> all;
  for (const ResultsData& results : files) {
    std::string name = results.name;
    const auto parts = static_cast<std::size_t>(std::distance(results.file.begin(), results.file.end()));
    if (names.at(name) > 1)
      for (std::size_t count = 1; count <= parts; ++count) {
        name = end_of(results.file, count);
        if (is_alone(name, count)) break;
      }
    all.push_back(printable(name));
  }
  return all;
}

Comparison compare(std::span<const ResultsData> files) {
  Comparison comparison;
  std::vector<JudgedSeeds> judged;
  const std::vector<std::string> names = names_of(files);
  for (const ResultsData& results : files) {
    const Origin& origin = results.origin;
    const std::array baselines{baseline_of(results, Loss::cross_entropy),
                               baseline_of(results, Loss::mean_squared_error)};
    const DatasetFacts shape = with_shape(origin.data);
    for (const Runs& runs : configurations_of(results)) {
      comparison.configurations.push_back(
          summarise(runs, results, baselines[static_cast<std::size_t>(runs.front()->run.spec.loss)]));
      ConfigurationSummary& summary = comparison.configurations.back();
      summary.file = comparison.files.size();
      // Results that were put together by hand may say nothing of their images.
      summary.work = shape.train_size == 0 ? 0 : run_cost(summary.spec, shape) * results.epochs();
      judged.emplace_back();
      if (summary.diverged > 0 || summary.done + summary.stopped < 2) continue;
      const MeasuredRuns measured = measured_runs(runs, results.recorded);
      judged.back() = judged_seeds(measured.runs, measured.last, images_of(origin), summary.validated);
    }
    ComparedFile file{names[comparison.files.size()],
                      printable(origin.data.name),
                      {},
                      origin.data.train_size,
                      origin.data.validation_size,
                      origin.data.test_size,
                      results.epochs()};
    for (std::size_t f = 0; f < origin.data.files.size(); ++f)
      file.checksums[f] = origin.data.files[f].sha256;
    comparison.files.push_back(std::move(file));
    comparison.epochs = std::max(comparison.epochs, results.epochs());
  }
  const auto validated = std::count_if(
      files.begin(), files.end(), [](const ResultsData& r) { return r.origin.data.validation_size > 0; });
  comparison.validated = validated > 0;
  comparison.mixed = validated > 0 && validated < std::ssize(files);
  fill_trust(comparison, judged, files);
  return comparison;
}

Comparison compare(const ResultsData& results) {
  return compare({&results, 1});
}

std::span<const ConfigurationSummary> Comparison::shown() const {
  const std::size_t count = top == 0 ? configurations.size() : std::min(top, configurations.size());
  return {configurations.data(), count};
}

std::string_view Comparison::chosen_by() const {
  return mixed ? "validation or test" : chosen_set(validated);
}

std::vector<std::string> Comparison::differences() const {
  std::vector<std::string> found;
  const auto add = [&](std::string_view what, const auto& value) {
    if (std::all_of(files.begin(), files.end(),
                    [&](const ComparedFile& f) { return value(f) == value(files.front()); }))
      return;
    std::vector<std::string> each;
    for (const ComparedFile& file : files) each.push_back(fmt::format("{} in {}", value(file), file.name));
    found.push_back(fmt::format("{}: {}", what, fmt::join(each, ", ")));
  };
  if (files.empty()) return found;
  add("dataset", [](const ComparedFile& f) { return f.dataset; });
  if (found.empty() && std::any_of(files.begin(), files.end(), [&](const ComparedFile& f) {
        return f.checksums != files.front().checksums;
      }))
    found.push_back("dataset: the images or labels are not the same");
  add("train_size", [](const ComparedFile& f) { return f.train_size; });
  add("validation_size", [](const ComparedFile& f) { return f.validation_size; });
  add("test_size", [](const ComparedFile& f) { return f.test_size; });
  add("epochs", [](const ComparedFile& f) { return f.epochs; });
  return found;
}

std::vector<std::size_t> Comparison::like_the_best() const {
  const auto found = best();
  std::vector<std::size_t> alike;
  if (!found || !configurations[*found].compared) return alike;
  for (std::size_t i = 0; i < configurations.size(); ++i)
    if (configurations[i].compared && !configurations[i].told_from_best && i != *found) alike.push_back(i);
  return alike;
}

std::optional<std::size_t> Comparison::widest_gap() const {
  return largest(configurations, &ConfigurationSummary::gap,
                 [](const ConfigurationSummary& c) { return c.learned() && c.gap_is_sure; });
}

std::optional<std::size_t> Comparison::best() const {
  return largest(configurations, &ConfigurationSummary::best_accuracy,
                 [](const ConfigurationSummary& c) { return c.learned() && c.best_epoch > 0; });
}

std::size_t leave_out_kept(ResultsData& results) {
  return results.leave_out([](const StoredRun& run) { return !run.in_sweep(); });
}

void keep_epochs(ResultsData& results, int epochs) {
  if (epochs >= results.epochs()) return;
  results.recorded = results.recorded.up_to(epochs);
  const int last = results.epochs();
  for (StoredRun& run : results.runs) {
    for (const MetricInfo& line : metric_table)
      if (std::vector<float>& curve = run.curves[line.metric]; !curve.empty())
        curve.resize(results.recorded.size());
    if (run.epochs_done >= last) run.status = RunStatus::done;
    run.epochs_done = std::min(run.epochs_done, last);
  }
}

std::string kept_note(std::size_t kept) {
  return kept == 0 ? std::string() : fmt::format("{} of earlier configs not counted", counted(kept, "run"));
}

std::string stopped_note(const Comparison& comparison) {
  const auto& all = comparison.configurations;
  const auto stopped = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const ConfigurationSummary& c) { return c.stopped > 0; }));
  return stopped_note(stopped, all.size(), "configuration");
}

std::vector<ResultsData> pool_shards(std::vector<ResultsData> files) {
  std::vector<ResultsData> pooled;
  std::vector<std::map<std::string, std::size_t>> places;  // of the runs of each, by digest
  std::map<decltype(sweep_key(files.front())), std::vector<std::size_t>> sweeps;  // what is pooled of each
  for (ResultsData& results : files) {
    const auto belongs = [&](std::size_t p) {
      return std::none_of(results.runs.begin(), results.runs.end(), [&](const StoredRun& run) {
        const auto at = places[p].find(run.run.digest);
        return run.in_sweep() && at != places[p].end() && pooled[p].runs[at->second].in_sweep();
      });
    };
    std::vector<std::size_t>& of_sweep = sweeps[sweep_key(results)];
    const auto found = std::find_if(of_sweep.begin(), of_sweep.end(), belongs);
    const std::size_t place = found == of_sweep.end() ? pooled.size() : *found;
    if (place == pooled.size()) {
      of_sweep.push_back(place);
      pooled.push_back(results);
      pooled.back().runs.clear();
      places.emplace_back();
    } else {
      pooled[place].further_files.push_back(results.file);
      for (StoredRun& run : results.runs) run.shard = pooled[place].further_files.size();
    }
    std::vector<StoredRun>& runs = pooled[place].runs;
    for (StoredRun& run : results.runs) {
      const auto [at, is_new] = places[place].try_emplace(run.run.digest, runs.size());
      if (is_new)
        runs.push_back(std::move(run));
      else
        take_further(runs[at->second], std::move(run));
    }
  }
  // In the order of the sweep, as one file would have them; what is kept comes last.
  for (ResultsData& results : pooled)
    std::stable_sort(results.runs.begin(), results.runs.end(), [](const StoredRun& a, const StoredRun& b) {
      return static_cast<std::uint32_t>(a.run.index) < static_cast<std::uint32_t>(b.run.index);
    });
  return pooled;
}

std::vector<std::string_view> comparison_columns() {
  std::vector<std::string_view> names;
  for (const std::span<const Column> columns : {axis_columns(), measured_columns()})
    for (const Column& column : columns) names.push_back(column.name);
  return names;
}

void sort(Comparison& comparison, std::string_view name) {
  const std::vector<Column> columns = all_columns();
  const auto column =
      std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
  if (column == columns.end())
    throw bad_input(fmt::format("cannot sort by \"{}\": the columns are {}", name,
                                fmt::join(comparison_columns(), ", ")));

  const auto before = [&](const ConfigurationSummary& a, const ConfigurationSummary& b) {
    if (column->of_merit && rank_of(a) != rank_of(b)) return rank_of(a) < rank_of(b);
    const double x = column->value(a), y = column->value(b);
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return column->of_merit ? x > y : x < y;
  };
  std::stable_sort(comparison.configurations.begin(), comparison.configurations.end(), before);
}

}  // namespace runner
