#pragma once

#include "runner/execution/execute.hpp"
#include "runner/results/results_file.hpp"

#include "results/example.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

/// What the fuzzers of results files and of checkpoints share.
namespace runner::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(stream), {});
}

/// A new file each time: HDF5 would know the old one again.
inline void write_bytes(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::remove(path);
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!stream.flush()) throw std::runtime_error("cannot write " + path.string());
}

inline const Backend& small_backend() {
  static const Backend backend = make_backend("reference", baseline_instruction_set());
  return backend;
}

inline ThreadPool& one_thread() {
  static ThreadPool pool(1);
  return pool;
}

/// Goes on with a results file until so many epochs of cohorts have been trained, as a sweep that is stopped.
inline void train_some(const std::filesystem::path& path, const Sweep& sweep, const Dataset& data,
                       int epochs) {
  ResultsFile file(path, sweep, data, example_provenance, {.commit_interval = std::chrono::milliseconds(0)});
  /// Hands on, and asks to stop in the end.
  struct Stopper : Observer {
    ResultsFile& file;
    int left;
    std::atomic<bool> stop{false};
    Stopper(ResultsFile& to, int calls) : file(to), left(calls) {}
    void on_epoch(std::span<const TrainedEpoch> records) override {
      std::vector<TrainedEpoch> copies(records.begin(), records.end());
      stop = --left <= 0;
      for (TrainedEpoch& record : copies) record.paused = stop && record.status == RunStatus::running;
      file.on_epoch(copies);
    }
    void on_stop_between(std::span<const TrainedEpoch> records) override { file.on_stop_between(records); }
  } stopper(file, epochs);
  const auto missing = file.missing();
  execute(sweep, make_cohorts(sweep, data, missing, file.epochs(), 1), data, small_backend(), one_thread(),
          stopper, stopper.stop, &file, &file.recorded());
  file.close();
}

}  // namespace runner::test
