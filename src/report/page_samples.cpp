#include "page_samples.hpp"

#include "runner/report/importance.hpp"

#include "columns.hpp"
#include "importance_notes.hpp"
#include "samples.hpp"
#include "scale.hpp"
#include "seeds.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

using PageJson = nlohmann::ordered_json;

PageJson number_or_null(double number) {
  return std::isfinite(number) ? PageJson(number) : PageJson(nullptr);
}

PageJson share_json(const VarianceShare& share) {
  return {number_or_null(share.share), number_or_null(share.half_width), share.sure};
}

}  // namespace

PageJson logarithmic_axes(const Comparison& comparison) {
  PageJson names = PageJson::array();
  for (const Column& axis : varying_axes(comparison))
    if (!axis.has_words() && is_geometric(different_values(comparison.configurations, axis)))
      names.push_back(axis.name);
  return names;
}

PageJson runs_on_page(std::span<const ResultsData> files) {
  PageJson runs;
  for (const char* name : {"configuration", "seed", "accuracy", "gap"}) runs[name] = PageJson::array();
  std::size_t configuration = 0;
  for (const ResultsData& results : files) {
    const Metric accuracy = chosen_accuracy(results.origin.data.validation_size > 0);
    for (const Runs& its : configurations_of(results)) {
      for (const StoredRun* run : its) {
        if (!has_finished(run->status)) continue;
        const std::size_t last = last_place(*run, results.recorded);
        runs["configuration"].push_back(configuration);
        runs["seed"].push_back(run->run.spec.seed);
        runs["accuracy"].push_back(number_or_null(static_cast<double>(run->curves[accuracy][last])));
        runs["gap"].push_back(number_or_null(gap_at(*run, last)));
      }
      ++configuration;
    }
  }
  return runs;
}

PageJson bins_on_page(const Comparison& comparison) {
  PageJson all = PageJson::object();
  for (const Column& axis : sampled_axes(comparison.configurations, varying_axes(comparison))) {
    const Bins bins = bins_of(comparison.configurations, axis);
    PageJson texts = PageJson::array();
    for (std::size_t b = 0; b < bins.count(); ++b) texts.push_back(bin_text(bins.least[b], bins.most[b]));
    PageJson places = PageJson::array();
    for (const std::size_t at : bins.at)
      places.push_back(at < bins.count() ? PageJson(at) : PageJson(nullptr));
    all[axis.name] = {
        {"values", std::move(texts)}, {"at", std::move(places)}, {"least", bins.least}, {"most", bins.most}};
  }
  return all;
}

PageJson importance_on_page(std::span<const ResultsData> files) {
  PageJson all = PageJson::array();
  for (const Importance& importance : importances_of(files)) {
    PageJson terms = PageJson::array();
    const auto add = [&](const std::string& name, const VarianceShare& accuracy, const VarianceShare& gap) {
      terms.push_back({{"name", name}, {"accuracy", share_json(accuracy)}, {"gap", share_json(gap)}});
    };
    for (const ImportanceOfTerm& term : importance.terms)
      add(fmt::format("{}", fmt::join(term.axes, " × ")), term.accuracy, term.gap);
    if (!std::isnan(importance.accuracy_rest.share) || !std::isnan(importance.gap_rest.share))
      add(std::string(name_of_rest(importance)), importance.accuracy_rest, importance.gap_rest);
    std::string note = fmt::format("{}.", fmt::join(what_was_counted(importance), " "));
    for (const std::string& phrase : how_it_was_counted(importance)) note.append(" ").append(phrase);
    all.push_back({{"file", importance.name},
                   {"method", to_string(importance.method)},
                   {"why_not", importance.why_not},
                   {"note", std::move(note)},
                   {"terms", std::move(terms)}});
  }
  return all;
}

}  // namespace runner
