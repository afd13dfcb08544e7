#pragma once

#include <string_view>

namespace runner {

/// The judgement of a configuration's learning curves. A configuration
///
/// - *diverged* if more than half of its ended seeds have diverged;
/// - *did not learn* if more than half of its done seeds did not: over the last w epochs (w as below), the
///   mean training loss is not below that of always answering with the class frequencies, or the mean
///   training accuracy p is within chance of the share c of the largest class: p ≤ c + 3·√(c·(1 − c)/N), N
///   training images;
/// - else *overfits*, *perhaps*, or *fits* so far, by the seeds that learned:
///
/// 1. trend(i) = mean loss over the seeds and over the w epochs i … i + w − 1, with w = max(2, E/7 rounded),
///    of epochs 1 … E; the loss is that on the set that epochs are chosen by (validation, else test). The
///    minimum m is the first window with the smallest trend, the end e = E − w + 1 the last window.
/// 2. rise = trend(e) − trend(m); fall = the training loss's trend(m) − trend(e). Where the two windows share
///    an epoch the network fits.
/// 3. noise² = 2·max(j²/w, s²/n) + (2.5·(rise + fall))²/images.
///    - j is the jitter from epoch to epoch, 1.4826·median|y(t) − (y(t−1) + y(t+1))/2|/√1.5 of the mean loss
///    y
///      from the minimum on (over all epochs if these are fewer than 8): it is known with one seed, too.
///    - s is the standard deviation of what separates n ≥ 2 seeds over time: of their means over windows that
///      follow one another, counted back from the end, less each window's mean and each seed's mean.
///    - The last term is what other test images would change: a test image's loss changes by rise on average,
///      and by about 2.5·(rise + fall) from image to image (2.1 to 3.6 on MNIST and Fashion-MNIST, either
///      loss).
/// 4. It overfits if rise > 2.2·noise and rise > 1 % of trend(m), and if the training loss went on falling:
///    fall > 2·√(2/w)·j of the training loss. Perhaps it does if rise > 1.4·noise and rise > 0.5 % of
///    trend(m), with the same fall.
/// 5. It overfits from the first epoch from which on the increasing trend of the mean loss (isotonic
///    regression from the middle of window m on) lies more than 1 % above trend(m).
///
/// Where not every epoch is recorded (RecordedEpochs), an epoch is a recorded one in all this, and E is how
/// many there are after epoch 0.
///
/// The factors were chosen on real curves, and how often the verdict is right is counted by a test on
/// tests/report/verdicts (src/report/README.md, "The verdict").
enum class Verdict {
  none,           ///< no seed has ended yet
  diverged,       ///< the loss became infinite or NaN
  did_not_learn,  ///< no better than the class frequencies
  fits,           ///< no sign of overfitting so far
  perhaps,        ///< signs of overfitting that may be chance
  overfits        ///< the loss rises while the training loss falls, lastingly and by more than chance
};

/// "overfits", "perhaps", "fits", "did_not_learn", "diverged"; empty for none.
std::string_view to_string(Verdict verdict);

}  // namespace runner
