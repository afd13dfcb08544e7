#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// The test images of a results file, for a page to draw.
struct TestImages {
  std::vector<std::uint8_t> pixels;  ///< images × pixels, one image after the other, 0…255; empty: none
  std::string missing;               ///< the reason if there are none
};

/// Results files as one page of HTML that needs nothing else and opens from disk. It shows what was found,
/// train against test accuracy, learning curves, the importance of each axis, parallel coordinates, accuracy
/// and gap of each run by each axis, heat maps, the effect of each axis, the weights of the first layer, the
/// table, the classes, and where the numbers come from. If an axis has more than ten numbers, parallel
/// coordinates and runs are open, else folded. An axis `file` distinguishes several files; there is at least
/// one.
///
/// Curves are thinned to about 1.5 million numbers in all, and the page says so. It has the curves of single
/// seeds if these are 300,000 numbers at most. `kept` is the number of runs that leave_out_kept() removed;
/// the page states it. Any text of the config is shown as text. UTF-8.
///
/// If runs have weights, their files are read; the page has the first layer of up to six of them, in some
/// 240,000 characters at most (src/report/page_weights.hpp). If files have predictions, these are read; the
/// page has up to forty test images that most runs misclassified, drawn if `images` has those of their file.
/// Throws Error as StoredWeights and StoredPredictions.
std::string to_page(std::span<const ResultsData> files, std::size_t kept = 0,
                    std::span<const TestImages> images = {});
std::string to_page(const ResultsData& results, std::size_t kept = 0);

}  // namespace runner
