#include "runner/results/writer.hpp"

#include "runner/results/results_file.hpp"

#include "example.hpp"
#include "results/machine.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace runner::test {
namespace {

const Dataset data = tiny_dataset();
const Sweep sweep = sweep_of(example_config, data);

class CurrentWriter : public testing::Test {
 protected:
  ResultsFile open() { return {path, sweep, data, example_provenance, {}}; }

  void write_lock(const std::string& text) { std::ofstream(lock) << text; }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5", lock = folder / "example.h5.lock";
};

TEST_F(CurrentWriter, IsNobodyWhereThereIsNoFile) {
  EXPECT_FALSE(current_writer(path));
  EXPECT_FALSE(current_writer(folder / "nowhere/example.h5"));
}

TEST_F(CurrentWriter, IsTheOneThatHasTheFileOpen) {
  const auto before = std::chrono::system_clock::now();
  ResultsFile file = open();
  const auto writer = current_writer(path);
  ASSERT_TRUE(writer);
  EXPECT_EQ(writer->pid, getpid());
  EXPECT_EQ(writer->host, host_name());
  EXPECT_GT(writer->since, before - std::chrono::seconds(1));  // cut to seconds
  EXPECT_LE(writer->since, std::chrono::system_clock::now());
  file.close();
  EXPECT_FALSE(current_writer(path));
}

TEST_F(CurrentWriter, IsFoundByAnotherNameOfTheFile) {
  const ResultsFile file = open();
  std::filesystem::create_symlink(path, folder / "link.h5");
  EXPECT_TRUE(current_writer(folder / "link.h5"));
  EXPECT_TRUE(current_writer(std::filesystem::relative(path)));
}

TEST_F(CurrentWriter, IsNobodyWhereALockFileWasLeftBehind) {
  // This process lives, but holds no lock: its number was that of another once.
  if (std::filesystem::exists("/proc/locks")) {
    write_lock(fmt::format("pid {} on {} since 2024-05-01T12:00:00Z\n", getpid(), host_name()));
    EXPECT_FALSE(current_writer(path));
  }
  // No process has this number.
  write_lock(fmt::format("pid 2147483647 on {} since 2024-05-01T12:00:00Z\n", host_name()));
  EXPECT_FALSE(current_writer(path));
}

TEST_F(CurrentWriter, OnAnotherHostCountsAsAtWork) {
  write_lock("pid 4711 on elsewhere.example since 2024-05-01T12:00:00Z\n");
  const auto writer = current_writer(path);
  ASSERT_TRUE(writer);
  EXPECT_EQ(writer->pid, 4711);
  EXPECT_EQ(writer->host, "elsewhere.example");
  EXPECT_EQ(std::chrono::system_clock::to_time_t(writer->since), 1714564800);
}

TEST_F(CurrentWriter, IsNobodyWhereTheLockFileSaysSomethingElse) {
  for (const char* text :
       {"", "\n", "pid", "pid 4711 on elsewhere", "pid x on elsewhere since 2024-05-01T12:00:00Z",
        "pid -1 on elsewhere since 2024-05-01T12:00:00Z", "pid 4711 on elsewhere since yesterday",
        "pid 4711 on elsewhere since 2024-05-01T12:00:00Zzz"}) {
    write_lock(text);
    EXPECT_FALSE(current_writer(path)) << text;
  }
}

}  // namespace
}  // namespace runner::test
