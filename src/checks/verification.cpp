#include "runner/checks/verification.hpp"

#include "runner/error/error.hpp"
#include "runner/model/versions.hpp"
#include "runner/results/stored_predictions.hpp"
#include "runner/results/stored_weights.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {
namespace {

/// Compares what is trained with what is stored.
class Comparer : public Observer {
 public:
  /// `rows`: of each run of the sweep that is trained, its run in `results`.
  Comparer(const ResultsData& results, std::vector<std::size_t> rows)

      : results_(results),
        weights_(results.file),
        predictions_(results.file),
        rows_(std::move(rows)),
        differs_(rows_.size()) {}

  void on_epoch(std::span<const TrainedEpoch> records) override {
    for (const TrainedEpoch& record : records) {
      const std::size_t row = rows_[record.run];
      const StoredRun& stored = results_.runs[row];
      // Where a run diverges there is no number: the file must say so, too.
      const bool claimed = record.epoch <= stored.epochs_done ||
                           (stored.status == RunStatus::diverged && record.epoch == end_of(stored));
      if (!claimed) continue;
      ++found.epochs;
      if (differs_[record.run]) continue;
      std::optional<Difference> difference = compare_metrics(row, record);
      if (!difference) difference = compare_weights(row, record);
      if (!difference) difference = compare_predictions(row, record);
      if (!difference) continue;
      found.differences.push_back(*difference);
      differs_[record.run] = true;
    }
  }

  Verification found;

 private:
  /// The epoch at which a run that diverged was found to.
  int end_of(const StoredRun& diverged) const { return results_.recorded.next_after(diverged.epochs_done); }

  std::optional<Difference> compare_metrics(std::size_t row, const TrainedEpoch& record) const {
    const StoredRun& stored = results_.runs[row];
    const bool diverged = record.status == RunStatus::diverged;
    if (diverged && record.epoch != end_of(stored))
      return Difference{row, "epochs_done", record.epoch, static_cast<float>(stored.epochs_done),
                        static_cast<float>(results_.recorded.last_before(record.epoch))};
    for (const MetricInfo& line : metric_table) {
      const std::vector<float>& curve = stored.curves[line.metric];
      if (curve.empty()) continue;
      const float trained = diverged ? canonical_nan : canonical(record.metrics[line.metric]);
      const float was = curve[results_.recorded.index_of(record.epoch)];
      if (!unrecorded(line, was) && !same_bits(trained, was))
        return Difference{row, std::string(line.name), record.epoch, was, trained};
    }
    return std::nullopt;
  }

  std::optional<Difference> compare_weights(std::size_t row, const TrainedEpoch& record) const {
    if (!weights_.available()) return std::nullopt;
    std::optional<DifferentWeight> different;
    if (record.epoch == 0) different = weights_.first_different_initial(row, record.state().weights);
    if (!different && record.epoch == results_.runs[row].weights_epoch)
      different = weights_.first_different_last(row, record.state());
    if (!different) return std::nullopt;
    return Difference{row, different->array, record.epoch, different->stored, different->expected};
  }

  std::optional<Difference> compare_predictions(std::size_t row, const TrainedEpoch& record) const {
    if (record.epoch != results_.runs[row].predictions_epoch) return std::nullopt;
    const std::vector<std::uint8_t> stored = predictions_.of_run(row);
    const auto [was, is] = std::mismatch(stored.begin(), stored.end(), record.test_predictions.begin());
    if (was == stored.end()) return std::nullopt;
    return Difference{row, fmt::format("prediction for test image {}", was - stored.begin()), record.epoch,
                      static_cast<float>(*was), static_cast<float>(*is)};
  }

  const ResultsData& results_;
  const StoredWeights weights_;
  const StoredPredictions predictions_;
  const std::vector<std::size_t> rows_;
  std::vector<bool> differs_;
};

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

/// The files of a data set in another folder.
void move_to(DatasetSource& source, const std::filesystem::path& folder) {
  for (std::filesystem::path* file : {&source.arrays[0], &source.arrays[1], &source.arrays[2],
                                      &source.arrays[3], &source.npz, &source.csv[0], &source.csv[1]})
    if (!file->empty()) *file = folder / file->filename();
}

/// Where the data set of a file is now.
DatasetSource source_of(const ResultsData& results, const std::filesystem::path& moved) {
  const DatasetFacts& data = results.origin.data;
  DatasetSource source = parse_stored_config(results.effective_config, results.file).dataset;
  source.name = data.name;
  source.directory.clear();
  source.train_size = data.train_size + data.validation_size;
  source.test_size = data.test_size;
  source.validation_size = data.validation_size;
  const bool of_files = !source.npz.empty() || !source.arrays[0].empty() || !source.csv[0].empty();
  if (!moved.empty() &&
      !is_folder(moved)) {  // an archive has all four arrays, whatever they were read from then
    source.npz = moved;
    source.arrays = {};
    source.csv = {};
  } else if (of_files) {
    if (!moved.empty()) move_to(source, moved);
  } else if (!moved.empty()) {
    source.directory = moved;
  } else if (is_folder(data.directory)) {
    source.directory = data.directory;
  } else if (!is_built_in(data.name)) {
    throw bad_input(fmt::format("the data set that {} was made from is no longer in {}",
                                results.file.string(), data.directory.string()));
  }
  return source;
}

}  // namespace

std::vector<std::size_t> sample_runs(const ResultsData& results, std::size_t count) {
  std::vector<std::size_t> candidates, sample;
  for (std::size_t r = 0; r < results.runs.size(); ++r)
    if (results.runs[r].epochs_done >= 0 || results.runs[r].status == RunStatus::diverged)
      candidates.push_back(r);
  count = std::min(count, candidates.size());
  for (std::size_t i = 0; i < count; ++i) sample.push_back(candidates[i * candidates.size() / count]);
  return sample;
}

Dataset load_origin(const ResultsData& results, const std::filesystem::path& moved) {
  const Origin& origin = results.origin;
  Dataset data = load_dataset(source_of(results, moved));
  for (std::size_t f = 0; f < data.files.size(); ++f)
    if (data.files[f].sha256 != origin.data.files[f].sha256)
      throw failure(fmt::format("{} has changed since {} was made: its SHA-256 is {}, and was {}",
                                data.files[f].path.string(), results.file.string(), data.files[f].sha256,
                                origin.data.files[f].sha256));
  return data;
}

Verification verify(const ResultsData& results, std::span<const std::size_t> runs, const Dataset& data,
                    Backend backend, ThreadPool& pool, const std::atomic<bool>& stop) {
  if (results.origin.arithmetic_version != arithmetic_version)
    throw bad_input(fmt::format(
        "{} was made by runner {} with version {} of the arithmetic, but this program has {}: their "
        "bits cannot be compared",
        results.file.string(), results.origin.runner_version, results.origin.arithmetic_version,
        arithmetic_version));
  const DatasetFacts facts = data;
  Sweep sweep;
  // Runs that have come equally far are trained together, and no farther. What diverged ends by itself.
  std::map<int, std::vector<std::size_t>, std::greater<>> by_epochs;
  std::vector<std::size_t> diverged;
  int longest = 0;
  for (const std::size_t row : runs) {
    const StoredRun& stored = results.runs[row];
    if (run_digest(stored.run.spec, facts) != stored.run.digest)
      throw failure(fmt::format("run {} of {} does not fit its digest {}: the file has been changed", row,
                                results.file.string(), stored.run.digest));
    const bool ends_by_itself = stored.status == RunStatus::diverged;
    longest = std::max(longest,
                       ends_by_itself ? results.recorded.next_after(stored.epochs_done) : stored.epochs_done);
    (ends_by_itself ? diverged : by_epochs[stored.epochs_done]).push_back(sweep.runs.size());
    sweep.runs.push_back(stored.run);
  }
  std::vector<std::size_t>& first = by_epochs[longest];
  first.insert(first.end(), diverged.begin(), diverged.end());
  Comparer comparer(results, {runs.begin(), runs.end()});
  comparer.found.complete = true;
  for (const auto& [epochs, equally_long] : by_epochs) {
    if (!comparer.found.complete) break;
    sweep.config.epochs = std::max(epochs, 0);
    const RecordedEpochs recorded = results.recorded.up_to(sweep.config.epochs);
    comparer.found.complete = execute(sweep, make_cohorts(sweep, data, equally_long, pool.threads()), data,
                                      backend, pool, comparer, stop, nullptr, &recorded);
  }
  std::sort(comparer.found.differences.begin(), comparer.found.differences.end(),
            [](const Difference& a, const Difference& b) { return a.run < b.run; });
  return comparer.found;
}

}  // namespace runner
