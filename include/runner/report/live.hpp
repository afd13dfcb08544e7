#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <string>

namespace runner {

/// How far a sweep has come, as its results file says. All runs of the file count: leave_out_kept takes out
/// those that have left the config.
struct Standing {
  std::size_t pending = 0, running = 0, done = 0, diverged = 0, stopped = 0;  ///< runs
  /// Epochs after the untrained network; those that a diverged or stopped run will never have count as done.
  std::size_t epochs_done = 0, epochs = 0;

  std::size_t runs() const { return pending + running + done + diverged + stopped; }
  bool finished() const { return pending + running == 0; }
};

Standing standing_of(const ResultsData& results);

/// The screen there is for a frame.
struct ScreenStyle {
  std::size_t columns = 80, rows = 24;
  bool colour = false;  ///< ANSI colours, for what is said in words, too
};

/// A frame of the live view of a sweep that may be running: how far it has come, below that `activity`, a
/// line that the caller knows more of, then as many runs as there is room for, each with a curve over its
/// epochs:
///
/// - leading: the largest chosen-by accuracy (validation set where there is one, else test set)
/// - widest gap: the largest train minus test accuracy, where it is above 0, of networks that learned
/// - overfits most: those that overfit, or perhaps do, by the definition at runner::Verdict, with the largest
///   rise of the chosen-by loss above its minimum, as rise / minimum
///
/// A run's numbers are those after its last recorded epoch, so that it need not be done; runs that have
/// diverged or recorded no epoch but that of the untrained network are not shown. Curves are over epochs 1 …
/// E (those of them that are recorded), as many cells for all runs, so that epochs lie below each other;
/// where there is room a run has two, training and chosen-by set, on one scale. Where there is little room,
/// numbers are left out, last the one that a run is ranked by.
///
/// At most `rows` lines of at most `columns` characters each. Nothing that the file says can move the cursor:
/// control characters are shown as U+FFFD.
std::string to_screen(const ResultsData& results, const std::string& activity, const ScreenStyle& style = {});

}  // namespace runner
