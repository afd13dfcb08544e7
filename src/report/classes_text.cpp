#include "runner/report/classes.hpp"

#include "columns.hpp"
#include "finding.hpp"
#include "json_number.hpp"
#include "text.hpp"
#include "text_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

/// How many pairs and images a reader is shown.
constexpr std::size_t pairs_shown = 10, images_shown = 10;

/// A mean number of images: whole, or with a decimal where it is below a hundred.
std::string image_count(double mean) {
  if (mean == std::floor(mean) || mean >= 99.95) return fmt::format("{:.0f}", std::round(mean));
  return fmt::format("{:.1f}", std::round(mean * 10) / 10);
}

/// Whether the names of the classes are more than their numbers.
bool has_names(const SweepClasses& classes) {
  return classes.class_names.front() != "0";
}

/// "7", or with a name "Sneaker 7".
std::string label_of(const SweepClasses& classes, std::size_t k) {
  return has_names(classes) ? fmt::format("{} {}", classes.class_names[k], k) : fmt::format("{}", k);
}

/// The numbers of all classes.
std::vector<std::size_t> numbers_of(const SweepClasses& classes) {
  std::vector<std::size_t> numbers(classes.class_names.size());
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = k;
  return numbers;
}

template <class Text>
TextColumn column_of_classes(std::string heading, const SweepClasses& classes, const Text& text) {
  TextColumn column{{std::move(heading)}, {}};
  for (const std::size_t k : numbers_of(classes)) column.cells.push_back(text(k));
  return column;
}

TextTable confusion_matrix(const SweepClasses& classes) {
  std::vector<TextColumn> columns{
      column_of_classes("", classes, [&](std::size_t k) { return label_of(classes, k); })};
  for (const std::size_t predicted : numbers_of(classes))
    columns.push_back(column_of_classes(fmt::format("{}", predicted), classes, [&](std::size_t label) {
      return image_count(classes.results.confused(label, predicted));
    }));
  return lay_out(columns);
}

TextTable figures_table(const SweepClasses& classes) {
  std::vector<TextColumn> columns{
      column_of_classes("class", classes, [&](std::size_t k) { return label_of(classes, k); }),
      column_of_classes("images", classes,
                        [&](std::size_t k) { return fmt::format("{}", classes.results.classes[k].images); })};
  for (const ClassFigure& figure : class_figures)
    columns.push_back(column_of_classes(std::string(figure.name), classes, [&](std::size_t k) {
      return in_cell(classes.results.classes[k].*figure.estimate, classes.results.runs > 1, share_of_images);
    }));
  return lay_out(columns);
}

std::string text_of(const TextTable& table) {
  return fmt::format("{}{}", table.heading, fmt::join(table.rows, ""));
}

/// "mean over 3 seeds ± 95 % interval"
std::string seeds_phrase_of(const SweepClasses& classes) {
  const std::size_t seeds = classes.seeds.size();
  if (seeds == 1) return "1 seed: no confidence interval";
  return fmt::format("mean over {} seeds{}", seeds, seeds == 2 ? ", their range" : " ± 95 % interval");
}

std::string heading_of(const SweepClasses& classes) {
  const std::string epochs = classes.first_epoch == classes.last_epoch
                                 ? fmt::format("{}", classes.last_epoch)
                                 : fmt::format("{} to {}", classes.first_epoch, classes.last_epoch);
  std::string out =
      fmt::format("{}: what its networks see, class by class, after epoch {}\n", classes.name, epochs);
  std::vector<std::string> phrases{classes.chosen + (classes.settings.empty() ? ";" : ":")};
  for (const std::string& setting : classes.settings) phrases.push_back(setting + ',');
  phrases.back().back() = ';';
  phrases.push_back(fmt::format("test accuracy {} of {} images,", with_interval(classes.results.accuracy),
                                classes.results.images));
  phrases.push_back(seeds_phrase_of(classes));
  return out + filled(phrases);
}

std::string pairs_text(const SweepClasses& classes) {
  const std::vector<ConfusedPair> pairs = most_confused(classes.results, pairs_shown);
  if (pairs.empty()) return "Every image was classified right.\n";
  std::string out = "Confused most:\n";
  for (const ConfusedPair& pair : pairs)
    out += fmt::format("  {} taken for {}: {} of {} images\n", classes.class_names[pair.label],
                       classes.class_names[pair.predicted], image_count(pair.images),
                       classes.results.classes[pair.label].images);
  return out;
}

std::string images_text_of(const SweepClasses& classes) {
  if (classes.misclassified.empty()) return "";
  const std::size_t shown = std::min(images_shown, classes.misclassified.size());
  std::vector<TextColumn> columns{{{"image"}, {}}, {{"class"}, {}}, {{"taken for"}, {}}, {{"runs"}, {}}};
  for (std::size_t i = 0; i < shown; ++i) {
    const MisclassifiedImage& image = classes.misclassified[i];
    columns[0].cells.push_back(fmt::format("{}", image.image));
    columns[1].cells.push_back(classes.class_names[image.label]);
    columns[2].cells.push_back(classes.class_names[image.predicted]);
    columns[3].cells.push_back(fmt::format("{}", image.runs));
  }
  return fmt::format("\nTest images, from 0, that {} misclassified:\n{}",
                     classes.runs == 1 ? "the one run" : fmt::format("most of {} runs", classes.runs),
                     text_of(lay_out(columns)));
}

}  // namespace

std::string to_table(const SweepClasses& classes, const TableStyle& style) {
  std::string out = heading_of(classes) + '\n';
  const TextTable matrix = confusion_matrix(classes);
  if (matrix.width <= std::max<std::size_t>(style.columns, 80))
    out += fmt::format("Images of a class (row) by the class that was predicted (column):\n{}\n",
                       text_of(matrix));
  else
    out += fmt::format("The confusion matrix of {} classes is {} columns wide: --csv and --json have it.\n\n",
                       classes.class_names.size(), matrix.width);
  out += text_of(figures_table(classes)) + '\n';
  return out + pairs_text(classes) + images_text_of(classes);
}

std::string to_csv(const SweepClasses& classes) {
  std::string csv = "class,name,images,runs";
  for (const ClassFigure& figure : class_figures) csv += fmt::format(",{0},{0}_ci", figure.name);
  for (const std::size_t predicted : numbers_of(classes)) csv += fmt::format(",predicted_{}", predicted);
  csv += "\r\n";
  for (const std::size_t k : numbers_of(classes)) {
    const ClassFigures& own = classes.results.classes[k];
    csv += fmt::format("{},{},{},{}", k, classes.class_names[k], own.images, classes.results.runs);
    for (const ClassFigure& figure : class_figures) {
      const Estimate& estimate = own.*figure.estimate;
      csv += fmt::format(",{},{}", exact_text(estimate.mean), exact_text(estimate.half_width));
    }
    for (const std::size_t predicted : numbers_of(classes))
      csv.append(",").append(exact_text(classes.results.confused(k, predicted)));
    csv += "\r\n";
  }
  return csv;
}

std::string to_json(const SweepClasses& classes) {
  using Json = nlohmann::ordered_json;
  const ClassResults& results = classes.results;
  Json json;
  json["name"] = classes.name;
  json["chosen"] = classes.chosen;
  json["settings"] = classes.settings;
  json["seeds"] = classes.seeds;
  json["first_epoch"] = classes.first_epoch;
  json["last_epoch"] = classes.last_epoch;
  json["images"] = results.images;
  const auto add = [](Json& to, const std::string& name, const Estimate& estimate) {
    to[name] = json_number(estimate.mean);
    to[name + "_ci"] = json_number(estimate.half_width);
  };
  add(json, "test_accuracy", results.accuracy);
  json["classes"] = Json::array();
  json["confusion"] = Json::array();
  for (const std::size_t k : numbers_of(classes)) {
    Json own{{"name", classes.class_names[k]}, {"images", results.classes[k].images}};
    for (const ClassFigure& figure : class_figures)
      add(own, std::string(figure.name), results.classes[k].*figure.estimate);
    json["classes"].push_back(std::move(own));
    Json row = Json::array();
    for (const std::size_t predicted : numbers_of(classes))
      row.push_back(json_number(results.confused(k, predicted)));
    json["confusion"].push_back(std::move(row));
  }
  json["runs"] = classes.runs;
  json["misclassified"] = Json::array();
  for (const MisclassifiedImage& image : classes.misclassified)
    json["misclassified"].push_back({{"image", image.image},
                                     {"class", image.label},
                                     {"taken_for", image.predicted},
                                     {"runs", image.runs}});
  return json.dump(2) + "\n";
}

}  // namespace runner
