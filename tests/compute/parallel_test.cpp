#include "runner/compute/parallel.hpp"

#include "support/temporary_directory.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

TEST(ForEachPart, RunsInOrderOnTheCallerWhenNotSplit) {
  std::vector<std::size_t> parts;
  const auto caller = std::this_thread::get_id();
  for_each_part(4, false, [&](std::size_t part, std::size_t slot) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(slot, 0u);
    parts.push_back(part);
  });
  EXPECT_EQ(parts, (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST(ForEachPart, RunsNothingForNoParts) {
  for (const bool split : {false, true}) for_each_part(0, split, [](std::size_t, std::size_t) { FAIL(); });
}

TEST(ForEachPart, RunsEveryPartOnceWhenSplit) {
  ThreadPool pool(3);
  std::vector<std::atomic<int>> runs(1000);
  pool.execute(
      [&] { for_each_part(runs.size(), true, [&](std::size_t part, std::size_t) { ++runs[part]; }); });
  for (const auto& n : runs) EXPECT_EQ(n, 1);
}

TEST(ForEachPart, NeverGivesASlotToTwoThreadsAtOnce) {
  ThreadPool pool(4);
  pool.execute([] {
    ASSERT_EQ(slots(), 4u);
    std::vector<std::atomic<bool>> taken(slots());
    for_each_part(200, true, [&](std::size_t, std::size_t slot) {
      ASSERT_LT(slot, taken.size());
      EXPECT_FALSE(taken[slot].exchange(true));
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      taken[slot] = false;
    });
  });
}

// oneTBB gives an arena no more threads than there are cores unless told to: ask for twice as many and count.
TEST(ThreadPool, HasByDefaultNoMoreThreadsThanItHasProcessorTimeFor) {
  const test::TemporaryDirectory root;
  const std::size_t processors = ThreadPool::default_threads(root.path());
  EXPECT_GE(processors, 1u);
  std::filesystem::create_directories(root / "proc/self");
  std::filesystem::create_directories(root / "sys/fs/cgroup/box");
  std::ofstream(root / "proc/self/cgroup") << "0::/box\n";
  std::ofstream(root / "sys/fs/cgroup/box/cpu.max") << "50000 100000\n";
  EXPECT_EQ(ThreadPool::default_threads(root.path()), 1u);
  std::ofstream(root / "sys/fs/cgroup/box/cpu.max") << "900000000 100000\n";
  EXPECT_EQ(ThreadPool::default_threads(root.path()), processors);
}

TEST(ThreadPool, HasAsManyThreadsAsAskedForBeyondTheCores) {
  const std::size_t wanted = 2 * std::max(1u, std::thread::hardware_concurrency()) + 1;
  ThreadPool pool(wanted);
  std::mutex mutex;
  std::set<std::thread::id> seen;
  std::atomic<std::size_t> inside{0};
  pool.execute([&] {
    for_each_part(wanted, true, [&](std::size_t, std::size_t) {
      {
        const std::lock_guard lock(mutex);
        seen.insert(std::this_thread::get_id());
      }
      ++inside;
      // Each thread waits for the others, so that none can do two parts while one is missing.
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (inside < wanted && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    });
  });
  EXPECT_EQ(seen.size(), wanted);
}

TEST(ThreadPool, HasThemBesideASmallerOneAndEachTimeItIsUsed) {
  const ThreadPool smaller(1);
  ThreadPool pool(3);
  for (int time = 0; time < 20; ++time) {
    std::atomic<std::size_t> inside{0};
    pool.execute([&] {
      for_each_part(3, true, [&](std::size_t, std::size_t) {
        ++inside;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (inside < 3 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
      });
      EXPECT_EQ(inside, 3u);
    });
  }
}

TEST(ThreadPool, HandsOnWhatTheWorkThrows) {
  ThreadPool pool(2);
  EXPECT_THROW(pool.execute([] { throw std::runtime_error("x"); }), std::runtime_error);
  EXPECT_THROW(pool.execute([] {
    for_each_part(8, true, [](std::size_t, std::size_t) { throw std::runtime_error("x"); });
  }),
               std::runtime_error);
}

}  // namespace
}  // namespace runner
