#pragma once

#include "runner/model/run_spec.hpp"
#include "runner/model/weights.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace runner {

/// What a trained network says of some images.
struct Inference {
  /// Of each image the class of its largest score (the first, if several).
  std::vector<std::uint8_t> classes;
  /// images × classes: softmax of the float32 scores, in double, by the formula and the exp of
  /// Elementwise::evaluate. NaN where the weights are none.
  std::vector<double> probabilities;
};

/// Applies the weights of a run to images, `evaluated_together` at a time. The scores have the bits of the
/// run's evaluation (CohortTrainer::evaluate): of a data set's test images so many are classified right as
/// its test accuracy says. Of the run count activation and dropout.
///
/// `images`: an image after the other, each of the pixels that W1 has rows for. The groups are split over the
/// threads of the caller's arena; bits do not depend on it.
Inference infer(const RunSpec& run, const Weights& weights, std::span<const std::uint8_t> images,
                const Backend& backend);

}  // namespace runner
