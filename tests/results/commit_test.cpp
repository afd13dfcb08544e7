#include "runner/error/error.hpp"
#include "runner/results/hdf5.hpp"
#include "runner/results/results_data.hpp"

#include "example.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>
#include <future>
#include <tuple>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

/// What happens in place of the next fdatasync; it returns an errno value, or 0 to let it be done.
std::function<int()> instead_of_sync;

}  // namespace

// Stands before the C library's, so that a test can look at the file at each sync, and let one fail.
extern "C" int fdatasync(int descriptor) {
  if (instead_of_sync)
    errno = instead_of_sync();
  else
    errno = 0;
  return errno != 0 ? -1 : static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

// For LeakSanitizer: HDF5 keeps some memory of a file that it could not close.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libhdf5";
}

namespace runner::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// As the program does: HDF5 crashes at the end after a file that it could not close.
[[maybe_unused]] const bool clean_up_is_left_out = (leave_out_hdf5_clean_up(), true);

const Dataset data = tiny_dataset();

class ACommit : public testing::Test {
 protected:
  ~ACommit() override { instead_of_sync = nullptr; }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
  const Sweep sweep = sweep_of(example_config, data);
};

template <class Work>
std::string failure_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failure);
    return error.what();
  }
  ADD_FAILURE() << "no Error";
  return "";
}

TEST_F(ACommit, PutsDataThenProgressThenStatus) {
  using Seen = std::tuple<float, int, int>;  // train_loss, epochs_done, status of run 1
  std::vector<Seen> seen;
  const auto look = [&] {
    StoredFile file(path);
    seen.emplace_back(file.read<float>("train_loss")[1 * 3 + 2], file.read<std::int32_t>("epochs_done")[1],
                      file.read<std::int8_t>("status")[1]);
    return 0;
  };
  ResultsFile file(path, sweep, data, example_provenance,
                   {.commit_interval = 1h, .notify = [&](auto) { seen.emplace_back(0.0f, 0, 0); }});
  write_run(file, 1);
  instead_of_sync = look;
  file.close();
  EXPECT_THAT(seen, ElementsAre(Seen{1.2f, -1, 0}, Seen{1.2f, 2, 0}, Seen{1.2f, 2, 2}, Seen{0.0f, 0, 0}));
}

TEST_F(ACommit, TellsOfEpochsInTheirOrderOnceTheyAreOnFile) {
  std::vector<std::tuple<std::size_t, int, float>> told;
  bool on_file = true;
  const auto committed = [&](std::span<const DurableEpoch> epochs) {
    const ResultsData results = read_results(path);
    for (const DurableEpoch& e : epochs) {
      told.emplace_back(e.run, e.epoch, e.metrics[Metric::train_loss]);
      on_file = on_file &&
                results.runs[e.run].curves[Metric::train_loss][static_cast<std::size_t>(e.epoch)] ==
                    e.metrics[Metric::train_loss] &&
                results.runs[e.run].epochs_done >= e.epoch;
    }
  };
  ResultsFile file(path, sweep, data, example_provenance, {.commit_interval = 0ms, .notify = committed});
  write_epoch(file, 2, 0);
  write_epoch(file, 0, 0);
  write_epoch(file, 2, 1);
  file.close();
  EXPECT_THAT(told, ElementsAre(std::tuple(2u, 0, 2.0f), std::tuple(0u, 0, 0.0f), std::tuple(2u, 1, 2.1f)));
  EXPECT_TRUE(on_file);
}

TEST_F(ACommit, UnmarksWeightsBeforeItWritesOverThem) {
  const auto saving = [](int epochs) {
    std::string text = example_config;
    text.replace(text.find("\"epochs\": 2"), 11,
                 fmt::format("\"save_weights\": true, \"epochs\": {}", epochs));
    return sweep_of(text, data);
  };
  const auto write = [](ResultsFile& file, int epoch, RunStatus status, float value) {
    TrainedEpoch record = record_of(1, epoch, status);
    record.state = [value] {
      return TrainingState{constant_weights({data.pixels, 3, data.classes}, value), {}};
    };
    file.on_epoch({&record, 1});
  };
  {
    ResultsFile file(path, saving(1), data, example_provenance, {});
    write(file, 0, RunStatus::running, 1);
    write(file, 1, RunStatus::done, 2);
    file.close();
  }
  ResultsFile file(path, saving(3), data, example_provenance, {.commit_interval = 1h});
  EXPECT_THAT(file.epochs(), ElementsAre(0, 1, 0, 0));
  EXPECT_EQ(file.state(1).weights.W1.front(), 2);

  using Seen = std::tuple<float, int, int, int>;  // W1, weights_epoch, epochs_done, status of run 1
  std::vector<Seen> seen;
  const auto look = [&] {
    StoredFile stored(path);
    seen.emplace_back(stored.read_row("weights/W1", 1)[0], stored.weights_epochs()[1],
                      stored.epochs_done()[1], stored.read<std::int8_t>("status")[1]);
    return 0;
  };
  write(file, 2, RunStatus::running, 3);
  write(file, 3, RunStatus::done, 4);
  instead_of_sync = look;
  file.close();
  EXPECT_THAT(seen, ElementsAre(Seen{2, -1, 1, 1}, Seen{4, -1, 1, 1}, Seen{4, 3, 3, 1}, Seen{4, 3, 3, 2}));
}

TEST_F(ACommit, GathersEpochsForItsInterval) {
  std::vector<std::size_t> groups;
  ResultsFile file(path, sweep, data, example_provenance,
                   {.commit_interval = 1h, .notify = [&](auto epochs) { groups.push_back(epochs.size()); }});
  for (std::size_t run = 0; run < 4; ++run) write_run(file, run);
  file.close();
  EXPECT_THAT(groups, ElementsAre(12));
}

TEST_F(ACommit, ComesByItselfWhenTheIntervalIsOver) {
  std::promise<std::size_t> told;
  ResultsFile file(path, sweep, data, example_provenance,
                   {.commit_interval = 10ms, .notify = [&](auto epochs) { told.set_value(epochs.size()); }});
  write_epoch(file, 3, 0);
  EXPECT_EQ(told.get_future().get(), 1u);
  EXPECT_EQ(read_results(path).runs[3].epochs_done, 0);
}

TEST_F(ACommit, DoesNotWaitForTheIntervalWhenMuchHasBeenGathered) {
  const Sweep wide =
      sweep_of(R"({"hidden_size": 4000, "batch_size": 10, "epochs": 2, "save_weights": true})", data);
  std::atomic<int> commits = 0;
  ResultsFile file(path, wide, data, example_provenance,
                   {.commit_interval = 1h, .notify = [&](auto) { ++commits; }});
  TrainedEpoch record = record_of(0, 0);
  record.state = [] { return TrainingState{constant_weights({data.pixels, 4000, data.classes}, 0), {}}; };
  for (int i = 0; i < 300; ++i) file.on_epoch({&record, 1});  // 180 MB
  EXPECT_GE(commits, 1);
  file.close();
}

TEST_F(ACommit, ThatFailsIsReportedWithItsCause) {
  int told = 0;
  ResultsFile file(path, sweep, data, example_provenance,
                   {.commit_interval = 1h, .notify = [&](auto) { ++told; }});
  write_run(file, 0);
  instead_of_sync = [] { return ENOSPC; };
  EXPECT_THAT(failure_of([&] { file.close(); }),
              AllOf(HasSubstr(path), HasSubstr("No space left on device")));
  EXPECT_EQ(told, 0);
  EXPECT_EQ(read_results(path).runs[0].epochs_done, -1);
  EXPECT_THAT(file.missing(), ElementsAre(0, 1, 2, 3));
}

TEST_F(ACommit, ThatFailedStopsTheSweepAtTheNextEpoch) {
  ResultsFile file(path, sweep, data, example_provenance, {.commit_interval = 0ms});
  instead_of_sync = [] { return EIO; };
  const auto until_it_throws = [&] {
    for (int i = 0; i < 10'000; ++i) {
      write_epoch(file, 0, 0);
      std::this_thread::sleep_for(1ms);
    }
  };
  EXPECT_THAT(failure_of(until_it_throws), HasSubstr("Input/output error"));
  EXPECT_THAT(failure_of([&] { file.close(); }), HasSubstr("Input/output error"));
}

TEST_F(ACommit, WritesNothingButRawData) {
  const auto bytes = [&] {
    std::ifstream stream(path, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(stream), {}};
  };
  const Sweep saving =
      sweep_of(R"({"hidden_size": [2, 3], "batch_size": 10, "epochs": 2, "save_weights": true})", data);
  ResultsFile file(path, saving, data, example_provenance, {});
  std::string before = bytes();
  for (const RunStatus status : {RunStatus::running, RunStatus::done}) {
    TrainedEpoch record = record_of(1, status == RunStatus::done ? 1 : 0, status);
    record.state = [] { return TrainingState{constant_weights({data.pixels, 3, data.classes}, 1), {}}; };
    file.on_epoch({&record, 1});
  }
  file.close();
  std::string after = bytes();
  ASSERT_EQ(after.size(), before.size());
  EXPECT_NE(after, before);

  StoredFile stored(path);
  for (const layout::Variable& variable : layout::variables(stored.parts())) {
    const std::uint64_t count =
        layout::byte_count(variable, layout::extents(saving.runs, stored.recorded().size(), data));
    before.replace(stored.offset(variable.name), count, count, '\0');
    after.replace(stored.offset(variable.name), count, count, '\0');
  }
  EXPECT_TRUE(after == before) << "bytes outside the arrays have changed";
}

/// Lets no file grow past a size, as a full disk would, for as long as it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(ACommit, ThatCannotWriteIsReported) {
  ResultsFile file(path, sweep, data, example_provenance, {.commit_interval = 1h});
  write_run(file, 0);
  const FileSizeLimit limit(1000);
  EXPECT_THAT(failure_of([&] { file.close(); }), AllOf(HasSubstr(path), HasSubstr("File too large")));
}

TEST_F(ACommit, IsNotTriedWhereTheFileCannotBeMade) {
  {
    ResultsFile file(path, sweep, data, example_provenance, {});
    write_run(file, 0);
    file.close();
  }
  {
    const FileSizeLimit limit(8000);
    const auto replace = [&] { ResultsFile(path, sweep, data, example_provenance, {.fresh = true}); };
    EXPECT_THAT(failure_of(replace), AllOf(HasSubstr(path), HasSubstr("File too large")));
  }
  EXPECT_EQ(read_results(path).runs[0].status, RunStatus::done);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, ElementsAre("example.h5"));
}

}  // namespace
}  // namespace runner::test
