#include "runner/report/curves_csv.hpp"

#include "runner/report/comparison.hpp"
#include "runner/report/csv.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr std::size_t part_size = 1 << 16;

std::string heads_of_curves() {
  std::string line = "file,run";
  for (const AxisInfo& axis : axis_table()) line.append(",").append(axis.name);
  line += ",status,epoch";
  for (const MetricInfo& metric : metric_table) line.append(",").append(metric.name);
  return line + "\r\n";
}

/// What all rows of a run begin with.
std::string beginning_of_rows(const std::string& file, const StoredRun& run) {
  std::string line = fmt::format("{},{}", file, run.run.index);
  for (const AxisInfo& axis : axis_table())
    line.append(",").append(axis.applies(run.run.spec) ? axis.text(run.run.spec) : "");
  return fmt::format("{},{}", line, to_string(run.status));
}

void add_row(std::string& rows, const std::string& beginning, int epoch, const Metrics& metrics) {
  rows += fmt::format("{},{}", beginning, epoch);
  for (const MetricInfo& metric : metric_table) {
    const float value = metrics[metric.metric];
    rows += std::isfinite(value) ? fmt::format(",{}", value) : std::string(",");
  }
  rows += "\r\n";
}

}  // namespace

void write_curves_csv(std::span<const ResultsData> files, const Sink& put) {
  const std::vector<std::string> names = names_of(files);
  std::string rows = heads_of_curves();
  for (std::size_t f = 0; f < files.size(); ++f) {
    const ResultsData& results = files[f];
    for (const StoredRun& run : results.runs) {
      const std::string beginning = beginning_of_rows(csv_field(names[f]), run);
      for (std::size_t i = 0; i < results.recorded.count_to(run.epochs_done); ++i) {
        add_row(rows, beginning, results.recorded[i], run.metrics(i));
        if (rows.size() < part_size) continue;
        put(rows);
        rows.clear();
      }
    }
  }
  put(rows);
}

}  // namespace runner
