#pragma once

#include "runner/report/comparison.hpp"
#include "runner/report/statistics.hpp"
#include "runner/results/results_data.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// The classes of some images, each below the number of classes.
using Labels = std::vector<std::uint8_t>;

/// The predictions of a run that has a StoredRun::predictions_epoch: a class for each test image.
using Predictions = std::function<Labels(const StoredRun& run)>;

/// Reads the predictions from the files that the runs come from. A file is opened when it is first needed.
/// Throws Error as StoredPredictions.
Predictions stored_predictions(const ResultsData& results);

/// How well one class of the test images is recognised, by scikit-learn's definitions
/// (sklearn.metrics.precision_recall_fscore_support and multilabel_confusion_matrix, zero_division=0). In a
/// run, of n test images let TP be those of the class that are predicted as it, FN the others of the class,
/// and FP images of other classes that are predicted as it. A quotient with denominator 0 is 0, such as the
/// precision of a class that is never predicted. Estimates are over the runs.
struct ClassFigures {
  std::size_t images = 0;  ///< test images of the class: TP + FN
  Estimate accuracy;       ///< (n − FP − FN)/n, of the answer to "is it this class?"
  Estimate precision;      ///< TP/(TP + FP)
  Estimate recall;         ///< TP/(TP + FN), the share of the images of the class that were classified right
  Estimate f1;             ///< 2·TP/(2·TP + FP + FN), the harmonic mean of precision and recall
};

/// Each estimate, with its name in CSV, JSON and headings.
struct ClassFigure {
  std::string_view name;
  Estimate ClassFigures::*estimate;
};
inline constexpr std::array<ClassFigure, 4> class_figures{{{"accuracy", &ClassFigures::accuracy},
                                                           {"precision", &ClassFigures::precision},
                                                           {"recall", &ClassFigures::recall},
                                                           {"f1", &ClassFigures::f1}}};

/// The predictions of some runs for the test images, class by class.
struct ClassResults {
  std::size_t images = 0, runs = 0;
  Estimate accuracy;                  ///< the share of the images that is classified right
  std::vector<ClassFigures> classes;  ///< of each class
  /// Classes × classes: at i·classes + j the images of class i that were predicted as class j, in all runs
  /// together (sklearn.metrics.confusion_matrix, summed).
  std::vector<std::uint64_t> confusion;

  /// The mean over the runs.
  double confused(std::size_t label, std::size_t predicted) const {
    return static_cast<double>(confusion[label * classes.size() + predicted]) / static_cast<double>(runs);
  }
};

/// For at least one run, each with a prediction for each label.
ClassResults class_results(std::span<const std::uint8_t> labels, std::span<const Labels> predictions,
                           std::size_t classes);

/// Images of one class that were predicted as another.
struct ConfusedPair {
  std::size_t label, predicted;
  double images;  ///< mean over the runs, above 0
};

/// The `most` pairs with the most images, largest first; of equal ones the lower classes first.
std::vector<ConfusedPair> most_confused(const ClassResults& results, std::size_t most);

/// An image that some runs misclassified.
struct MisclassifiedImage {
  std::size_t image;       ///< its index in the test set
  std::uint8_t label;      ///< its class
  std::uint8_t predicted;  ///< the class that most of these runs predicted; of equal ones the lowest
  std::size_t runs;        ///< how many misclassified it

  friend bool operator==(const MisclassifiedImage&, const MisclassifiedImage&) = default;
};

/// Counts over the runs how often each image was predicted as which class. Takes 4 bytes per image and class.
class Misclassifications {
 public:
  Misclassifications(Labels labels, std::size_t classes);

  /// Adds a run: a prediction for each label.
  void add(std::span<const std::uint8_t> predictions);

  std::size_t runs() const { return runs_; }

  /// The `most` images that were misclassified by the most runs, hardest first; of equal ones the lower
  /// indices first.
  std::vector<MisclassifiedImage> worst(std::size_t most) const;

 private:
  Labels labels_;
  std::size_t classes_, runs_ = 0;
  std::vector<std::uint32_t> taken_for_;  // images × classes
};

/// A configuration of a sweep, class by class, and the images that the sweep found hard. Texts are as
/// runner::printable makes them.
struct SweepClasses {
  std::string name;                      ///< of the sweep
  std::vector<std::string> class_names;  ///< of each class
  std::string chosen;                    ///< "Best of 6 configurations by test accuracy", "Run 3"
  std::vector<std::string> settings;     ///< "learning_rate 1": the axes that vary
  std::vector<std::int64_t> seeds;       ///< seeds of the runs behind the results
  int first_epoch = 0, last_epoch = 0;   ///< the runs' last epochs: the smallest and the largest of them
  ClassResults results;
  std::size_t runs = 0;                           ///< of all configurations
  std::vector<MisclassifiedImage> misclassified;  ///< by most of these runs, forty at most
};

/// The results of the run with the number `run`. Without one: the results of the best configuration
/// (Comparison::best) among those with predictions, over the seeds that compare measures and that have
/// predictions. Throws Error (bad_input) if there are none, or no such run.
SweepClasses classes_of(ResultsData results, const Predictions& predictions,
                        std::optional<std::int32_t> run = {});

/// As a text to read: the confusion matrix if it fits into the columns of the style, the figures of each
/// class, the pairs that are confused most, and the images that most runs misclassified.
std::string to_table(const SweepClasses& classes, const TableStyle& style = {});

/// As CSV, a line for each class: its figures; `…_ci`, half the width of their intervals; `predicted_0`, …:
/// how many of its images were predicted as which class, mean over the runs.
std::string to_csv(const SweepClasses& classes);

/// As JSON, with everything in SweepClasses.
std::string to_json(const SweepClasses& classes);

}  // namespace runner
