#include "runner/error/error.hpp"
#include "runner/report/comparison.hpp"
#include "runner/report/live.hpp"
#include "runner/results/writer.hpp"

#include "clock_time.hpp"
#include "commands.hpp"
#include "exit_codes.hpp"
#include "read_sweeps.hpp"
#include "screen.hpp"
#include "standard_streams.hpp"
#include "terminal.hpp"
#include "topics.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

struct WatchOptions {
  std::vector<std::filesystem::path> files;  ///< one, or the shards of one sweep
  double interval = 1;                       ///< seconds between two looks, at least
};

using Clock = std::chrono::steady_clock;

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// Epochs per second over the last minute.
class Rate {
 public:
  void note(Clock::time_point when, std::size_t epochs) {
    if (!looks_.empty() && epochs < looks_.back().epochs) looks_.clear();  // it was begun anew
    looks_.push_back({when, epochs});
    while (looks_.size() > 2 && when - looks_.front().when > std::chrono::minutes(1)) looks_.pop_front();
  }

  /// 0 where none is known.
  double per_second() const {
    const double time = looks_.empty() ? 0 : seconds(looks_.back().when - looks_.front().when);
    return time > 0 ? static_cast<double>(looks_.back().epochs - looks_.front().epochs) / time : 0;
  }

 private:
  struct Look {
    Clock::time_point when;
    std::size_t epochs;
  };
  std::deque<Look> looks_;
};

/// "0:41 elapsed, 6.2 epochs/s, 0:24 left at this rate, pid 4711 on gauss"; of several who are at work since
/// the first began, and on which machines.
std::string activity(const std::vector<WriterProcess>& writers, const Standing& standing,
                     double epochs_per_second) {
  if (standing.finished()) return "all runs have ended";
  if (writers.empty()) return "no runner is at work on it";
  auto since = writers.front().since;
  for (const WriterProcess& writer : writers) since = std::min(since, writer.since);
  const auto elapsed = std::chrono::system_clock::now() - since;
  std::string text = clock_time(std::max(seconds(elapsed), 0.0)) + " elapsed";
  if (epochs_per_second > 0) {
    const auto left = static_cast<double>(standing.epochs - standing.epochs_done);
    text += fmt::format(", {:.{}f} epochs/s, {} left at this rate", epochs_per_second,
                        epochs_per_second < 10 ? 1 : 0, clock_time(left / epochs_per_second));
  }
  if (writers.size() > 1) text += fmt::format(", {} runners", writers.size());
  for (const WriterProcess& writer : writers) text += fmt::format(", pid {} on {}", writer.pid, writer.host);
  return text;
}

/// The results of one sweep, from its file or the files of its shards. Throws Error where one cannot be read,
/// or belongs to another sweep.
Sweeps read_one_sweep(const std::vector<std::filesystem::path>& files) {
  Sweeps sweeps = read_sweeps(files, false);
  if (sweeps.files.size() > 1)
    throw bad_input(
        fmt::format("{} and {} are not shards of one sweep: runner compare shows them side by side",
                    sweeps.files[0].file.string(), sweeps.files[1].file.string()));
  return sweeps;
}

/// Results files as they are looked at again and again, each time by their names.
class Watched {
 public:
  /// Throws Error as read_one_sweep.
  explicit Watched(std::vector<std::filesystem::path> files)
      : files_(std::move(files)), sweep_(read_one_sweep(files_)) {
    take();
  }

  /// Where one cannot be read now, the frame stays what it was, and says so.
  void look() {
    try {
      sweep_ = read_one_sweep(files_);
      take();
    } catch (const Error& error) {
      activity_ = fmt::format("cannot be read now: {}", error.what());
    }
  }

  bool finished() const { return standing_.finished(); }
  std::string frame() const { return to_screen(results(), activity_, screen_style()); }

 private:
  const ResultsData& results() const { return sweep_.files.front(); }

  void take() {
    standing_ = standing_of(results());
    rate_.note(Clock::now(), standing_.epochs_done);
    std::vector<WriterProcess> writers;
    for (const std::filesystem::path& file : files_)
      if (const auto writer = current_writer(file)) writers.push_back(*writer);
    activity_ = activity(writers, standing_, rate_.per_second());
    if (sweep_.kept > 0) activity_ += "; " + kept_note(sweep_.kept);
  }

  std::vector<std::filesystem::path> files_;
  Sweeps sweep_;
  Standing standing_;
  Rate rate_;
  std::string activity_;
};

/// Until the sweep is done, or the user has seen enough.
void show(Watched& watched, std::chrono::nanoseconds interval) {
  Screen screen;
  Clock::time_point next = Clock::now() + interval;
  while (!watched.finished()) {
    screen.draw(watched.frame());
    switch (screen.wait(next - Clock::now())) {
      case Screen::Event::quit:
        return;
      case Screen::Event::redraw:
        break;
      case Screen::Event::timeout: {
        const Clock::time_point start = Clock::now();
        watched.look();
        // However large the file is, looking takes at most a tenth of the time.
        next = Clock::now() + std::max(interval, 10 * (Clock::now() - start));
        break;
      }
    }
  }
}

int watch_file(const WatchOptions& options) {
  Watched watched(options.files);
  if (can_draw() && !watched.finished())
    show(watched,
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.interval)));
  put_out(watched.frame());
  return exit_done;
}

/// CLI::Range would let NaN pass.
bool is_interval(const std::string& text) {
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  return error == std::errc() && rest == end && seconds >= 0.1 && seconds <= 86'400;
}

}  // namespace

Command watch_command(const CommandLine& line) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App* app = line.app.add_subcommand(
      "watch", "Show a running sweep until it is done, or until Ctrl-C; without a terminal, show it once");
  app->group(group::results);
  app->add_option("FILE", options->files, "The results file, or those of a sweep's shards")->required();
  app->add_option("--interval", options->interval, "Seconds between two updates, at least: 0.1 to 86400")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return is_interval(text) ? "" : text + " is not a number of seconds from 0.1 to 86400";
          },
          ""))
      ->type_name("SECONDS")
      ->capture_default_str();
  return {app, [options] { return watch_file(*options); }};
}

}  // namespace runner::cli
