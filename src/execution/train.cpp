#include "runner/execution/train.hpp"

#include "runner/error/error.hpp"
#include "runner/execution/execute.hpp"

#include <atomic>
#include <cassert>

#include <fmt/format.h>

namespace runner {
namespace {

class Curve : public Observer {
 public:
  void on_epoch(std::span<const TrainedEpoch> records) override {
    metrics.push_back(records.front().metrics);
  }

  std::vector<Metrics> metrics;
};

}  // namespace

std::vector<Metrics> train(const RunSpec& run, const Dataset& data, int epochs, std::size_t threads) {
  assert(epochs >= 0 && threads >= 1);
  if (static_cast<std::size_t>(run.batch_size) > data.train.count)
    throw bad_input(fmt::format("batch_size: {} is out of range: at most the {} images of the training set",
                                run.batch_size, data.train.count));
  Sweep sweep;
  sweep.config.epochs = epochs;
  sweep.runs.push_back({run, "", 0});
  const std::size_t all[] = {0};
  Curve curve;
  ThreadPool pool(threads);
  execute(sweep, make_cohorts(sweep, data, all, threads), data, make_backend("auto", best_instruction_set()),
          pool, curve, std::atomic<bool>{false});
  return curve.metrics;
}

}  // namespace runner
