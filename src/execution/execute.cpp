#include "runner/execution/execute.hpp"

#include "runner/sweep/work.hpp"

#include "untrained_networks.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <oneapi/tbb/flow_graph.h>

namespace runner {
namespace {

namespace flow = oneapi::tbb::flow;
using Clock = std::chrono::steady_clock;

/// A cohort on its way round the graph, one epoch a lap. Its trainer lives from its first lap to its last.
struct CohortInFlight {
  const Cohort* cohort;
  std::unique_ptr<CohortTrainer> trainer;
  std::vector<std::size_t> runs;  // of the sweep, those still in training
  std::vector<Metrics> metrics;
  UntrainedMetrics untrained;             // of `runs`, in the lap of epoch 0
  std::vector<PatienceCounter> patience;  // of each of `runs`, where the sweep has such a rule
  Clock::time_point lap_start;
  double seconds = 0;  // of the laps since the last recorded epoch
  bool is_new = true;
};

/// The graph and what its nodes share. Only `record` and what it calls run one at a time.
class Execution {
 public:
  Execution(const Sweep& sweep, std::span<const Cohort> cohorts, const Dataset& data, Backend backend,
            std::size_t threads, Observer& observer, const std::atomic<bool>& stop,
            const Checkpoints* checkpoints, RecordedEpochs recorded)
      : sweep_(sweep),
        data_(data),
        facts_(data),
        backend_(backend),
        threads_(threads),
        observer_(observer),
        stop_(stop),
        checkpoints_(checkpoints),
        recorded_(std::move(recorded)),
        patience_(sweep.config.early_stopping ? std::get_if<Patience>(&*sweep.config.early_stopping)
                                              : nullptr),
        looked_at_(sweep.config.recorded_epochs()),
        unfinished_(cohorts.size()),
        split_(cohorts.size() < threads),
        untrained_networks_(data, backend, split_),
        in_flight_(cohorts.size()) {
    for (std::size_t i = 0; i < cohorts.size(); ++i) in_flight_[i].cohort = &cohorts[i];
  }

  bool run() {
    flow::graph graph;
    flow::queue_node<CohortInFlight*> waiting(graph);
    flow::limiter_node<CohortInFlight*> limiter(graph, threads_);
    flow::function_node<CohortInFlight*, CohortInFlight*> train(
        graph, flow::unlimited, [this](CohortInFlight* t) { return train_epoch(t); });
    flow::function_node<CohortInFlight*, CohortInFlight*> evaluate(
        graph, flow::unlimited, [this](CohortInFlight* t) { return evaluate_epoch(t); });
    using Record = flow::multifunction_node<CohortInFlight*, std::tuple<CohortInFlight*, flow::continue_msg>>;
    Record record(graph, flow::serial, [this](CohortInFlight* t, Record::output_ports_type& out) {
      if (record_epoch(*t)) {
        std::get<0>(out).try_put(t);
      } else {
        std::get<1>(out).try_put(flow::continue_msg());
      }
    });
    flow::make_edge(waiting, limiter);
    flow::make_edge(limiter, train);
    flow::make_edge(train, evaluate);
    flow::make_edge(evaluate, record);
    flow::make_edge(flow::output_port<0>(record), train);
    flow::make_edge(flow::output_port<1>(record), limiter.decrementer());

    try {
      for (CohortInFlight& t : in_flight_) waiting.try_put(&t);
    } catch (...) {
      // The nodes go before the graph: no task may be left that is to use them.
      graph.cancel();
      wait_for_the_rest(graph);
      throw;
    }
    graph.wait_for_all();
    return complete_;
  }

 private:
  /// After an exception: what the tasks throw then is of no interest.
  static void wait_for_the_rest(flow::graph& graph) {
    try {
      graph.wait_for_all();
    } catch (...) {
    }
  }

  /// The first lap of a new cohort trains nothing: epoch 0 is the untrained network. Once stopped, no lap
  /// begins.
  CohortInFlight* train_epoch(CohortInFlight* t) {
    t->lap_start = Clock::now();
    if (!t->trainer && !stop_.load()) begin(*t);
    if (t->trainer && !(t->is_new && t->cohort->epoch == 0)) t->trainer->train_epoch();
    t->is_new = false;
    return t;
  }

  void begin(CohortInFlight& t) {
    t.runs = t.cohort->runs;
    const std::vector<RunSpec> specs = specs_of(t);
    std::vector<TrainingState> start;
    if (t.cohort->epoch > 0)
      for (const std::size_t run : t.runs) start.push_back(checkpoints_->state(run));
    if (patience_ != nullptr) begin_counting(t);
    t.trainer = std::make_unique<CohortTrainer>(data_, specs, backend_, split_, start, t.cohort->epoch);
    // Of an epoch between there is nothing to compare with.
    if (start.empty() || !recorded_.contains(t.cohort->epoch)) return;
    t.metrics.resize(t.trainer->size());
    t.trainer->evaluate(t.metrics);
    for (std::size_t i = 0; i < t.runs.size(); ++i) checkpoints_->compare(t.runs[i], t.metrics[i]);
  }

  std::vector<RunSpec> specs_of(const CohortInFlight& t) const {
    std::vector<RunSpec> specs;
    for (const std::size_t run : t.runs) specs.push_back(sweep_.runs[run].spec);
    return specs;
  }

  void begin_counting(CohortInFlight& t) {
    t.patience.assign(t.runs.size(), PatienceCounter(*patience_));
    if (t.cohort->epoch == 0) return;
    for (std::size_t i = 0; i < t.runs.size(); ++i) {
      const std::vector<float> curve = checkpoints_->curve(t.runs[i], patience_->metric);
      for (std::size_t place = 0; place < curve.size(); ++place)
        if (looked_at_.contains(recorded_[place])) t.patience[i].add(recorded_[place], curve[place]);
    }
  }

  CohortInFlight* evaluate_epoch(CohortInFlight* t) {
    if (!t->trainer || !recorded_.contains(t->trainer->epoch())) return t;
    if (t->trainer->epoch() == 0) {
      t->untrained = untrained_networks_.evaluate(specs_of(*t), *t->trainer);
      t->metrics = t->untrained.metrics;
    } else {
      t->metrics.resize(t->trainer->size());
      t->trainer->evaluate(t->metrics);
    }
    return t;
  }

  /// Tells the observer, drops what has ended, and says whether the cohort goes round again.
  bool record_epoch(CohortInFlight& t) {
    bool again = false;
    const bool stopped = stop_.load();
    if (t.trainer) {
      t.seconds += std::chrono::duration<double>(Clock::now() - t.lap_start).count();
      if (recorded_.contains(t.trainer->epoch())) {
        drop(t, tell(t, stopped));
        t.untrained = {};
      } else if (stopped) {
        tell_of_stop(t);
      }
      again = !t.runs.empty() && t.trainer->epoch() < recorded_.last();
    }
    if (again && !stopped) return true;
    if (again || !t.trainer) complete_ = false;
    // All at once, so that the next cohort finds the memory in one piece.
    const Cohort* const cohort = t.cohort;
    t = CohortInFlight();
    t.cohort = cohort;
    // Threads that no cohort keeps busy help with the products of the others.
    if (--unfinished_ < threads_) split_ = true;
    return false;
  }

  /// `ended`: of each run whether nothing follows for it.
  static void drop(CohortInFlight& t, const std::vector<bool>& ended) {
    for (std::size_t i = t.runs.size(); i-- > 0;) {
      if (!ended[i]) continue;
      t.trainer->drop(i);
      t.runs.erase(t.runs.begin() + static_cast<std::ptrdiff_t>(i));
      if (!t.patience.empty()) t.patience.erase(t.patience.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  RunStatus status_after(CohortInFlight& t, std::size_t i, int epoch) const {
    if (!t.metrics[i].finite()) return RunStatus::diverged;
    if (epoch == sweep_.config.epochs) return RunStatus::done;
    const bool fulfilled = patience_ != nullptr && looked_at_.contains(epoch) &&
                           t.patience[i].add(epoch, t.metrics[i][patience_->metric]);
    return fulfilled ? RunStatus::stopped : RunStatus::running;
  }

  static std::function<TrainingState()> state_in(const CohortInFlight& t, std::size_t i) {
    return [&t, i] { return t.trainer->state(i); };
  }

  void tell_of_stop(const CohortInFlight& t) {
    std::vector<TrainedEpoch> records;
    for (std::size_t i = 0; i < t.runs.size(); ++i)
      records.push_back(
          {t.runs[i], t.trainer->epoch(), Metrics(), RunStatus::running, 0, state_in(t, i), {}, true});
    observer_.on_stop_between(records);
  }

  /// Returns of each run whether it diverged or stopped.
  std::vector<bool> tell(CohortInFlight& t, bool stopped) {
    const int epoch = t.trainer->epoch();
    const double seconds = std::exchange(t.seconds, 0);
    double cost = 0;
    for (const std::size_t run : t.runs) cost += run_cost(sweep_.runs[run].spec, facts_);
    std::vector<TrainedEpoch> records;
    std::vector<bool> ended;
    for (std::size_t i = 0; i < t.runs.size(); ++i) {
      const std::size_t run = t.runs[i];
      const RunStatus status = status_after(t, i, epoch);
      ended.push_back(status == RunStatus::diverged || status == RunStatus::stopped);
      records.push_back({run, epoch, t.metrics[i], status,
                         seconds * run_cost(sweep_.runs[run].spec, facts_) / cost, state_in(t, i),
                         epoch == 0 ? t.untrained.test_predictions_of(i) : t.trainer->test_predictions(i),
                         (stopped || epoch == recorded_.last()) && status == RunStatus::running});
    }
    observer_.on_epoch(records);
    return ended;
  }

  const Sweep& sweep_;
  const Dataset& data_;
  const DatasetFacts facts_;
  const Backend backend_;
  const std::size_t threads_;
  Observer& observer_;
  const std::atomic<bool>& stop_;
  const Checkpoints* checkpoints_;
  const RecordedEpochs recorded_;
  const Patience* const patience_;  // null where the sweep has another rule or none
  const RecordedEpochs looked_at_;  // by it

  std::size_t unfinished_;   // guarded by the serial record node
  bool complete_ = true;     // likewise
  std::atomic<bool> split_;  // fewer cohorts than threads are left
  UntrainedNetworks untrained_networks_;
  std::vector<CohortInFlight> in_flight_;
};

}  // namespace

bool execute(const Sweep& sweep, std::span<const Cohort> cohorts, const Dataset& data, Backend backend,
             ThreadPool& pool, Observer& observer, const std::atomic<bool>& stop,
             const Checkpoints* checkpoints, const RecordedEpochs* recorded) {
  Execution execution(sweep, cohorts, data, backend, pool.threads(), observer, stop, checkpoints,
                      recorded != nullptr ? *recorded : sweep.config.recorded_epochs());
  bool complete = false;
  pool.execute([&] { complete = execution.run(); });
  return complete;
}

}  // namespace runner
