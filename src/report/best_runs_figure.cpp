#include "runner/report/figures.hpp"

#include "evenly_spaced.hpp"
#include "finding.hpp"
#include "plot.hpp"
#include "seeds.hpp"
#include "sweep_figures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr std::size_t frames_in_a_row = 5, most_epochs_of_a_run = 201, most_caption_lines = 4;
constexpr double sheet_width = 900, frame_height = 96, frame_gap = 16, caption_size = 9, rank_size = 11;
constexpr double caption_line = 1.3 * caption_size;

/// A run that is done, and what it is ranked by.
struct RankedRun {
  const StoredRun* run;
  double accuracy;
  const ConfigurationSummary* configuration;
};

/// All runs, the largest accuracy after the last epoch first; of equal ones the first in the file.
std::vector<RankedRun> ranked_runs(const FigureSource& source) {
  const Metric metric = chosen_accuracy(source.comparison.validated);
  std::vector<RankedRun> all;
  const std::vector<Runs> configurations = configurations_of(source.results);
  for (std::size_t c = 0; c < configurations.size(); ++c)
    for (const StoredRun* run : configurations[c])
      all.push_back({run, static_cast<double>(run->curves[metric][last_place(*run, source.results.recorded)]),
                     &source.comparison.configurations[c]});
  std::sort(all.begin(), all.end(), [](const RankedRun& a, const RankedRun& b) {
    if (a.accuracy != b.accuracy) return a.accuracy > b.accuracy;
    return a.run < b.run;
  });
  std::erase_if(all, [](const RankedRun& ranked) { return std::isnan(ranked.accuracy); });
  return all;
}

bool seeds_vary(const FigureSource& source) {
  const std::vector<StoredRun>& runs = source.results.runs;
  return std::any_of(runs.begin(), runs.end(),
                     [&](const StoredRun& run) { return run.run.spec.seed != runs.front().run.spec.seed; });
}

/// "learning_rate 0.0093", a line for each axis; of more axes than there are lines the first.
std::vector<std::string> caption_of(const FigureSource& source, const RankedRun& ranked, bool with_seed,
                                    double width) {
  std::vector<std::string> lines;
  for (const Column& axis : source.varying)
    if (axis.has_value(*ranked.configuration))
      lines.push_back(fmt::format("{} {}", axis.name,
                                  axis.has_words()
                                      ? exact_text(axis, *ranked.configuration)
                                      : fmt::format("{:.4g}", axis.value(*ranked.configuration))));
  if (with_seed) lines.push_back(fmt::format("seed {}", ranked.run->run.spec.seed));
  if (lines.size() > most_caption_lines) {
    lines.resize(most_caption_lines);
    lines.back() = "…";
  }
  for (std::string& line : lines) line = shortened(line, caption_size, width);
  return lines;
}

std::vector<Point> points_of_run(const StoredRun& run, const ResultsData& results, Metric metric) {
  std::vector<Point> points;
  for (const std::size_t place : evenly_spaced(0, last_place(run, results.recorded), most_epochs_of_a_run))
    points.push_back(
        {static_cast<double>(results.recorded[place]), static_cast<double>(run.curves[metric][place])});
  return points;
}

/// The axis without its labels: those beside it have them.
PlotAxis without_labels(PlotAxis axis) {
  for (Tick& tick : axis.scale.ticks) tick.label.clear();
  axis.title.clear();
  return axis;
}

}  // namespace

Figure best_runs_figure(const FigureSource& source, std::size_t most) {
  std::vector<RankedRun> ranked = ranked_runs(source);
  const std::size_t of = ranked.size();
  ranked.resize(std::min(most, of));
  const Metric metric = chosen_accuracy(source.comparison.validated);
  const std::string set(source.comparison.chosen_by());

  Range accuracies, epochs;
  for (const RankedRun& one : ranked)
    for (const Metric drawn : {Metric::train_accuracy, metric})
      for (const Point& point : points_of_run(*one.run, source.results, drawn)) {
        accuracies.add(point.y);
        epochs.add(point.x);
      }
  const PlotAxis x{linear_scale(epochs, 1), "Epoch"}, y{linear_scale(accuracies), "Accuracy"};
  const bool with_seed = seeds_vary(source);

  Sheet sheet(sheet_width, source.results.name,
              fmt::format("the {} by {} accuracy", counted(ranked.size(), "best run"), set));
  const double left = Frame::left_margin(y);
  const double width =
      (sheet_width - right_margin - left - frame_gap * (frames_in_a_row - 1)) / frames_in_a_row;
  const std::size_t captions =
      std::min(source.varying.size() + (with_seed ? std::size_t{1} : 0), most_caption_lines);
  SeriesStyle train = series_style(0), chosen = series_style(1);
  chosen.dash = source.comparison.validated ? validation_dash : test_dash;
  double top = sheet.bottom();
  for (std::size_t first = 0; first < ranked.size(); first += frames_in_a_row) {
    const std::size_t end = std::min(first + frames_in_a_row, ranked.size());
    const double plot_top = top + rank_size + 6 + caption_line * static_cast<double>(captions);
    for (std::size_t i = first; i < end; ++i) {
      const double plot_left = left + static_cast<double>(i - first) * (width + frame_gap);
      sheet.svg().text(plot_left, top + rank_size, fmt::format("{}: {:.4f}", i + 1, ranked[i].accuracy),
                       {.size = rank_size, .bold = true});
      double baseline = top + rank_size;
      for (const std::string& line : caption_of(source, ranked[i], with_seed, width)) {
        baseline += caption_line;
        sheet.svg().text(plot_left, baseline, line, {.size = caption_size, .colour = "#555"});
      }
      const bool leftmost = i == first, lowest = i + frames_in_a_row >= ranked.size();
      const PlotAxis own_y = leftmost ? y : without_labels(y);
      const Frame frame(sheet.svg(), plot_left - Frame::left_margin(own_y), plot_left + width, plot_top,
                        frame_height, lowest ? x : without_labels(x), own_y);
      frame.grid();
      frame.line(points_of_run(*ranked[i].run, source.results, Metric::train_accuracy), train);
      frame.line(points_of_run(*ranked[i].run, source.results, metric), chosen);
      sheet.reach(lowest ? frame.bottom() : frame.plot().bottom() + 8);
    }
    top = std::max(sheet.bottom(), plot_top + frame_height) + 8;
  }
  train.line = chosen.line = true;
  train.marker = chosen.marker = Marker::none;
  sheet.legend(std::vector<LegendEntry>{{"training", train}, {set, chosen}});
  sheet.note(fmt::format("The {} of {} that are done with the largest {} accuracy after the last epoch.",
                         ranked.size(), counted(of, "run"), set));
  return sheet.finish("best_runs.svg", source.description);
}

}  // namespace runner
