#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <string>

namespace runner {

/// How far a sweep has come. Counts all runs of the results file: leave_out_kept() removes those that have
/// left the config.
struct Standing {
  std::size_t pending = 0, running = 0, done = 0, diverged = 0, stopped = 0;  ///< runs
  /// Epochs without epoch 0. Epochs that a diverged or stopped run will never have count as done.
  std::size_t epochs_done = 0, epochs = 0;

  std::size_t runs() const { return pending + running + done + diverged + stopped; }
  bool finished() const { return pending + running == 0; }
};

Standing standing_of(const ResultsData& results);

/// The size of the screen.
struct ScreenStyle {
  std::size_t columns = 80, rows = 24;
  bool colour = false;  ///< ANSI colours, in addition to words
};

/// One view of a sweep that may be running: how far it has come; below that `activity`, a line of the caller;
/// then as many runs as there is room for, each with a curve over its epochs:
///
/// - leading: the highest validation (else test) accuracy
/// - widest gap: the largest train minus test accuracy above 0, of networks that learned
/// - overfits most: the networks that overfit, or perhaps do, as runner::Verdict defines it, with the largest
///   rise of the validation (else test) loss above its minimum, as rise / minimum
///
/// A run's numbers are those after its last recorded epoch, so it need not be done. Diverged runs, and runs
/// that have only epoch 0, are not shown. Curves are over the recorded epochs of 1 … E, with the same number
/// of cells for all runs, so that epochs lie below each other. If there is room, a run has two curves on one
/// scale: training set, and validation (else test) set. If there is little room, numbers are left out; the
/// number that a run is ranked by is left out last.
///
/// At most `rows` lines of at most `columns` characters each. No text of the file can move the cursor:
/// control characters are shown as U+FFFD.
std::string to_screen(const ResultsData& results, const std::string& activity, const ScreenStyle& style = {});

}  // namespace runner
