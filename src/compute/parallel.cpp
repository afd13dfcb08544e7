#include "runner/compute/parallel.hpp"

#include "runner/error/error.hpp"
#include "runner/system/limits.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

namespace runner {

namespace tbb = oneapi::tbb;

// All threads are ours, and come into the arena by themselves: where oneTBB makes one and cannot, the program
// ends without a word.
class ThreadPool::Arena {
 public:
  explicit Arena(std::size_t threads)
      : arena_(static_cast<int>(threads), static_cast<unsigned>(threads)), stays_(threads - 1) {
    // Whoever comes after one for whom this has failed for want of memory waits for ever: helpers must not.
    arena_.initialize();
    helpers_.reserve(threads - 1);
    try {
      for (std::size_t helper = 0; helper + 1 < threads; ++helper)
        helpers_.emplace_back([this, helper] { help_whenever_there_is_work(helper); });
    } catch (const std::system_error& error) {
      const std::size_t made = helpers_.size() + 1;
      dismiss();
      throw system_failure(
          fmt::format("cannot make {} threads, only {} (--threads asks for fewer)", threads, made),
          error.code().value());
    } catch (...) {
      dismiss();
      throw;
    }
  }
  ~Arena() { dismiss(); }

  void execute(const std::function<void()>& work) {
    const Session session(*this);
    arena_.execute(work);
  }

 private:
  /// For as long as it lives, helpers are in the arena.
  class Session {
   public:
    explicit Session(Arena& arena) : arena_(arena) {
      const std::lock_guard lock(arena_.mutex_);
      ++arena_.sessions_;
      arena_.open_ = true;
      arena_.changed_.notify_all();
    }
    ~Session() {
      const std::lock_guard lock(arena_.mutex_);
      arena_.open_ = false;
      for (tbb::task_handle& stay : arena_.stays_) stay = {};
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

   private:
    Arena& arena_;
  };

  void help_whenever_there_is_work(std::size_t helper) {
    std::size_t helped = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return over_ || (open_ && sessions_ != helped); });
      if (over_) return;
      helped = sessions_;
      try {
        help(helper, lock);
      } catch (const std::exception&) {
        // There is no memory to help with; the others do the work.
      }
    }
  }

  /// A thread in an arena takes tasks while it waits: for one that is never run, and dropped in the end. The
  /// lock is held before and after.
  void help(std::size_t helper, std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    std::unique_ptr<tbb::task_group> group;
    tbb::task_handle stay;
    try {
      arena_.execute([] {});  // what oneTBB has for a thread it makes now, or throws
      group = std::make_unique<tbb::task_group>();
      stay = group->defer([] {});
    } catch (...) {
      // A group that goes waits for a task that could not be made, too.
      [[maybe_unused]] const tbb::task_group* left = group.release();
      lock.lock();
      throw;
    }
    lock.lock();
    if (!open_) return;
    stays_[helper] = std::move(stay);
    lock.unlock();
    try {
      arena_.execute([&] { group->wait(); });
      lock.lock();
    } catch (...) {
      lock.lock();
      stays_[helper] = {};
      throw;
    }
  }

  void dismiss() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
  }

  tbb::task_arena arena_;
  std::mutex mutex_;  // guards those below but for the threads
  std::condition_variable changed_;
  bool open_ = false, over_ = false;
  std::size_t sessions_ = 0;             // so far
  std::vector<tbb::task_handle> stays_;  // of the helpers in this session
  std::vector<std::thread> helpers_;
};

ThreadPool::ThreadPool(std::size_t threads) : threads_(threads), arena_(std::make_unique<Arena>(threads)) {}

ThreadPool::~ThreadPool() = default;

std::size_t ThreadPool::default_threads(const std::filesystem::path& root) {
  return std::min(static_cast<std::size_t>(tbb::info::default_concurrency()), processor_quota(root));
}

void ThreadPool::execute(const std::function<void()>& work) {
  arena_->execute(work);
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
