#include "runner/report/figures.hpp"

#include "runner/error/printable.hpp"

#include "finding.hpp"
#include "samples.hpp"
#include "sweep_figures.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr std::size_t most_digits = 7;  // of a label, before it is rounded

std::string description_of(const ResultsData& results, const Comparison& comparison) {
  const Origin& origin = results.origin;
  return fmt::format("{}: {} training, {} validation and {} test images, {} epochs; fixed: {}. runner {}.",
                     comparison.files.front().dataset, origin.data.train_size, origin.data.validation_size,
                     origin.data.test_size, results.epochs(), fmt::join(fixed_settings(comparison), ", "),
                     origin.runner_version);
}

FigureSource source_of(const ResultsData& results) {
  FigureSource source{results, {}, {}, 0, 0, {}};
  source.results.name = printable(results.name);
  std::vector<StoredRun>& runs = source.results.runs;
  std::erase_if(runs, [](const StoredRun& run) { return !has_finished(run.status); });
  source.diverged = static_cast<std::size_t>(
      std::count_if(results.runs.begin(), results.runs.end(),
                    [](const StoredRun& run) { return run.status == RunStatus::diverged; }));
  source.not_done = results.runs.size() - runs.size() - source.diverged;
  if (runs.empty()) return source;
  source.comparison = compare(source.results);
  source.varying = varying_axes(source.comparison);
  source.description = description_of(results, source.comparison);
  return source;
}

void append(std::vector<Figure>& all, std::vector<Figure> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// Each value with one configuration that has it.
std::map<double, const ConfigurationSummary*> examples(const FigureSource& source, const Column& axis) {
  std::map<double, const ConfigurationSummary*> found;
  for (const ConfigurationSummary& c : source.comparison.configurations)
    if (axis.has_value(c)) found.try_emplace(axis.value(c), &c);
  return found;
}

}  // namespace

std::vector<Figure> figures(const ResultsData& results, std::size_t best_runs) {
  const FigureSource source = source_of(results);
  if (source.results.runs.empty()) return {};
  std::vector<Figure> all{train_against_test_figure(source), learning_curves_figure(source)};
  if (best_runs > 0) all.push_back(best_runs_figure(source, best_runs));
  const std::vector<Column>& varying = source.varying;
  for (const Column& axis : varying) append(all, figures_by(source, axis));
  for (std::size_t x = 0; x < varying.size(); ++x)
    for (std::size_t y = x + 1; y < varying.size(); ++y)
      append(all, heat_maps(source, varying[x], varying[y]));
  return all;
}

std::vector<double> values_of(const FigureSource& source, const Column& axis) {
  return different_values(source.comparison.configurations, axis);
}

std::vector<std::string> texts_of(const FigureSource& source, const Column& axis) {
  std::vector<std::string> texts;
  for (const auto& [value, example] : examples(source, axis)) {
    std::string exact = exact_text(axis, *example), rounded = fmt::format("{:.5g}", value);
    texts.push_back(
        axis.has_words() || exact.size() <= most_digits || exact.size() <= rounded.size() ? exact : rounded);
  }
  return texts;
}

AxisPlaces places_on(const FigureSource& source, const Column& axis) {
  const auto& configurations = source.comparison.configurations;
  AxisPlaces places;
  if (is_sampled(configurations, axis)) {
    const Bins bins = bins_of(configurations, axis);
    for (std::size_t b = 0; b < bins.count(); ++b)
      places.texts.push_back(bin_text(bins.least[b], bins.most[b]));
    places.at = bins.at;
    places.in_bins = true;
    return places;
  }
  places.texts = texts_of(source, axis);
  places.at = places_among(values_of(source, axis), configurations, axis);
  return places;
}

std::string title_of(const Column& column) {
  std::string title(find_axis(column.name)->long_name);
  title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return title;
}

std::string loss_title(const FigureSource& source) {
  const auto& all = source.comparison.configurations;
  const Loss loss = all.front().spec.loss;
  if (std::any_of(all.begin(), all.end(), [&](const auto& c) { return c.spec.loss != loss; })) return "Loss";
  return loss == Loss::cross_entropy ? "Loss (cross entropy, nats)" : "Loss (mean squared error)";
}

double marker_radius(std::size_t markers) {
  return markers <= 100 ? 3.5 : markers <= 1000 ? 2 : 1.2;
}

}  // namespace runner
