#pragma once

#include "runner/model/run_spec.hpp"
#include "runner/model/weights.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace runner {

/// The output of a trained network for some images.
struct Inference {
  /// For each image, the class with the largest score (the first, if several).
  std::vector<std::uint8_t> classes;
  /// images × classes: softmax of the float32 scores, in double, by the formula and the exp of
  /// Elementwise::evaluate. NaN if the weights are not numbers.
  std::vector<double> probabilities;
};

/// Applies the weights of a run to images, `evaluated_together` at a time. The scores have the bits of the
/// run's evaluation (CohortTrainer::evaluate), so on the test images of its data set the accuracy equals the
/// recorded one. Of `run`, only activation and dropout matter.
///
/// `images`: one image after the other, each with as many pixels as W1 has rows. The groups are split over
/// the threads of the caller's arena; bits do not depend on it.
Inference infer(const RunSpec& run, const Weights& weights, std::span<const std::uint8_t> images,
                const Backend& backend);

}  // namespace runner
