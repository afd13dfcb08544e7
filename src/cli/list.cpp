#include "list.hpp"

#include <iterator>

#include <fmt/format.h>

namespace runner::cli {

std::string list_of(const Sweep& sweep, std::span<const Cohort> cohorts) {
  std::vector<std::size_t> cohort_of(sweep.runs.size());
  for (std::size_t c = 0; c < cohorts.size(); ++c)
    for (const std::size_t run : cohorts[c].runs) cohort_of[run] = c;

  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{:>7} {:>13} {:>10} {:>11} {:<18} {:<16} {:>15} {:>19} {:>6}\n", "run",
                 "learning_rate", "batch_size", "hidden_size", "loss", "sampling", "weight_init_std", "seed",
                 "cohort");
  for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
    const RunSpec& s = sweep.runs[i].spec;
    fmt::format_to(out, "{:>7} {:>13} {:>10} {:>11} {:<18} {:<16} {:>15} {:>19} {:>6}\n", i, s.learning_rate,
                   s.batch_size, s.hidden_size, to_string(s.loss), to_string(s.sampling), s.weight_init_std,
                   s.seed, cohort_of[i]);
  }
  fmt::format_to(out, "\n{:>7} {:>6} {:>12} {:>10} {:<16} {:>19}\n", "cohort", "runs", "hidden_units",
                 "batch_size", "sampling", "seed");
  for (std::size_t c = 0; c < cohorts.size(); ++c) {
    long hidden = 0;
    for (const std::size_t run : cohorts[c].runs) hidden += sweep.runs[run].spec.hidden_size;
    const RunSpec& first = sweep.runs[cohorts[c].runs.front()].spec;
    fmt::format_to(out, "{:>7} {:>6} {:>12} {:>10} {:<16} {:>19}\n", c, cohorts[c].runs.size(), hidden,
                   first.batch_size, to_string(first.sampling), first.seed);
  }
  fmt::format_to(out, "\n{} runs in {} cohorts, {} epochs each\n", sweep.runs.size(), cohorts.size(),
                 sweep.config.epochs);
  return text;
}

}  // namespace runner::cli
