#pragma once

#include "runner/files/replacement.hpp"
#include "runner/results/results_data.hpp"

#include <span>

namespace runner {

/// All learning curves as tidy CSV (RFC 4180): a row for each run and recorded epoch, up to the last one
/// whose losses are finite. Every file has the same columns: file (the sweep's name), run, each axis, status,
/// epoch and each metric. Numbers have as many digits as give them back: axes as double, metrics as float32.
/// A field is empty where an axis means nothing to a run, or a metric was not recorded.
void write_curves_csv(std::span<const ResultsData> files, const Sink& put);

}  // namespace runner
