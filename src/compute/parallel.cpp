#include "runner/compute/parallel.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

namespace runner {

namespace tbb = oneapi::tbb;

// Without the limit's being raised, an arena larger than the machine silently gets no more threads than there
// are cores.
struct ThreadPool::Arena {
  explicit Arena(int threads)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)),
        arena(threads) {}
  tbb::global_control limit;
  tbb::task_arena arena;
};

ThreadPool::ThreadPool(std::size_t threads)
    : threads_(threads), arena_(std::make_unique<Arena>(static_cast<int>(threads))) {}

ThreadPool::~ThreadPool() = default;

std::size_t ThreadPool::default_threads() {
  return static_cast<std::size_t>(tbb::info::default_concurrency());
}

void ThreadPool::execute(const std::function<void()>& work) {
  arena_->arena.execute(work);
}

std::size_t slots() {
  return static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
}

void for_each_part(std::size_t count, bool split, const std::function<void(std::size_t, std::size_t)>& body) {
  if (!split || count < 2) {
    for (std::size_t part = 0; part < count; ++part) body(part, 0);
    return;
  }
  const auto run = [&](std::size_t part) {
    body(part, static_cast<std::size_t>(tbb::this_task_arena::current_thread_index()));
  };
  // Parts are large, and few: each is a task of its own.
  tbb::this_task_arena::isolate(
      [&] { tbb::parallel_for(std::size_t{0}, count, run, tbb::simple_partitioner()); });
}

}  // namespace runner
