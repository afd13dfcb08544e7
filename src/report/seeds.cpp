#include "seeds.hpp"

#include <map>
#include <utility>

namespace runner {

std::vector<Runs> configurations_of(const ResultsData& results) {
  std::vector<Runs> configurations;
  std::map<RunSpec, std::size_t> known;
  for (const StoredRun& stored : results.runs) {
    RunSpec but_for_the_seed = stored.run.spec;
    but_for_the_seed.seed = 0;
    const auto [at, is_new] = known.try_emplace(but_for_the_seed, configurations.size());
    if (is_new) configurations.emplace_back();
    configurations[at->second].push_back(&stored);
  }
  return configurations;
}

Runs done_of(const Runs& runs) {
  Runs done;
  for (const StoredRun* run : runs)
    if (run->status == RunStatus::done) done.push_back(run);
  return done;
}

double gap_after(const StoredRun& run, std::size_t epoch) {
  return static_cast<double>(run.train_accuracy[epoch]) - static_cast<double>(run.test_accuracy[epoch]);
}

Seeds::Seeds(Runs runs) : runs_(std::move(runs)) {}

Estimate Seeds::at(Metric metric, std::size_t epoch) const {
  return estimate(values(metric, epoch));
}

Estimate Seeds::difference(Metric a, std::size_t epoch_a, Metric b, std::size_t epoch_b) const {
  std::vector<double> differences = values(a, epoch_a);
  const std::vector<double> subtracted = values(b, epoch_b);
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= subtracted[i];
  return estimate(differences);
}

std::vector<double> Seeds::curve(Metric metric) const {
  std::vector<double> means((runs_.front()->*metric).size());
  for (std::size_t e = 0; e < means.size(); ++e) means[e] = mean(values(metric, e));
  return means;
}

std::vector<double> Seeds::values(Metric metric, std::size_t epoch) const {
  std::vector<double> result;
  for (const StoredRun* run : runs_) result.push_back((run->*metric)[epoch]);
  return result;
}

Seeds::Metric chosen_accuracy(bool validated) {
  return validated ? &StoredRun::validation_accuracy : &StoredRun::test_accuracy;
}

Seeds::Metric chosen_loss(bool validated) {
  return validated ? &StoredRun::validation_loss : &StoredRun::test_loss;
}

std::string_view chosen_set(bool validated) {
  return validated ? "validation" : "test";
}

}  // namespace runner
