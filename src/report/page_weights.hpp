#pragma once

#include "runner/model/weights.hpp"
#include "runner/report/comparison.hpp"
#include "runner/results/results_data.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// The first layer on the page: what a hidden unit is tuned to is the picture of its weights W1[:, h], a
/// number for each pixel of an image.
namespace runner {

/// How much a network uses each of its hidden units:
///
///   use(h) = ‖W1[:, h]‖·‖W2[h, :]‖   (hidden)   Euclidean norms of a column (pixels) and a row (classes)
///
/// Its square is the sum of (W1[p, h]·W2[h, c])² over all paths from a pixel p through the unit to a class c:
/// the unit's share of the network's squared path norm (Neyshabur, Salakhutdinov & Srebro 2015, "Path-SGD:
/// Path-Normalized Optimization in Deep Neural Networks"). One of the norms alone would not do: a ReLU
/// network stays the same where W1[:, h] and b1[h] are doubled and W2[h, :] is halved, and so does the
/// product. It takes no images, so it does not see that a unit is on for all images, or for none.
std::vector<double> use_of_units(const Weights& weights);

/// Numbers as a picture whose scale is its own: the largest magnitude, and a character for each number, '#' …
/// '}', of which the character code − 80 is the number in steps of 1/45 of that magnitude, −45 … 45.
struct SignedPicture {
  double most;
  std::string pixels;
};
SignedPicture signed_picture(std::span<const float> numbers);

/// The page has pictures of so many units of so many runs, and of fewer units where these would be more
/// pixels.
inline constexpr std::size_t most_pictured_runs = 6, most_pictured_units = 24, most_pictured_pixels = 240'000;

/// {"runs": [{"configuration": …, "seed": …, "epoch": of the weights, "hidden": units in all,
/// "classes": their names, "rows": …, "columns": …, "units": [{"unit": h, "use": 1 for the first, "class":
/// that of its largest W2[h, :], "before": [most, pixels], "after": [most, pixels]}, …]}, …],
/// "configurations": how many have such weights, "why_not": …}
///
/// Of the best configuration, of that with the widest gap, then of the next best, those that learned first:
/// the first seed that is done or stopped early and has both weights in its file, all of them finite; its
/// most used units first. Where such weights are there but no pictures can be made, `why_not` says why. Reads
/// the files; throws Error as StoredWeights.
nlohmann::ordered_json weights_on_page(std::span<const ResultsData> files, const Comparison& comparison);

}  // namespace runner
