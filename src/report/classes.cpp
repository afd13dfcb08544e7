#include "runner/report/classes.hpp"

#include "runner/data/class_names.hpp"
#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"
#include "runner/results/stored_predictions.hpp"

#include "finding.hpp"
#include "predicted_runs.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

/// Of a sweep, so many are remembered; a page draws them all.
constexpr std::size_t most_misclassified = 40;

double quotient(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// The confusion matrix of one run.
class Confusion {
 public:
  Confusion(std::span<const std::uint8_t> labels, const Labels& predictions, std::size_t classes)
      : classes_(classes), counts_(classes * classes), of_label_(classes), of_prediction_(classes) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      ++counts_[labels[i] * classes + predictions[i]];
      ++of_label_[labels[i]];
      ++of_prediction_[predictions[i]];
    }
  }

  const std::vector<std::uint64_t>& counts() const { return counts_; }
  std::uint64_t right(std::size_t k) const { return counts_[k * classes_ + k]; }
  std::uint64_t of_label(std::size_t k) const { return of_label_[k]; }
  std::uint64_t of_prediction(std::size_t k) const { return of_prediction_[k]; }

 private:
  std::size_t classes_;
  std::vector<std::uint64_t> counts_, of_label_, of_prediction_;
};

template <class Figure>
Estimate over_runs(const std::vector<Confusion>& runs, const Figure& figure) {
  std::vector<double> values;
  for (const Confusion& run : runs) values.push_back(figure(run));
  return estimate(values);
}

ClassFigures figures_of(const std::vector<Confusion>& runs, std::size_t k, std::uint64_t images) {
  ClassFigures figures;
  figures.images = runs.front().of_label(k);
  figures.accuracy = over_runs(runs, [&](const Confusion& run) {
    return quotient(images + 2 * run.right(k) - run.of_label(k) - run.of_prediction(k), images);
  });
  figures.precision =
      over_runs(runs, [&](const Confusion& run) { return quotient(run.right(k), run.of_prediction(k)); });
  figures.recall =
      over_runs(runs, [&](const Confusion& run) { return quotient(run.right(k), run.of_label(k)); });
  figures.f1 = over_runs(runs, [&](const Confusion& run) {
    return quotient(2 * run.right(k), run.of_label(k) + run.of_prediction(k));
  });
  return figures;
}

/// The one of that number.
const StoredRun& run_numbered(const ResultsData& results, std::int32_t number) {
  const auto run = std::find_if(results.runs.begin(), results.runs.end(),
                                [&](const StoredRun& r) { return r.run.index == number; });
  if (run == results.runs.end()) throw bad_input(fmt::format("there is no run {} to show", number));
  if (!has_predictions(*run))
    throw bad_input(
        fmt::format("run {} has no predictions to show: it is {}", number, to_string(run->status)));
  return *run;
}

/// Takes out the configurations that have no predictions.
void keep_predicted(ResultsData& results) {
  std::vector<bool> keep(results.runs.size());
  for (const Runs& runs : configurations_of(results)) {
    const bool predicted = !predicted_runs(runs, results.recorded).empty();
    for (const StoredRun* run : runs) keep[static_cast<std::size_t>(run - results.runs.data())] = predicted;
  }
  std::size_t run = 0;
  std::erase_if(results.runs, [&](const StoredRun&) { return !keep[run++]; });
}

/// "Best of 6 configurations by test accuracy"
std::string choice_text(const Comparison& comparison) {
  const std::size_t count = comparison.configurations.size();
  if (count == 1) return "The one configuration";
  if (!comparison.best()) return fmt::format("First of {} configurations, of which none has learned", count);
  return fmt::format("Best of {} configurations by {} accuracy", count, comparison.chosen_by());
}

/// The runs that are to be shown; says of them what goes without their predictions.
Runs choose(const ResultsData& results, std::optional<std::int32_t> number, SweepClasses& classes) {
  const Comparison comparison = compare(results);
  classes.name = comparison.files.front().name;
  const std::vector<Runs> configurations = configurations_of(results);
  const auto settings = [&](std::size_t configuration) {
    return settings_of(varying_axes(comparison), comparison.configurations[configuration]);
  };
  if (!number) {
    const std::size_t best = comparison.best().value_or(0);
    classes.chosen = choice_text(comparison);
    classes.settings = settings(best);
    return predicted_runs(configurations[best], results.recorded);
  }
  const StoredRun* run = &run_numbered(results, *number);
  const auto its = std::find_if(configurations.begin(), configurations.end(), [&](const Runs& runs) {
    return std::find(runs.begin(), runs.end(), run) != runs.end();
  });
  classes.chosen = fmt::format("Run {}", *number);
  classes.settings = settings(static_cast<std::size_t>(its - configurations.begin()));
  classes.settings.push_back(fmt::format("seed {}", run->run.spec.seed));
  return {run};
}

}  // namespace

ClassResults class_results(std::span<const std::uint8_t> labels, std::span<const Labels> predictions,
                           std::size_t classes) {
  std::vector<Confusion> runs;
  for (const Labels& of_run : predictions) runs.emplace_back(labels, of_run, classes);

  ClassResults results;
  results.images = labels.size();
  results.runs = runs.size();
  results.confusion.resize(classes * classes);
  for (const Confusion& run : runs)
    std::transform(run.counts().begin(), run.counts().end(), results.confusion.begin(),
                   results.confusion.begin(), std::plus());
  const auto right = [&](const auto& of_class) {
    std::uint64_t sum = 0;
    for (std::size_t k = 0; k < classes; ++k) sum += of_class(k);
    return sum;
  };
  results.accuracy = over_runs(runs, [&](const Confusion& run) {
    return quotient(right([&](std::size_t k) { return run.right(k); }), labels.size());
  });
  // One quotient of whole numbers, as compare has it.
  results.accuracy.mean = quotient(right([&](std::size_t k) { return results.confusion[k * classes + k]; }),
                                   labels.size() * runs.size());
  for (std::size_t k = 0; k < classes; ++k) results.classes.push_back(figures_of(runs, k, labels.size()));
  return results;
}

std::vector<ConfusedPair> most_confused(const ClassResults& results, std::size_t most) {
  std::vector<ConfusedPair> pairs;
  for (std::size_t i = 0; i < results.classes.size(); ++i)
    for (std::size_t j = 0; j < results.classes.size(); ++j)
      if (const double images = results.confused(i, j); i != j && images > 0) pairs.push_back({i, j, images});
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const ConfusedPair& a, const ConfusedPair& b) { return a.images > b.images; });
  if (pairs.size() > most) pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(most), pairs.end());
  return pairs;
}

Misclassifications::Misclassifications(Labels labels, std::size_t classes)
    : labels_(std::move(labels)), classes_(classes), taken_for_(labels_.size() * classes) {}

void Misclassifications::add(std::span<const std::uint8_t> predictions) {
  ++runs_;
  for (std::size_t i = 0; i < predictions.size(); ++i) ++taken_for_[i * classes_ + predictions[i]];
}

std::vector<MisclassifiedImage> Misclassifications::worst(std::size_t most) const {
  std::vector<MisclassifiedImage> images;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    std::size_t runs = 0, predicted = labels_[i];
    const auto count = [&](std::size_t k) { return taken_for_[i * classes_ + k]; };
    for (std::size_t k = 0; k < classes_; ++k) {
      if (k == labels_[i]) continue;
      runs += count(k);
      if (count(k) > 0 && (predicted == labels_[i] || count(k) > count(predicted))) predicted = k;
    }
    if (runs > 0) images.push_back({i, labels_[i], static_cast<std::uint8_t>(predicted), runs});
  }
  std::stable_sort(images.begin(), images.end(),
                   [](const MisclassifiedImage& a, const MisclassifiedImage& b) { return a.runs > b.runs; });
  if (images.size() > most) images.erase(images.begin() + static_cast<std::ptrdiff_t>(most), images.end());
  return images;
}

Predictions stored_predictions(const ResultsData& results) {
  std::vector<std::filesystem::path> files{results.file};
  files.insert(files.end(), results.further_files.begin(), results.further_files.end());
  const auto opened = std::make_shared<std::vector<std::unique_ptr<StoredPredictions>>>(files.size());
  return [files = std::move(files), opened](const StoredRun& run) {
    std::unique_ptr<StoredPredictions>& file = (*opened)[run.shard];
    if (!file) file = std::make_unique<StoredPredictions>(files[run.shard]);
    return file->of_run(run.row);
  };
}

SweepClasses classes_of(ResultsData results, const Predictions& predictions,
                        std::optional<std::int32_t> run) {
  const std::size_t count = results.origin.data.classes;
  const Labels& labels = results.origin.data.test_labels;
  if (!results.has_predictions())
    throw bad_input(fmt::format(
        "{} has no predictions for the test images: train the sweep with \"save_predictions\": true",
        results.file.string()));
  SweepClasses classes;
  if (!run) keep_predicted(results);
  if (results.runs.empty())
    throw bad_input(
        fmt::format("{}: no run that is to be shown has predictions yet: they are kept when a run ends",
                    results.file.string()));
  const Runs chosen = choose(results, run, classes);

  for (const std::string& name : class_names(results.origin.data))
    classes.class_names.push_back(printable(name));
  std::vector<Labels> of_chosen;
  classes.first_epoch = classes.last_epoch = chosen.front()->predictions_epoch;
  for (const StoredRun* one : chosen) {
    of_chosen.push_back(predictions(*one));
    classes.seeds.push_back(one->run.spec.seed);
    classes.first_epoch = std::min(classes.first_epoch, one->predictions_epoch);
    classes.last_epoch = std::max(classes.last_epoch, one->predictions_epoch);
  }
  classes.results = class_results(labels, of_chosen, count);

  Misclassifications all(labels, count);
  for (const StoredRun& one : results.runs)
    if (has_predictions(one)) all.add(predictions(one));
  classes.runs = all.runs();
  classes.misclassified = all.worst(most_misclassified);
  return classes;
}

}  // namespace runner
