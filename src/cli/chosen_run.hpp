#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace runner::cli {

/// Which run of a results file is asked for: exactly one of both.
struct RunChoice {
  std::optional<std::int32_t> run;  ///< as `--list` numbers them, and the variable `run` of the file
  bool best = false;                ///< of the best configuration the best seed
};

/// Adds --run and --best to the arguments of a command; `choice` must be there when these are parsed.
void add_options(CLI::App& app, RunChoice& choice);

/// The row of the run, whose weights are in the file: those that it had in the end.
///
/// The best configuration is that of `compare` (Comparison::best). Of its seeds whose weights are there, the
/// best has the largest accuracy after the epoch of these, on the validation set if the sweep has one, else
/// on the test set; the first, if several.
///
/// Throws Error (bad_input), which says what to do: the file has no weights, or no such run; the run is not
/// done or has diverged; nothing has learned yet.
std::size_t row_with_weights(const ResultsData& results, const RunChoice& choice);

/// "run 7 (learning_rate 0.5, seed 2)": by the axes that not all runs of the file have one value of.
std::string name_of_run(const ResultsData& results, std::size_t row);

}  // namespace runner::cli
