#include "runner/execution/calibration.hpp"

#include "runner/compute/arithmetic.hpp"
#include "runner/sweep/work.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <tuple>
#include <vector>

namespace runner {

/// What decides how fast a cohort is, beside its predicted work.
struct CohortKind {
  Gradient gradient;
  Activation activation;
  double log_batch, log_units, log_runs;  ///< to the base 2
  double moments, dropout;                ///< means over its hidden units

  auto in_order() const {
    return std::tuple(gradient, activation, log_batch, moments, dropout, log_units, log_runs);
  }
};

/// How fast a cohort was: seconds for each predicted multiply-add, and for each hidden unit that is
/// initialised.
struct CohortSpeed {
  CohortKind kind;
  double training = 0, evaluation = 0, unit = 0;
  double work = 0, seconds = 0;  ///< that were measured, the work in predicted multiply-adds
};

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Predicted multiply-adds of a cohort.
struct CohortWork {
  double training = 0;    ///< of an epoch
  double evaluation = 0;  ///< of one
  double units = 0;       ///< hidden units that are initialised
};

CohortWork work_of(std::span<const RunSpec> specs, const DatasetFacts& data) {
  CohortWork work;
  for (const RunSpec& spec : specs) {
    const EpochWork epoch = epoch_work(spec, data);
    work.training += epoch.training_cost();
    work.evaluation += epoch.evaluation;
    work.units += spec.hidden_size;
  }
  return work;
}

CohortKind kind_of(std::span<const RunSpec> specs) {
  double units = 0, moments = 0, dropped = 0;
  for (const RunSpec& spec : specs) {
    units += spec.hidden_size;
    moments += static_cast<double>(moment_count(spec.optimizer)) * spec.hidden_size;
    dropped += spec.dropout > 0 ? spec.hidden_size : 0;
  }
  const RunSpec& first = specs.front();
  return {first.gradient,
          first.activation,
          std::log2(first.batch_size),
          std::log2(units),
          std::log2(static_cast<double>(specs.size())),
          moments / units,
          dropped / units};
}

/// In steps of the size of doubling the batch.
double distance(const CohortKind& a, const CohortKind& b) {
  return (a.gradient != b.gradient ? 8.0 : 0.0) + (a.activation != b.activation ? 2.0 : 0.0) +
         std::abs(a.log_batch - b.log_batch) + std::abs(a.log_units - b.log_units) +
         std::abs(a.log_runs - b.log_runs) / 2 + std::abs(a.moments - b.moments) +
         std::abs(a.dropout - b.dropout);
}

std::vector<RunSpec> specs_of(const Sweep& sweep, const Cohort& cohort) {
  std::vector<RunSpec> specs;
  for (const std::size_t run : cohort.runs) specs.push_back(sweep.runs[run].spec);
  return specs;
}

LabelledImages first_of(const LabelledImages& images, std::size_t count, std::size_t pixels) {
  const auto some = [](const std::vector<std::uint8_t>& bytes, std::size_t length) {
    return std::vector<std::uint8_t>(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
  };
  return {count, some(images.pixels, count * pixels), some(images.labels, count)};
}

/// How a cohort is measured: in laps, each an epoch on some of the first images, and an evaluation.
struct Laps {
  double seconds;      ///< of all of them together
  double speed;        ///< multiply-adds a second, about
  std::size_t images;  ///< at least: whole groups for each thread, as nearly all of the data set is

  double work() const { return seconds * speed / 4; }
  /// Of a cohort whose lap takes more, a part is measured.
  double most_work() const { return 0.3 * speed; }
};

CohortWork work_of_images(std::span<const RunSpec> specs, const DatasetFacts& data, std::size_t images) {
  DatasetFacts some = data;
  some.train_size = images;
  some.test_size = some.validation_size = 0;
  return work_of(specs, some);
}

std::size_t images_at_least(std::span<const RunSpec> specs, const DatasetFacts& data, const Laps& laps) {
  return std::min(std::max(static_cast<std::size_t>(specs.front().batch_size), laps.images), data.train_size);
}

/// The cohort, or so much of it that a lap does not take too long.
std::vector<RunSpec> measurable(std::vector<RunSpec> specs, const DatasetFacts& data, const Laps& laps) {
  const auto least_work = [&] {
    const CohortWork work = work_of_images(specs, data, images_at_least(specs, data, laps));
    return work.training + 2 * work.evaluation;
  };
  while (least_work() > laps.most_work()) {
    if (specs.size() > 1)
      specs.resize(specs.size() / 2);
    else if (specs[0].hidden_size > 16)
      specs[0].hidden_size /= 2;
    else if (specs[0].batch_size > 16)
      specs[0].batch_size /= 2;
    else
      break;
  }
  return specs;
}

/// So many of the first images that a lap is as it should be.
Dataset few_images(const Dataset& data, std::span<const RunSpec> specs, const Laps& laps) {
  const std::size_t least = images_at_least(specs, data, laps);
  const CohortWork work = work_of_images(specs, data, least);
  const double times = std::max(laps.work() / (work.training + 2 * work.evaluation), 1.0);
  const auto batch_size = static_cast<std::size_t>(specs.front().batch_size);
  const double images = std::min(static_cast<double>(least) * times, static_cast<double>(data.train.count));
  const std::size_t batches = (static_cast<std::size_t>(images) + batch_size - 1) / batch_size;
  const std::size_t train = std::min(batches * batch_size, data.train.count);
  Dataset few;
  few.rows = data.rows;
  few.columns = data.columns;
  few.pixels = data.pixels;
  few.classes = data.classes;
  few.train = first_of(data.train, train, data.pixels);
  few.test = first_of(data.test, std::min(std::max(train, laps.images), data.test.count), data.pixels);
  return few;
}

/// Trains the cohort until the laps have had their time since `begin`, one lap at least.
CohortSpeed measure(const std::vector<RunSpec>& cohort, const Dataset& data, const Backend& backend,
                    const std::atomic<bool>& split, Clock::time_point begin, const Laps& laps) {
  const std::vector<RunSpec> specs = measurable(cohort, data, laps);
  const Dataset few = few_images(data, specs, laps);
  const CohortWork work = work_of(specs, few);
  CohortSpeed speed{kind_of(specs)};
  Clock::time_point start = Clock::now();
  CohortTrainer trainer(few, specs, backend, split);
  speed.unit = seconds_since(start) / work.units;
  std::vector<Metrics> metrics(specs.size());
  std::vector<double> training, evaluation;
  do {
    start = Clock::now();
    trainer.train_epoch();
    training.push_back(seconds_since(start));
    start = Clock::now();
    trainer.evaluate(metrics);
    evaluation.push_back(seconds_since(start));
  } while (seconds_since(begin) < laps.seconds);
  // The first lap finds caches and memory cold, as but the first of many epochs does.
  const auto mean_without_first = [](const std::vector<double>& times) {
    const std::size_t skipped = times.size() > 1 ? 1 : 0;
    return std::accumulate(times.begin() + static_cast<std::ptrdiff_t>(skipped), times.end(), 0.0) /
           static_cast<double>(times.size() - skipped);
  };
  speed.training = mean_without_first(training) / work.training;
  speed.evaluation = mean_without_first(evaluation) / work.evaluation;
  speed.work = static_cast<double>(training.size()) * (work.training + work.evaluation);
  speed.seconds = std::accumulate(training.begin(), training.end(), 0.0) +
                  std::accumulate(evaluation.begin(), evaluation.end(), 0.0);
  return speed;
}

}  // namespace

struct Calibration::State {
  const DatasetFacts facts;
  const std::size_t threads;
  const RecordedEpochs recorded;
  std::vector<CohortSpeed> speeds;
  double measured_for = 0;

  /// Multiply-adds of the evaluations that are left to a cohort of these runs up to an epoch. The state that
  /// it goes on from is evaluated, too. Of untrained networks, those are evaluated that are not in
  /// `untrained`, and added.
  double evaluation_left(std::span<const RunSpec> specs, const Cohort& cohort, int last,
                         std::set<RunSpec>& untrained) const {
    const std::size_t before = cohort.epoch == 0 ? 1 : recorded.count_to(cohort.epoch - 1);
    double work = static_cast<double>(recorded.count_to(last) - before) * work_of(specs, facts).evaluation;
    if (cohort.epoch > 0) return work;
    for (const RunSpec& spec : specs)
      if (untrained.insert(before_training(spec)).second) work += epoch_work(spec, facts).evaluation;
    return work;
  }

  /// Of one thread, while all are at work.
  double seconds_of(const Sweep& sweep, const Cohort& cohort, int last, std::set<RunSpec>& untrained) const {
    const std::vector<RunSpec> specs = specs_of(sweep, cohort);
    const CohortKind kind = kind_of(specs);
    double nearest = std::numeric_limits<double>::infinity();
    for (const CohortSpeed& speed : speeds) nearest = std::min(nearest, distance(kind, speed.kind));
    constexpr double sharpness = 4;
    double training = 0, evaluation = 0, unit = 0, weights = 0;
    for (const CohortSpeed& speed : speeds) {
      const double weight = speed.seconds * std::exp(sharpness * (nearest - distance(kind, speed.kind)));
      training += weight * speed.training;
      evaluation += weight * speed.evaluation;
      unit += weight * speed.unit;
      weights += weight;
    }
    const CohortWork work = work_of(specs, facts);
    return ((last - cohort.epoch) * work.training * training +
            evaluation_left(specs, cohort, last, untrained) * evaluation + work.units * unit) /
           weights;
  }
};

Calibration::Calibration(const Sweep& sweep, std::span<const Cohort> cohorts, const Dataset& data,
                         Backend backend, ThreadPool& pool, const RecordedEpochs& recorded,
                         const Effort& effort, const std::atomic<bool>& stop)
    : state_(new State{data, pool.threads(), recorded, {}, 0}) {
  if (cohorts.empty()) return;
  const Clock::time_point start = Clock::now();
  State& s = *state_;

  // Cohorts that are like each other side by side, so that evenly spaced places meet all kinds.
  std::vector<std::size_t> order(cohorts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<CohortKind> kinds;
  for (const Cohort& cohort : cohorts) kinds.push_back(kind_of(specs_of(sweep, cohort)));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return kinds[a].in_order() < kinds[b].in_order(); });
  std::vector<double> work_up_to;
  double all = 0;
  std::set<RunSpec> untrained;
  for (const std::size_t c : order) {
    const std::vector<RunSpec> specs = specs_of(sweep, cohorts[c]);
    all += (recorded.last() - cohorts[c].epoch) * work_of(specs, s.facts).training +
           s.evaluation_left(specs, cohorts[c], recorded.last(), untrained);
    work_up_to.push_back(all);
  }
  // Multiples of the golden ratio are evenly spaced however many there are.
  std::size_t drawn = 0;
  const auto next = [&]() -> const Cohort& {
    constexpr double golden_ratio = 0.6180339887498949;
    const double place = std::fmod(0.5 + golden_ratio * static_cast<double>(drawn++), 1.0) * all;
    const auto at = std::upper_bound(work_up_to.begin(), work_up_to.end(), place) - work_up_to.begin();
    return cohorts[order[std::min(static_cast<std::size_t>(at), order.size() - 1)]];
  };

  const std::size_t at_once = std::min(s.threads, cohorts.size());
  const std::atomic<bool> split = cohorts.size() < s.threads;
  constexpr double first_round = 0.01, longest_round = 0.25;
  double work_per_second = 1e9;  // a guess, for the first round
  do {
    std::vector<std::vector<RunSpec>> sample;
    for (std::size_t i = 0; i < at_once; ++i) sample.push_back(specs_of(sweep, next()));
    // Each round as long as all before it, so that little time is spent where little is needed.
    const double left = effort.most_seconds - s.measured_for;
    const double round = std::min({std::max(s.measured_for, first_round), longest_round, left});
    const Laps laps{round, work_per_second,
                    2 * evaluated_together * (split ? (s.threads + at_once - 1) / at_once : 1)};
    const Clock::time_point begin = Clock::now();
    std::vector<CohortSpeed> speeds(at_once);
    pool.execute([&] {
      for_each_part(at_once, true, [&](std::size_t i, std::size_t) {
        speeds[i] = measure(sample[i], data, backend, split, begin, laps);
      });
    });
    double work = 0, seconds = 0;
    for (const CohortSpeed& speed : speeds) {
      work += speed.work;
      seconds += speed.seconds;
    }
    work_per_second = work / seconds;
    s.speeds.insert(s.speeds.end(), speeds.begin(), speeds.end());
    s.measured_for = seconds_since(start);
  } while (!stop.load() && s.measured_for + longest_round / 2 < effort.most_seconds &&
           s.measured_for < effort.most_share * expected_seconds(sweep, cohorts));
}

Calibration::~Calibration() = default;

double Calibration::expected_seconds(const Sweep& sweep, std::span<const Cohort> cohorts) const {
  return expected_seconds(sweep, cohorts, state_->recorded.last());
}

double Calibration::expected_seconds(const Sweep& sweep, std::span<const Cohort> cohorts, int last) const {
  double seconds = 0;
  std::set<RunSpec> untrained;
  for (const Cohort& cohort : cohorts) seconds += state_->seconds_of(sweep, cohort, last, untrained);
  return cohorts.empty() ? 0 : seconds / static_cast<double>(std::min(state_->threads, cohorts.size()));
}

}  // namespace runner
