#include "runner/system/limits.hpp"

#include "support/temporary_directory.hpp"

#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// A made-up machine: what its kernel says.
class Limits : public testing::Test {
 protected:
  void says(const std::string& file, const std::string& text) {
    const fs::path path = root_ / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text << '\n';
  }
  MemoryLimit memory() const { return memory_limit(root_.path()); }
  std::size_t quota() const { return processor_quota(root_.path()); }

  test::TemporaryDirectory root_;
};

class ControlGroupMemory : public Limits {};

TEST_F(ControlGroupMemory, IsNotLimitedWhereNothingSaysSo) {
  EXPECT_EQ(memory().owner, "this machine has");
  EXPECT_GT(memory().bytes, 1e6);
  EXPECT_EQ(memory().taken, 0);
}

TEST_F(ControlGroupMemory, IsThatOfVersion2) {
  says("proc/self/cgroup", "0::/box");
  says("sys/fs/cgroup/box/memory.max", "max");
  EXPECT_EQ(memory().owner, "this machine has");
  says("sys/fs/cgroup/box/memory.max", "125829120");
  says("sys/fs/cgroup/box/memory.swap.max", "0");
  EXPECT_EQ(memory().owner, "this control group may have");
  EXPECT_EQ(memory().bytes, 125829120);
}

TEST_F(ControlGroupMemory, IsThatAtWhichProcessesAreHeldUp) {
  says("proc/self/cgroup", "0::/box");
  says("sys/fs/cgroup/box/memory.max", "2000000");
  says("sys/fs/cgroup/box/memory.high", "1000000");
  says("sys/fs/cgroup/box/memory.swap.max", "0");
  EXPECT_EQ(memory().bytes, 1000000);
}

TEST_F(ControlGroupMemory, IsTheLeastOfAllGroupsThatContainIt) {
  says("proc/self/cgroup", "0::/outer/middle/inner");
  for (const char* group : {"outer", "outer/middle", "outer/middle/inner"})
    says(std::string("sys/fs/cgroup/") + group + "/memory.swap.max", "0");
  says("sys/fs/cgroup/outer/middle/inner/memory.max", "3000000");
  says("sys/fs/cgroup/outer/middle/memory.max", "max");
  says("sys/fs/cgroup/outer/memory.max", "2000000");
  EXPECT_EQ(memory().bytes, 2000000);
}

TEST_F(ControlGroupMemory, IsThatOfVersion1) {
  says("proc/self/cgroup", "9:cpu,cpuacct:/other\n8:memory:/box\n0::/");
  says("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "1000000");
  says("sys/fs/cgroup/memory/box/memory.memsw.limit_in_bytes", "1000000");
  says("sys/fs/cgroup/memory/other/memory.memsw.limit_in_bytes", "1000");
  EXPECT_EQ(memory().owner, "this control group may have");
  EXPECT_EQ(memory().bytes, 1000000);
}

TEST_F(ControlGroupMemory, IsFoundWhereAContainerSeesItsOwnGroupAsTheTopmost) {
  says("proc/self/cgroup", "8:memory:/docker/0123456789abcdef");
  says("sys/fs/cgroup/memory/memory.memsw.limit_in_bytes", "1000000");
  EXPECT_EQ(memory().bytes, 1000000);
}

class TakenMemory : public Limits {};

TEST_F(TakenMemory, IsWhatIsInMemoryAndNoFile) {
  says("proc/self/cgroup", "0::/box");
  says("sys/fs/cgroup/box/memory.max", "1000000");
  says("proc/self/statm", "1000 50 20 5 0 400 0");
  EXPECT_EQ(memory().taken, 30 * static_cast<double>(sysconf(_SC_PAGESIZE)));
}

TEST_F(TakenMemory, DecidesWhichLimitIsTheTightest) {
  // 10 GB of addresses, 100 pages in memory: 1 GB of addresses more than there may be.
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  says("proc/self/cgroup", "0::/box");
  says("sys/fs/cgroup/box/memory.max", "8000000");
  says("sys/fs/cgroup/box/memory.swap.max", "0");
  says("proc/self/statm", std::to_string(static_cast<long>(1e10 / page)) + " 100 0 5 0 400 0");
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  if (before.rlim_max != RLIM_INFINITY && before.rlim_max < rlim_t{1} << 46) GTEST_SKIP() << "a hard limit";
  const rlimit now{rlim_t{1} << 46, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &now), 0);
  const MemoryLimit roomy = memory();
  says("proc/self/statm", std::to_string(static_cast<long>(0x1p46 / page)) + " 100 0 5 0 400 0");
  const MemoryLimit tight = memory();
  setrlimit(RLIMIT_AS, &before);
  EXPECT_EQ(roomy.owner, "this control group may have");
  EXPECT_EQ(tight.owner, "this process may have (ulimit)");
  EXPECT_EQ(tight.taken, 0x1p46);
}

class ProcessorQuota : public Limits {};

TEST_F(ProcessorQuota, IsNoneWhereNothingSaysSo) {
  EXPECT_EQ(quota(), no_quota);
  says("proc/self/cgroup", "0::/box\n5:cpu:/old");
  says("sys/fs/cgroup/box/cpu.max", "max 100000");
  says("sys/fs/cgroup/cpu/old/cpu.cfs_quota_us", "-1");
  says("sys/fs/cgroup/cpu/old/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota(), no_quota);
}

TEST_F(ProcessorQuota, IsRoundedUp) {
  says("proc/self/cgroup", "0::/box");
  says("sys/fs/cgroup/box/cpu.max", "50000 100000");
  EXPECT_EQ(quota(), 1u);
  says("sys/fs/cgroup/box/cpu.max", "200000 100000");
  EXPECT_EQ(quota(), 2u);
  says("sys/fs/cgroup/box/cpu.max", "250000 100000");
  EXPECT_EQ(quota(), 3u);
}

TEST_F(ProcessorQuota, IsTheLeastOfAllGroupsThatContainIt) {
  says("proc/self/cgroup", "0::/outer/inner");
  says("sys/fs/cgroup/outer/inner/cpu.max", "800000 100000");
  says("sys/fs/cgroup/outer/cpu.max", "400000 100000");
  EXPECT_EQ(quota(), 4u);
}

TEST_F(ProcessorQuota, IsThatOfVersion1) {
  says("proc/self/cgroup", "5:cpu,cpuacct:/box\n8:memory:/");
  says("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "150000");
  says("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota(), 2u);
}

TEST(FreeSpace, IsThatOfTheNearestFolder) {
  const test::TemporaryDirectory folder;
  const std::optional<std::uint64_t> here = free_space(folder.path());
  ASSERT_TRUE(here);
  EXPECT_GT(*here, 0u);
  EXPECT_TRUE(free_space(folder / "not" / "there" / "yet"));
  EXPECT_TRUE(free_space("results"));
  EXPECT_EQ(free_space("/proc"), std::nullopt);  // has no size
}

TEST(ObstacleToWriting, IsAFileInPlaceOfTheFolder) {
  const test::TemporaryDirectory folder;
  EXPECT_EQ(obstacle_to_writing(folder / "x.h5"), "");
  EXPECT_EQ(obstacle_to_writing(folder / "not" / "there" / "yet.h5"), "");
  EXPECT_EQ(obstacle_to_writing("x.h5"), "");
  std::ofstream(folder / "file") << "x";
  EXPECT_EQ(obstacle_to_writing(folder / "file"), "");
  const std::string problem = (folder / "file").string() + ": Not a directory";
  EXPECT_EQ(obstacle_to_writing(folder / "file" / "x.h5"), problem);
  EXPECT_EQ(obstacle_to_writing(folder / "file" / "deeper" / "x.h5"), problem);
}

}  // namespace
}  // namespace runner
