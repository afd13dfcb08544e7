#pragma once

#include "runner/report/classes.hpp"
#include "runner/report/page.hpp"

#include <cstddef>
#include <span>

#include <nlohmann/json.hpp>

/// The classes of the test images on the page.
namespace runner {

/// The page has so many of the images that most runs of a file misclassified, and draws as many of them as
/// have no more pixels together.
inline constexpr std::size_t most_images_on_page = 40, most_image_pixels = 60'000;

/// The page has the classes of as many configurations, the best first, as take so many numbers together: of
/// ten classes some 1,600 configurations, in 4 MB.
inline constexpr std::size_t most_class_numbers = 300'000;

/// {"files": […], "of": […], "left_out": …}
///
/// A file with predictions is {"names": of the classes, "images": of each class, "runs": with predictions,
/// "misclassified": [[index, class, taken for, runs], …], "rows": …, "columns": …, "pixels": those of the
/// first of these images in base64, "no_pixels": why there are none}; another is null.
///
/// A configuration is {"file": index, "runs": …, "epochs": [least, most], "confusion": summed over the runs,
/// by class and then predicted class, "accuracy": for each class [mean], [mean, half width] or, of two runs,
/// [mean, null, least, most], "precision": …, "recall": …, "f1": …}; null where it has no predictions, or was
/// left out for its size.
///
/// `predictions` and `images` are those of each file; images may be of none.
nlohmann::ordered_json classes_on_page(std::span<const ResultsData> files, const Comparison& comparison,
                                       std::span<const Predictions> predictions,
                                       std::span<const TestImages> images);

}  // namespace runner
