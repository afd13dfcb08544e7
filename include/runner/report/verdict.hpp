#pragma once

#include <string_view>

namespace runner {

/// What the learning curves of a configuration show.
enum class Verdict {
  none,           ///< no seed is done yet
  diverged,       ///< no seed is done, and some diverged: their loss was infinite or NaN
  did_not_learn,  ///< not better than the class frequencies
  fits,           ///< no sign of overfitting so far
  perhaps,        ///< signs of overfitting that may be chance
  overfits
};

/// "overfits", "perhaps", "fits", "did_not_learn", "diverged"; empty for none.
std::string_view to_string(Verdict verdict);

}  // namespace runner
