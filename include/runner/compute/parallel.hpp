#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>

namespace runner {

/// The threads that compute: one oneTBB arena and those that work in it. The one place where
/// threads that compute are made.
class ThreadPool {
 public:
  /// `threads` ≥ 1, the calling thread included; may exceed the number of cores. Throws Error (failure) where
  /// so many cannot be made.
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// As many threads as this process may run at once: the processors that it may run on (its affinity), and
  /// no more than its control groups give it time for (processor_quota, which explains `root`).
  static std::size_t default_threads(const std::filesystem::path& root = "/");

  std::size_t threads() const noexcept { return threads_; }

  /// Runs `work` inside the arena and waits for it; what it throws comes out here.
  void execute(const std::function<void()>& work);

 private:
  class Arena;
  std::size_t threads_;
  std::unique_ptr<Arena> arena_;
};

/// How many slots for_each_part uses at most: the threads of the caller's arena.
std::size_t slots();

/// body(part, slot) for 0 ≤ part < count: in order on the calling thread with slot 0 or, if `split`, on all
/// threads of the caller's arena, in no order, a slot below slots() for each thread, so that memory may be
/// kept by slot.
///
/// A thread that waits for the others takes no foreign work meanwhile (isolated). Results must not depend on
/// the order.
void for_each_part(std::size_t count, bool split, const std::function<void(std::size_t, std::size_t)>& body);

}  // namespace runner
