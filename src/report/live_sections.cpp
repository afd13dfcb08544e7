#include "live_sections.hpp"

#include "judgement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

using Strings = std::vector<std::string>;
using Values = std::vector<float>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Where the curves of a run end so far; it has at least epoch 0.
using LastPlace = std::function<std::size_t(const StoredRun&)>;

LastPlace last_place_in(const ResultsData& results) {
  return
      [recorded = results.recorded](const StoredRun& run) { return recorded.count_to(run.epochs_done) - 1; };
}

/// What the curves of one run say so far; `none` before epoch 1.
class SoFar {
 public:
  explicit SoFar(const ResultsData& results)
      : last_place_(last_place_in(results)),
        loss_(chosen_loss(results.origin.data.validation_size > 0)),
        baselines_{baseline_of(results, Loss::cross_entropy),
                   baseline_of(results, Loss::mean_squared_error)} {}

  Judgement operator()(const StoredRun& run) const {
    if (run.epochs_done < 1) return {};
    return judge({&run}, loss_, last_place_(run), baselines_[static_cast<std::size_t>(run.run.spec.loss)]);
  }

 private:
  LastPlace last_place_;
  Metric loss_;
  std::array<Baseline, 2> baselines_;
};

RunCurve metric_curve(std::string_view name, Metric metric) {
  return {name, [metric](const StoredRun& run) {
            const std::vector<float>& curve = run.curves[metric];
            return Values(curve.begin() + 1, curve.end());
          }};
}

Values gaps_of(const StoredRun& run) {
  Values gaps;
  for (std::size_t place = 1; place < run.curves[Metric::test_accuracy].size(); ++place)
    gaps.push_back(static_cast<float>(gap_at(run, place)));
  return gaps;
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string four_digits(double number) {
  return fmt::format("{:.4f}", number);
}

/// A column of the table.
struct RowColumn {
  Strings heading;
  std::function<std::string(const SectionRow&)> text;
};

/// A column for each axis that has several values among the runs that it means something to.
std::vector<RowColumn> axis_columns_of(const ResultsData& results) {
  std::vector<RowColumn> columns;
  for (const AxisInfo& axis : axis_table()) {
    const auto applies = [&](const StoredRun& run) { return axis.applies(run.run.spec); };
    const auto first = std::find_if(results.runs.begin(), results.runs.end(), applies);
    const auto differs = [&](const StoredRun& run) {
      return applies(run) && !axis.same(run.run.spec, first->run.spec);
    };
    if (std::any_of(first, results.runs.end(), differs))
      columns.push_back({axis_heading(axis.name), [axis](const SectionRow& row) {
                           const RunSpec& spec = row.run->run.spec;
                           return axis.applies(spec) ? axis.text(spec) : "-";
                         }});
  }
  return columns;
}

RowColumn metric_column(Strings heading, Metric metric, const LastPlace& last_place) {
  return {std::move(heading), [metric, last_place](const SectionRow& row) {
            return four_digits(row.run->curves[metric][last_place(*row.run)]);
          }};
}

/// The numbers of a run: all of them, or without so many that are needed least; nothing where too few are
/// left.
std::vector<RowColumn> metric_columns(const ResultsData& results, std::size_t left_out) {
  const bool validated = results.origin.data.validation_size > 0;
  const std::size_t epoch_width = fmt::formatted_size("{}", results.epochs());
  const LastPlace last_place = last_place_in(results);
  std::vector<std::pair<RowColumn, std::size_t>> all;  // each with when it is left out
  all.emplace_back(RowColumn{{"epoch"},
                             [=](const SectionRow& row) {
                               return fmt::format("{:>{}}", row.run->epochs_done, epoch_width);
                             }},
                   2);
  all.emplace_back(metric_column({"train", "acc"}, Metric::train_accuracy, last_place), 1);
  if (validated)
    all.emplace_back(metric_column({"valid.", "acc"}, Metric::validation_accuracy, last_place), 3);
  all.emplace_back(metric_column({"test", "acc"}, Metric::test_accuracy, last_place), 3);
  all.emplace_back(RowColumn{{"gap"},
                             [last_place](const SectionRow& row) {
                               return four_digits(gap_at(*row.run, last_place(*row.run)));
                             }},
                   3);
  all.emplace_back(RowColumn{{"loss", "rise"},
                             [so_far = SoFar(results)](const SectionRow& row) {
                               const double rise = so_far(*row.run).rise;
                               return rise > 0 ? percent(rise) : "-";
                             }},
                   3);
  std::vector<RowColumn> columns;
  for (auto& [column, when] : all)
    if (when > left_out) columns.push_back(std::move(column));
  return columns;
}

}  // namespace

std::vector<Section> sections_of(const ResultsData& results) {
  const bool validated = results.origin.data.validation_size > 0;
  const Metric accuracy = chosen_accuracy(validated), loss = chosen_loss(validated);
  const std::string_view set = chosen_set(validated);
  const RunCurve train_accuracy = metric_curve("train acc", Metric::train_accuracy);
  const RunCurve test_accuracy = metric_curve("test acc", Metric::test_accuracy);
  const RunCurve chosen_accuracy = metric_curve(validated ? "valid. acc" : "test acc", accuracy);
  const RunCurve train_loss = metric_curve("train loss", Metric::train_loss);
  const RunCurve chosen_loss = metric_curve(validated ? "valid. loss" : "test loss", loss);
  const SoFar so_far(results);
  const LastPlace last_place = last_place_in(results);
  return {{fmt::format("Leading by {} accuracy", set),
           [=](const StoredRun& run) { return run.curves[accuracy][last_place(run)]; },
           four_digits,
           "32",
           chosen_accuracy,
           {train_accuracy, chosen_accuracy}},
          {"Widest gap",
           [=](const StoredRun& run) {
             const double gap = gap_at(run, last_place(run));
             return gap > 0 && so_far(run).verdict >= Verdict::fits ? gap : nan;
           },
           four_digits,
           "33",
           {"gap", gaps_of},
           {train_accuracy, test_accuracy}},
          {fmt::format("Overfits most by {} loss", set),
           [=](const StoredRun& run) {
             const Judgement judgement = so_far(run);
             return judgement.verdict >= Verdict::perhaps ? judgement.rise : nan;
           },
           percent,
           "33",
           chosen_loss,
           {train_loss, chosen_loss}}};
}

Runs largest(const ResultsData& results, const Section& section, std::size_t count) {
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t r = 0; r < results.runs.size(); ++r) {
    const StoredRun& run = results.runs[r];
    if (run.status == RunStatus::diverged || run.epochs_done < 1) continue;
    const double value = section.value(run);
    if (std::isfinite(value)) ranked.emplace_back(-value, r);
  }
  count = std::min(count, ranked.size());
  const auto end = ranked.begin() + static_cast<std::ptrdiff_t>(count);
  std::partial_sort(ranked.begin(), end, ranked.end());
  Runs runs;
  for (auto at = ranked.begin(); at != end; ++at) runs.push_back(&results.runs[at->second]);
  return runs;
}

TextTable table_of(const ResultsData& results, const std::vector<SectionRow>& rows, std::size_t columns,
                   std::size_t curve) {
  const std::vector<RowColumn> varying = axis_columns_of(results);
  for (std::size_t left_out = 0;; ++left_out) {
    std::vector<RowColumn> shown = metric_columns(results, left_out);
    const bool last = shown.empty();
    if (last)
      shown.push_back(
          {{}, [](const SectionRow& row) { return row.section->text(row.section->value(*row.run)); }});
    shown.insert(shown.begin(), varying.begin(), varying.end());
    std::vector<TextColumn> texts;
    for (const RowColumn& column : shown) {
      TextColumn& text = texts.emplace_back(TextColumn{column.heading, {}});
      for (const SectionRow& row : rows) text.cells.push_back(column.text(row));
    }
    TextTable table = lay_out(texts);
    if (last || table.width + 2 + curve <= columns) return table;
  }
}

}  // namespace runner
