// peak THREADS: prints the GFLOP/s of float32 multiply-adds that so many threads reach at once, with the
// widest registers there are, everything in registers: what a dense product in float32 could reach at best.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto duration = std::chrono::milliseconds(500);

// Multiply-adds into 12 registers in turn: more than enough to hide the latency of two units. In assembly,
// for no compiler is to keep them in memory. That they are zeros changes nothing.
constexpr int sums = 12;
constexpr int rounds = 20'000;
#define RUNNER_REGISTERS                                                                                     \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
      "xmm13", "xmm14", "xmm15"
#define RUNNER_MULTIPLY_ADD(r) \
  ".irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11\n\tvfmadd231ps %%" r "12, %%" r "13, %%" r "\\i\n\t.endr"

/// `sums`·`rounds` multiply-adds; returns how many numbers each worked on.
int run_512() {
  asm volatile("vzeroall" ::: RUNNER_REGISTERS);
  for (int n = 0; n < rounds; ++n) asm volatile(RUNNER_MULTIPLY_ADD("zmm")::: RUNNER_REGISTERS);
  return 16;
}

int run_256() {
  asm volatile("vzeroall" ::: RUNNER_REGISTERS);
  for (int n = 0; n < rounds; ++n) asm volatile(RUNNER_MULTIPLY_ADD("ymm")::: RUNNER_REGISTERS);
  return 8;
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 0;
  if (threads < 1 || threads > 4096 || !__builtin_cpu_supports("fma")) {
    std::fputs("usage: peak THREADS, on a processor with AVX2\n", stderr);
    return 2;
  }
  const auto run = __builtin_cpu_supports("avx512f") ? run_512 : run_256;

  // The best of several stretches, all threads at work: clocks rise slowly, and others disturb.
  double best = 0;
  for (int stretch = 0; stretch < 5; ++stretch) {
    std::atomic<long long> flops = 0;
    const auto end = Clock::now() + duration;
    const auto start = Clock::now();
    std::vector<std::thread> pool;
    for (int i = 0; i < threads; ++i)
      pool.emplace_back([&] {
        while (Clock::now() < end) flops += 2LL * run() * sums * rounds;
      });
    for (std::thread& thread : pool) thread.join();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const double rate = static_cast<double>(flops.load()) / seconds * 1e-9;
    best = rate > best ? rate : best;
  }
  std::printf("%.1f\n", best);
}
