#pragma once

#include "runner/report/verdict.hpp"
#include "runner/results/results_data.hpp"

#include "seeds.hpp"

#include <cstddef>

namespace runner {

/// What a network reaches that has learned nothing but the class frequencies, and how many images there are
/// to tell it by.
struct Baseline {
  double accuracy;            ///< share of the largest class among the training images
  double loss;                ///< training loss of answering with the class frequencies, whatever the image
  std::size_t train_images;   ///< that training accuracy is a mean over; 0: not known
  std::size_t chosen_images;  ///< the same of the set that epochs are chosen by
};

/// For networks trained with this loss. Files of earlier versions do not say how many images of each class
/// there are: for these, accuracy and loss are the medians over the runs' untrained networks.
Baseline baseline_of(const ResultsData& results, Loss loss);

/// A verdict, and the epochs that belong to it, by their places.
struct Judgement {
  Verdict verdict = Verdict::none;
  int overfits_from = -1;  ///< −1 where the verdict is neither `overfits` nor `perhaps`
  int stop_epoch = -1;  ///< the middle of the window with the smallest trend; the last where it fits so far
  double rise = 0;      ///< trend(e)/trend(m) − 1 for networks that learned; 0 where the windows overlap
};

/// Judges the runs of one configuration by their curves up to the place `last`, by runner::Verdict's
/// definition; at least one run. Never `none` or `diverged`.
Judgement judge(const Runs& done, Metric loss, std::size_t last, const Baseline& baseline);

}  // namespace runner
