#include "progress.hpp"

#include "runner/sweep/work.hpp"

#include "clock_time.hpp"
#include "standard_streams.hpp"
#include "terminal.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <unistd.h>

namespace runner::cli {
namespace {

constexpr std::chrono::seconds plain_interval{10};

}  // namespace

Progress::Progress(const Sweep& sweep, const Dataset& data, std::span<const std::size_t> missing,
                   std::vector<int> epochs, bool quiet)
    : quiet_(quiet),
      terminal_(knows_escapes(STDERR_FILENO)),
      runs_(sweep.runs.size()),
      runs_done_(sweep.runs.size() - missing.size()),
      run_cost_(sweep.runs.size()),
      epoch_(std::move(epochs)),
      last_epoch_(sweep.config.epochs) {
  for (const std::size_t run : missing) {
    run_cost_[run] = run_cost(sweep.runs[run].spec, data);
    const int left = last_epoch_ - epoch_[run];
    epochs_ += static_cast<std::size_t>(left);
    cost_ += run_cost_[run] * left;
  }
}

void Progress::add(std::span<const DurableEpoch> epochs) {
  for (const DurableEpoch& e : epochs) {
    const bool ended = has_ended(e.status);
    if (e.status == RunStatus::stopped) {
      epochs_ -= static_cast<std::size_t>(last_epoch_ - e.epoch);
      cost_ -= run_cost_[e.run] * (last_epoch_ - e.epoch);
    }
    // A run that diverges leaves nothing to do in its remaining epochs.
    const int to = ended && e.status != RunStatus::stopped ? last_epoch_ : e.epoch;
    epochs_done_ += static_cast<std::size_t>(to - epoch_[e.run]);
    cost_done_ += run_cost_[e.run] * (to - epoch_[e.run]);
    epoch_[e.run] = to;
    if (ended) ++runs_done_;
    if (e.status == RunStatus::stopped) ++runs_stopped_;
    if (e.metrics.finite())
      best_test_accuracy_ = std::max(best_test_accuracy_, e.metrics[Metric::test_accuracy]);
  }
  show(false);
}

void Progress::finish(const std::string& expected) {
  expected_ = fmt::format(" ({} expected)", expected);
  show(true);
}

double Progress::elapsed() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

std::string Progress::line() const {
  const double seconds = elapsed();
  const std::string stopped =
      runs_stopped_ > 0 ? fmt::format(" ({} stopped early)", runs_stopped_) : std::string();
  std::string text = fmt::format("{}/{} runs{}, {}/{} epochs, {} elapsed{}", runs_done_, runs_, stopped,
                                 epochs_done_, epochs_, clock_time(seconds), expected_);
  if (cost_done_ > 0 && epochs_done_ < epochs_)
    text += fmt::format(", {} left", clock_time(seconds * (cost_ / cost_done_ - 1)));
  if (best_test_accuracy_ >= 0) text += fmt::format(", best test accuracy {:.4f}", best_test_accuracy_);
  return text;
}

void Progress::show(bool last) {
  if (quiet_) return;
  if (terminal_ && last) {
    // A message may have no escapes: the old line is erased first.
    put_fleeting_message("\r\x1b[K");
    put_message(line() + "\n");
  } else if (terminal_) {
    // Back to the margin, the line cut to the terminal's width, the rest of the old one erased.
    std::string text = line();
    text.resize(std::min(text.size(), terminal_columns(STDERR_FILENO) - 1));
    put_fleeting_message(fmt::format("\r{}\x1b[K", text));
  } else if (last || (Clock::now() - shown_ >= plain_interval && epochs_done_ < epochs_)) {
    put_fleeting_message(line() + "\n");
    shown_ = Clock::now();
  }
}

std::string json_line(const DurableEpoch& epoch, const Run& run, bool with_validation) {
  const auto number = [](float value) { return std::isfinite(value) ? fmt::format("{}", value) : "null"; };
  std::string line = fmt::format(R"({{"run":{},"digest":"{}","epoch":{},"status":"{}")", run.index,
                                 run.digest, epoch.epoch, to_string(epoch.status));
  for (const MetricInfo& metric : metric_table)
    if ((metric.set != ImageSet::validation || with_validation) &&
        (metric.metric != Metric::clean_train_accuracy || run.spec.label_noise > 0))
      line += fmt::format(R"(,"{}":{})", metric.name, number(epoch.metrics[metric.metric]));
  return line + "}\n";
}

}  // namespace runner::cli
