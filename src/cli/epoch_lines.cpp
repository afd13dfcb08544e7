#include "epoch_lines.hpp"

#include "runner/error/error.hpp"

#include "progress.hpp"
#include "standard_streams.hpp"

#include <cerrno>
#include <string>

#include <unistd.h>

namespace runner::cli {

void EpochLines::add(std::span<const DurableEpoch> epochs) {
  if (error_ != 0) return;
  std::string text;
  for (const DurableEpoch& epoch : epochs)
    text += json_line(epoch, sweep_.runs[epoch.run], sweep_.config.dataset.validation_size > 0);
  error_ = write_all(STDOUT_FILENO, text, stop_.descriptor());
  if (error_ != 0) stop_.request();
}

void EpochLines::require_written() const {
  // Who does not read while the sweep stops has asked for no more.
  if (error_ != 0 && error_ != ETIMEDOUT) throw output_error(error_);
}

}  // namespace runner::cli
