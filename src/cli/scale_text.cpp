#include "scale_text.hpp"

#include "runner/data/quantisation.hpp"
#include "runner/error/printable.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace runner::cli {
namespace {

std::string outside_text(std::uint64_t count, std::string_view set) {
  if (count == 0) return "";
  return fmt::format("; {} {} of the {} images {} outside and became 0 or 255", count,
                     count == 1 ? "number" : "numbers", set, count == 1 ? "lies" : "lie");
}

}  // namespace

std::string scale_text(const Dataset& data) {
  const PixelScale& scale = data.scale;
  if (scale.empty()) return "";
  std::string text = printable(data.name) + ": ";
  if (scale.offsets.size() == 1) {
    text += fmt::format(
        "numbers from {:.6g} to {:.6g} become bytes in steps of {:.3g}; rounding changes a number by at "
        "most {:.3g}",
        scale.offsets[0], scale.offsets[0] + 255 * scale.steps[0], scale.steps[0], largest_loss(scale));
  } else {
    text += fmt::format(
        "each of the {} columns becomes bytes from its mean - {} to its mean + {} standard deviations; "
        "rounding changes a number by at most {:.3g} of them ({:.3g} in the widest column)",
        scale.offsets.size(), standardised_deviations, standardised_deviations, standardised_deviations / 255,
        largest_loss(scale));
    const auto constant = std::ranges::count(scale.steps, 0.0);
    if (constant > 0)
      text +=
          fmt::format("; {} {} constant and became 0", constant, constant == 1 ? "column is" : "columns are");
  }
  return text + outside_text(data.train_outside, "training") + outside_text(data.test_outside, "test") + '\n';
}

}  // namespace runner::cli
