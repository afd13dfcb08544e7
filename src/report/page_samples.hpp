#pragma once

#include "runner/report/comparison.hpp"
#include "runner/results/results_data.hpp"

#include <span>

#include <nlohmann/json.hpp>

/// What the page holds for sweeps with many values of an axis: runs as points, bins, importance.
namespace runner {

/// The names of the axes on which a logarithm spaces the values more evenly.
nlohmann::ordered_json logarithmic_axes(const Comparison& comparison);

/// A number for each run that is done or was stopped early: {"configuration": […], "seed": […], "accuracy":
/// […], "gap": […]}, after its last epoch; `accuracy` on the set that is chosen by.
nlohmann::ordered_json runs_on_page(std::span<const ResultsData> files);

/// {axis: {"values": texts, "at": the bin of each configuration, "least": […], "most": […]}, …} of the axes
/// whose values were drawn; the bin is null where the axis means nothing to the configuration.
nlohmann::ordered_json bins_on_page(const Comparison& comparison);

/// {"file": …, "method": …, "why_not": …, "note": what was counted and how, "terms": …} for each file; the
/// terms are [{"name": …, "accuracy": [share, half width, sure], "gap": the same}, …], the rest the last of
/// them.
nlohmann::ordered_json importance_on_page(std::span<const ResultsData> files);

}  // namespace runner
