#include "runner/report/importance.hpp"

#include "runner/error/printable.hpp"
#include "runner/report/comparison.hpp"

#include "columns.hpp"
#include "finding.hpp"
#include "samples.hpp"
#include "seeds.hpp"
#include "variance_shares.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr std::size_t least_samples = 20, most_bins = 20;

/// A configuration, with what was measured of each of its seeds after the last epoch that all of them have.
struct Observed {
  ConfigurationSummary which;                               ///< its specification alone
  std::map<std::int64_t, std::pair<double, double>> seeds;  ///< accuracy and gap
  bool stopped = false;                                     ///< a seed of it was stopped early

  std::vector<std::int64_t> seed_list() const {
    std::vector<std::int64_t> list;
    for (const auto& [seed, numbers] : seeds) list.push_back(seed);
    return list;
  }
};

std::vector<Observed> observe_all(const ResultsData& results) {
  const bool validated = results.origin.data.validation_size > 0;
  const Images images = images_of(results.origin);
  std::vector<Observed> all;
  for (const Runs& runs : configurations_of(results)) {
    Observed observed;
    observed.which.spec = runs.front()->run.spec;
    const auto [finished, last] = finished_runs(runs, results.recorded);
    observed.stopped = stopped_among(finished) > 0;
    for (const StoredRun* run : finished) {
      const double train = as_hits(run->curves[Metric::train_accuracy][last], images.train);
      const double test = as_hits(run->curves[Metric::test_accuracy][last], images.test);
      const double chosen =
          validated ? as_hits(run->curves[Metric::validation_accuracy][last], images.validation) : test;
      observed.seeds[run->run.spec.seed] = {chosen, train - test};
    }
    if (!observed.seeds.empty()) all.push_back(std::move(observed));
  }
  return all;
}

std::vector<ConfigurationSummary> specifications(const std::vector<Observed>& all) {
  std::vector<ConfigurationSummary> specs;
  for (const Observed& one : all) specs.push_back(one.which);
  return specs;
}

std::vector<Column> varying_among(const std::vector<Observed>& all) {
  Comparison comparison;
  comparison.configurations = specifications(all);
  return varying_axes(comparison);
}

/// The seeds that the most configurations have.
std::vector<std::int64_t> usual_seeds(const std::vector<Observed>& all) {
  std::map<std::vector<std::int64_t>, std::size_t> counts;
  for (const Observed& one : all) ++counts[one.seed_list()];
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

/// Configurations that are all combinations of their values.
struct FullGrid {
  std::vector<Column> axes;
  std::vector<std::size_t> levels;
  std::vector<Observed> cells;  ///< the last axis fastest
};

/// The configurations by their places on each axis. That an axis means nothing to some is a place, too: they
/// are in no full grid with the others.
using Placed = std::map<std::vector<std::size_t>, const Observed*>;

Placed cells_of(const std::vector<Column>& columns, const std::vector<Observed>& all,
                std::vector<std::size_t>& levels) {
  const std::vector<ConfigurationSummary> specs = specifications(all);
  std::vector<std::vector<std::size_t>> places;
  levels.clear();
  for (const Column& axis : columns) {
    places.push_back(places_among(different_values(specs, axis), specs, axis));
    levels.push_back(1 + *std::max_element(places.back().begin(), places.back().end()));
  }
  Placed placed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<std::size_t> at;
    for (const std::vector<std::size_t>& on_axis : places) at.push_back(on_axis[i]);
    placed.emplace(std::move(at), &all[i]);
  }
  return placed;
}

double combinations(const std::vector<std::size_t>& levels) {
  return std::accumulate(levels.begin(), levels.end(), 1.0,
                         [](double product, std::size_t n) { return product * static_cast<double>(n); });
}

/// The value, as axis and place, that the fewest configurations have of those that could.
std::pair<std::size_t, std::size_t> emptiest(const Placed& placed, const std::vector<std::size_t>& levels) {
  std::pair<std::size_t, std::size_t> worst{0, 0};
  double least = 2;
  for (std::size_t a = 0; a < levels.size(); ++a) {
    std::vector<std::size_t> counts(levels[a]);
    for (const auto& [at, one] : placed) ++counts[at[a]];
    const double whole = combinations(levels) / static_cast<double>(levels[a]);
    for (std::size_t v = 0; v < counts.size(); ++v)
      if (static_cast<double>(counts[v]) / whole < least) {
        least = static_cast<double>(counts[v]) / whole;
        worst = {a, v};
      }
  }
  return worst;
}

/// Leaves out values until every combination of the others is there; none where less than half would stay.
std::optional<FullGrid> full_grid(const std::vector<Observed>& all) {
  const std::vector<std::int64_t> seeds = usual_seeds(all);
  std::vector<Observed> left;
  for (const Observed& one : all)
    if (one.seed_list() == seeds) left.push_back(one);
  while (2 * left.size() >= all.size()) {
    const std::vector<Column> varying = varying_among(left);
    if (varying.size() < 2) return std::nullopt;
    std::vector<std::size_t> levels;
    const Placed placed = cells_of(varying, left, levels);
    if (combinations(levels) > 4 * static_cast<double>(left.size())) return std::nullopt;
    if (static_cast<double>(left.size()) == combinations(levels)) {
      FullGrid grid{varying, levels, {}};
      for (const auto& [at, one] : placed) grid.cells.push_back(*one);
      return grid;
    }
    const auto [axis, place] = emptiest(placed, levels);
    std::vector<Observed> others;
    for (const auto& [at, one] : placed)
      if (at[axis] != place) others.push_back(*one);
    left = std::move(others);
  }
  return std::nullopt;
}

VarianceShare published(const Share& share) {
  return {share.share, share.half_width, share.p, false};
}

/// Marks what is more than chance, all lines of a column together.
void mark(std::vector<ImportanceOfTerm>& terms, VarianceShare ImportanceOfTerm::*column) {
  const double most_p = 1 - std::pow(0.95, 1 / static_cast<double>(terms.size()));
  for (ImportanceOfTerm& term : terms) (term.*column).sure = (term.*column).p < most_p;
}

void order_and_mark(Importance& importance) {
  std::stable_sort(importance.terms.begin(), importance.terms.end(),
                   [](const ImportanceOfTerm& a, const ImportanceOfTerm& b) {
                     if (a.axes.size() != b.axes.size()) return a.axes.size() < b.axes.size();
                     return a.accuracy.share > b.accuracy.share;
                   });
  mark(importance.terms, &ImportanceOfTerm::accuracy);
  mark(importance.terms, &ImportanceOfTerm::gap);
}

/// The axis as the table of axes names it, which outlives its column.
std::string_view lasting_name(const Column& axis) {
  return find_axis(axis.name)->name;
}

std::size_t stopped_in(const std::vector<Observed>& all) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Observed& one) { return one.stopped; }));
}

void fill_from_grid(Importance& importance, const FullGrid& grid) {
  importance.method = Importance::Method::grid;
  importance.configurations = grid.cells.size();
  importance.stopped = stopped_in(grid.cells);
  importance.seeds = grid.cells.front().seeds.size();
  std::vector<double> accuracies, gaps;
  for (const Observed& one : grid.cells)
    for (const auto& [seed, numbers] : one.seeds) {
      accuracies.push_back(numbers.first);
      gaps.push_back(numbers.second);
    }
  const GridShares accuracy = grid_shares(grid.levels, accuracies, importance.seeds);
  const GridShares gap = grid_shares(grid.levels, gaps, importance.seeds);
  for (std::size_t t = 0; t < accuracy.terms.size(); ++t) {
    ImportanceOfTerm term{{}, published(accuracy.terms[t].share), published(gap.terms[t].share)};
    for (const std::size_t f : accuracy.terms[t].factors) term.axes.push_back(lasting_name(grid.axes[f]));
    importance.terms.push_back(std::move(term));
  }
  importance.accuracy_rest = published(accuracy.rest);
  importance.gap_rest = published(gap.rest);
}

/// Ten samples in each tell its mean; what varies within a bin is not seen.
std::size_t bins_for(std::size_t samples) {
  return std::clamp<std::size_t>(samples / 10, 3, most_bins);
}

/// What seeds add to the sum of squares of the configurations' means, where all have the same two or more.
double noise_in(const std::vector<Observed>& all, std::size_t seeds,
                double std::pair<double, double>::*number) {
  if (seeds < 2) return 0;
  std::vector<double> of_seed(seeds);
  double squares = 0;
  for (const Observed& one : all) {
    double sum = 0;
    for (const auto& [seed, numbers] : one.seeds) sum += numbers.*number;
    std::size_t s = 0;
    for (const auto& [seed, numbers] : one.seeds) {
      const double deviation = numbers.*number - sum / static_cast<double>(seeds);
      of_seed[s++] += deviation;
      squares += deviation * deviation;
    }
  }
  // What a seed does to all configurations alike makes none of them differ.
  for (const double sum : of_seed) squares -= sum * sum / static_cast<double>(all.size());
  return std::max(squares, 0.0) / static_cast<double>(seeds * (seeds - 1));
}

std::vector<double> means_of(const std::vector<Observed>& all, double std::pair<double, double>::*number) {
  std::vector<double> means;
  for (const Observed& one : all) {
    double sum = 0;
    for (const auto& [seed, numbers] : one.seeds) sum += numbers.*number;
    means.push_back(sum / static_cast<double>(one.seeds.size()));
  }
  return means;
}

/// Groups, units and samples of one axis.
SampledParameter parameter_on(const Column& axis, const std::vector<ConfigurationSummary>& specs,
                              const Samples& samples) {
  SampledParameter parameter;
  parameter.sample = samples.of;
  const std::vector<double> different = different_values(specs, axis);
  parameter.group = axis.has_words() || different.size() <= most_listed_values
                        ? places_among(different, specs, axis)
                        : bins_of(specs, axis, bins_for(samples.count)).at;
  for (std::size_t i = 0; i < specs.size(); ++i)
    if (!axis.has_value(specs[i])) parameter.group[i] = no_group;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> known;
  for (std::size_t i = 0; i < specs.size(); ++i)
    parameter.unit.push_back(
        known.try_emplace({samples.of[i], parameter.group[i]}, known.size()).first->second);
  return parameter;
}

void fill_from_samples(Importance& importance, const std::vector<Observed>& all) {
  const std::vector<ConfigurationSummary> specs = specifications(all);
  const std::vector<Column> columns = varying_among(all);
  const Samples samples = samples_of(specs, sampled_axes(specs, columns));
  importance.samples = samples.count;
  if (samples.count < least_samples) {
    importance.why_not =
        fmt::format("the configurations are not a full grid, and {} are too few: it takes {}",
                    counted(samples.count, "sample"), least_samples);
    return;
  }
  importance.method = Importance::Method::samples;
  importance.configurations = all.size();
  importance.stopped = stopped_in(all);
  const std::vector<std::int64_t> seeds = all.front().seed_list();
  if (std::all_of(all.begin(), all.end(), [&](const Observed& one) { return one.seed_list() == seeds; }))
    importance.seeds = seeds.size();

  using Measured = std::pair<double, double>;
  const std::vector<double> accuracies = means_of(all, &Measured::first),
                            gaps = means_of(all, &Measured::second);
  const double accuracy_noise = noise_in(all, importance.seeds, &Measured::first);
  const double gap_noise = noise_in(all, importance.seeds, &Measured::second);
  double accuracy_rest = 1, gap_rest = 1;
  for (const Column& axis : columns) {
    const SampledParameter parameter = parameter_on(axis, specs, samples);
    importance.terms.push_back({{lasting_name(axis)},
                                published(sampled_share(accuracies, parameter, accuracy_noise)),
                                published(sampled_share(gaps, parameter, gap_noise))});
    accuracy_rest -= importance.terms.back().accuracy.share;
    gap_rest -= importance.terms.back().gap.share;
  }
  // NaN stays NaN.
  importance.accuracy_rest.share = accuracy_rest < 0 ? 0 : accuracy_rest;
  importance.gap_rest.share = gap_rest < 0 ? 0 : gap_rest;
}

}  // namespace

Importance importance_of(const ResultsData& results) {
  Importance importance;
  importance.name = printable(results.name);
  importance.accuracy_name = info(chosen_accuracy(results.origin.data.validation_size > 0)).name;
  const std::vector<Observed> all = observe_all(results);
  const std::size_t there = configurations_of(results).size();
  if (varying_among(all).size() < 2) {
    importance.why_not = all.empty() ? "no configuration is done" : "fewer than two parameters vary";
    return importance;
  }
  if (const std::optional<FullGrid> grid = full_grid(all))
    fill_from_grid(importance, *grid);
  else
    fill_from_samples(importance, all);
  if (importance.method != Importance::Method::none) importance.left_out = there - importance.configurations;
  order_and_mark(importance);
  return importance;
}

std::vector<Importance> importances_of(std::span<const ResultsData> files) {
  std::vector<Importance> all;
  const std::vector<std::string> names = names_of(files);
  for (const ResultsData& results : files) {
    all.push_back(importance_of(results));
    all.back().name = names[all.size() - 1];
  }
  return all;
}

}  // namespace runner
