#pragma once

#include "runner/results/results_file.hpp"
#include "runner/sweep/sweep.hpp"

#include "stop_signal.hpp"

#include <span>

namespace runner::cli {

/// Prints epochs that are on file as lines of JSON on standard output, and waits for a slow reader. A reader
/// that is gone, or an output that cannot be written, stops the sweep. Once it stops, a reader that takes
/// nothing for a second gets no more lines. Used by one thread at a time.
class EpochLines {
 public:
  /// The sweep and the signal must outlive it.
  EpochLines(const Sweep& sweep, StopSignal& stop) : sweep_(sweep), stop_(stop) {}

  void add(std::span<const DurableEpoch> epochs);

  /// Throws Error (failure) if standard output could not be written.
  void require_written() const;

 private:
  const Sweep& sweep_;
  StopSignal& stop_;
  int error_ = 0;  // of the write that failed; none is tried after it
};

}  // namespace runner::cli
