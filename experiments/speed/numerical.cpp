// numerical [DATASET]: how long one gradient by central differences takes, 784-50-10 on a batch of 100: as
// a run with gradient "numerical" finds it, on one thread and on all, and by the plain loop of nn, of which
// every 200th parameter is timed. DATASET is fashion-mnist (the default) or mnist.

#include "runner/compute/parallel.hpp"
#include "runner/error/error.hpp"
#include "runner/nn/two_layer_net.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <span>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Seconds for each step of an epoch of 20, the median of 9.
double time_step(const runner::Dataset& data, const runner::RunSpec& run, std::size_t threads) {
  const std::atomic<bool> split{threads > 1};
  std::vector<double> times;
  runner::ThreadPool pool(threads);
  pool.execute([&] {
    runner::CohortTrainer trainer(data, std::span(&run, 1),
                                  runner::make_backend("auto", runner::best_instruction_set()), split);
    for (int i = 0; i < 9; ++i) {
      const auto start = Clock::now();
      trainer.train_epoch();
      times.push_back(seconds_since(start) / 20);
    }
  });
  std::nth_element(times.begin(), times.begin() + 4, times.end());
  return times[4];
}

/// The same for the plain loop, from a sample.
double time_plain_loop(const runner::Dataset& data) {
  runner::nn::TwoLayerNet net(data.pixels, 50, data.classes, 1);
  runner::nn::Matrix x(100, static_cast<Eigen::Index>(data.pixels));
  for (Eigen::Index i = 0; i < x.size(); ++i)
    x.data()[i] = data.train.pixels[static_cast<std::size_t>(i)] / 255.0;
  const std::span labels(data.train.labels.data(), 100);
  const auto f = [&] { return net.loss(x, labels); };

  std::size_t parameters = 0, timed = 0;
  const auto start = Clock::now();
  for (runner::nn::Matrix* block : {&net.params.W1, &net.params.b1, &net.params.W2, &net.params.b2}) {
    parameters += static_cast<std::size_t>(block->size());
    for (Eigen::Index i = 0; i < block->size(); i += 200, ++timed) {
      const Eigen::Index row = i / block->cols(), column = i % block->cols();
      runner::nn::numerical_gradient(f, block->block(row, column, 1, 1));
    }
  }
  return seconds_since(start) * static_cast<double>(parameters) / static_cast<double>(timed);
}

void measure(int argc, char** argv) {
  runner::DatasetSource source;
  if (argc > 1) source.name = argv[1];
  source.train_size = 2000;
  const runner::Dataset data = runner::load_dataset(source);
  runner::RunSpec run;
  run.gradient = runner::Gradient::numerical;

  // What has to be worked out: for each image two losses for each hidden unit and value of a pixel that
  // occurs in it, with an exp for each class and for the sigmoid, and a log.
  double values = 0;
  for (std::size_t n = 0; n < data.train.count; ++n) {
    const std::uint8_t* image = data.train.pixels.data() + n * data.pixels;
    std::vector<std::uint8_t> seen(image, image + data.pixels);
    seen.push_back(255);
    std::sort(seen.begin(), seen.end());
    values += static_cast<double>(std::unique(seen.begin(), seen.end()) - seen.begin()) -
              (seen.front() == 0 ? 1 : 0);
  }
  values /= static_cast<double>(data.train.count);
  const double functions = 100 * 50 * values * 2 * (static_cast<double>(data.classes) + 2);

  const double plain = time_plain_loop(data);
  std::printf("%s, 784-50-10, batch of 100; %.0f values of pixels in an image: %.1f million exp and log\n",
              data.name.c_str(), values, functions / 1e6);
  std::printf("plain loop        %8.2f s\n", plain);
  const std::size_t all = runner::ThreadPool::default_threads();
  for (const std::size_t threads : {all, std::size_t{1}}) {
    const double step = time_step(data, run, threads);
    std::printf("%2zu thread%s        %8.4f s  %6.0f times as fast, %.2f ns for each exp and log\n", threads,
                threads == 1 ? " " : "s", step, plain / step, step / functions * 1e9);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    measure(argc, argv);
  } catch (const runner::Error& e) {
    std::fprintf(stderr, "numerical: %s\n", e.what());
    return 2;
  }
}
