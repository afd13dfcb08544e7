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
  std::vector<std::uint8_t> pixels;  ///< images × pixels, an image after the other, 0…255; empty: none
  std::string missing;               ///< then why
};

/// Results files as one page of HTML, which needs nothing but itself and may be opened from disk: what was
/// found, train against test accuracy, learning curves, the importance of each axis, parallel coordinates,
/// accuracy and gap of each run by each axis, heat maps, the effect of each axis, what the first layer sees,
/// the table, what the networks see class by class, and where the numbers come from. Where an axis has more
/// than ten numbers, parallel coordinates and runs are open, else folded. Several files are told apart by an
/// axis `file`; there is at least one.
///
/// Curves are thinned out to about 1.5 million numbers in all, and the page says so. The curves of single
/// seeds are in it where these are 300,000 numbers at most. `kept` runs were left out (leave_out_kept); the
/// page counts them. What the config says is text on it, whatever it holds. UTF-8.
///
/// Where runs have weights, their files are read, and the first layer of up to six of them is on the page in
/// some 240,000 characters at most (src/report/page_weights.hpp). Where files have predictions, these are
/// read, and the test images that most runs misclassified are on it, forty at most: drawn where `images` has
/// those of their file. Throws Error as StoredWeights and StoredPredictions.
std::string to_page(std::span<const ResultsData> files, std::size_t kept = 0,
                    std::span<const TestImages> images = {});
std::string to_page(const ResultsData& results, std::size_t kept = 0);

}  // namespace runner
