#include "runner/results/results_data.hpp"

#include "runner/error/error.hpp"

#include "layout.hpp"
#include "stored_file.hpp"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

bool obeys(std::int64_t value, Integers rule) {
  return value >= rule.least && value <= rule.most;
}
bool obeys(double value, PositiveNumbers) {
  return static_cast<float>(value) > 0 && std::isfinite(static_cast<float>(value));
}

/// The values of an axis, which are those that a config may have: others would not be comparable, or lead
/// out of an array.
template <class Value, class Rule>
std::vector<Value> read_column(const StoredFile& file, const std::filesystem::path& path,
                               const Axis<Value, Rule>& axis) {
  const std::string name(axis.name);
  if constexpr (std::is_enum_v<Value>) {
    return file.read_flags<Value>(name);
  } else {
    std::vector<Value> values = file.read<Value>(name);
    for (const Value value : values)
      if (!obeys(value, axis.rule))
        throw bad_input(
            fmt::format("the results file {} is damaged: a run's {} is {}", path.string(), name, value));
    return values;
  }
}

Origin read_origin(const StoredFile& file) {
  Origin origin{file.integer("arithmetic_version"),
                file.text("runner_version"),
                file.text("kernel"),
                file.text("processor"),
                file.text("dataset"),
                file.text("dataset_directory"),
                {},
                file.text("config_text"),
                file.text("config_file"),
                static_cast<std::size_t>(file.integer("train_size")),
                static_cast<std::size_t>(file.integer("validation_size")),
                static_cast<std::size_t>(file.integer("test_size")),
                file.integers("train_class_counts")};
  for (std::size_t f = 0; f < origin.files.size(); ++f)
    origin.files[f] = {file.text(fmt::format("{}_path", layout::data_files[f])),
                       file.text(fmt::format("{}_sha256", layout::data_files[f]))};
  return origin;
}

}  // namespace

ResultsData read_results(const std::filesystem::path& path) {
  StoredFile file(path);
  ResultsData data{path, file.text("title"),         file.text("config"),          read_origin(file),
                   0,    file.extent(layout::input), file.extent(layout::classes), {}};
  const std::size_t length = file.extent(layout::epoch);
  data.epochs = static_cast<int>(length) - 1;

  // A writer puts down epochs first, then how many there are, then that the run is complete. Read in the
  // opposite order nothing can be claimed that has not been seen.
  const auto status = file.read_flags<RunStatus>("status");
  const auto epochs_done = file.epochs_done();
  const auto wall_time = file.read<double>("wall_time");
  std::vector<std::int32_t> weights_epoch(epochs_done.size(), -1);
  if (file.has_weights()) weights_epoch = file.weights_epochs();
  std::array<std::vector<float>, layout::metrics.size()> metrics;
  for (std::size_t m = 0; m < file.metric_count(); ++m) metrics[m] = file.read<float>(layout::metrics[m]);

  std::vector<RunSpec> specs(file.extent(layout::run));
  for_each_axis([&](const auto& axis) {
    const auto column = read_column(file, path, axis);
    for (std::size_t r = 0; r < specs.size(); ++r) specs[r].*axis.value = column[r];
  });
  if (file.has_weights())
    for (const RunSpec& spec : specs)
      if (static_cast<std::uint64_t>(spec.hidden_size) > file.extent(layout::hidden))
        throw bad_input(fmt::format(
            "the results file {} is damaged: a run's hidden_size is {}, its weights have room for {}",
            path.string(), spec.hidden_size, file.extent(layout::hidden)));
  std::vector<std::string> digests = file.digests();
  const auto index = file.read<std::int32_t>("run");

  data.runs.reserve(digests.size());
  for (std::size_t r = 0; r < digests.size(); ++r) {
    StoredRun run{};
    run.run.spec = specs[r];
    run.run.digest = std::move(digests[r]);
    run.run.index = index[r];
    run.status = status[r];
    run.epochs_done = epochs_done[r];
    if (run.status == RunStatus::done && run.epochs_done != data.epochs)
      throw bad_input(fmt::format("the results file {} is damaged: run {} is done after {} of {} epochs",
                                  path.string(), r, run.epochs_done, data.epochs));
    run.wall_time = wall_time[r];
    run.weights_epoch = weights_epoch[r];
    const auto committed = static_cast<std::size_t>(run.epochs_done + 1);
    const std::array columns{&run.train_loss,    &run.train_accuracy,  &run.test_loss,
                             &run.test_accuracy, &run.validation_loss, &run.validation_accuracy};
    for (std::size_t m = 0; m < file.metric_count(); ++m) {
      // What lies behind the mark may be half written: it is not there yet.
      const float* row = metrics[m].data() + r * length;
      columns[m]->assign(row, row + committed);
      columns[m]->resize(length, layout::canonical_nan);
    }
    data.runs.push_back(std::move(run));
  }
  return data;
}

}  // namespace runner
