// peer eigen|onednn FOLDER EPOCHS THREADS: what a careful C++ programmer would write, in float32, a run after
// another on each thread; compare.py times it.
//
// Reads x_train, t_train, x_test and t_test (bytes; images of 784 pixels, 10 classes) in FOLDER, and from
// standard input a line "batch_size hidden_size learning_rate seed" for each run. Prints the seconds that
// training and evaluation took, without reading, and the mean test accuracy.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <Eigen/Core>

#ifdef PEER_HAS_ONEDNN
#include <oneapi/dnnl/dnnl.h>
#endif

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Row = Eigen::RowVectorXf;
using Index = Eigen::Index;

constexpr Index classes = 10;

/// C = beta·C + alpha·A·B, A and B transposed or not.
struct EigenProduct {
  static void multiply(float alpha, const Matrix& a, bool a_transposed, const Matrix& b, bool b_transposed,
                       float beta, Matrix& c) {
    if (beta == 0) c.setZero();
    if (a_transposed)
      c.noalias() += alpha * a.transpose() * b;
    else if (b_transposed)
      c.noalias() += alpha * a * b.transpose();
    else
      c.noalias() += alpha * a * b;
  }
};

#ifdef PEER_HAS_ONEDNN
struct OneDnnProduct {
  static void multiply(float alpha, const Matrix& a, bool a_transposed, const Matrix& b, bool b_transposed,
                       float beta, Matrix& c) {
    dnnl_sgemm(a_transposed ? 'T' : 'N', b_transposed ? 'T' : 'N', c.rows(), c.cols(),
               a_transposed ? a.rows() : a.cols(), alpha, a.data(), a.cols(), b.data(), b.cols(), beta,
               c.data(), c.cols());
  }
};
#endif

struct Images {
  Matrix x;
  std::vector<std::uint8_t> t;
};

Images read(const std::string& folder, const char* name) {
  const auto bytes = [&](const char* prefix) {
    std::ifstream file(folder + "/" + prefix + name, std::ios::binary);
    return std::vector<std::uint8_t>(std::istreambuf_iterator<char>(file), {});
  };
  Images set{{}, bytes("t_")};
  const std::vector<std::uint8_t> x = bytes("x_");
  const auto count = static_cast<Index>(set.t.size());
  set.x.resize(count, static_cast<Index>(x.size()) / count);
  std::transform(x.begin(), x.end(), set.x.data(),
                 [](std::uint8_t v) { return static_cast<float>(v) / 255; });
  return set;
}

struct Run {
  Index batch, hidden;
  float rate;
  unsigned seed;
};

template <class Product>
struct Network {
  Matrix W1, W2, x, z, dz, y, dW2;
  Row b1, b2;

  Network(Index pixels, const Run& run, std::mt19937& random)
      : W1(pixels, run.hidden), W2(run.hidden, classes), b1(Row::Zero(run.hidden)), b2(Row::Zero(classes)) {
    std::normal_distribution<float> normal(0, 0.01f);
    for (Matrix* W : {&W1, &W2})
      for (Index i = 0; i < W->size(); ++i) W->data()[i] = normal(random);
  }

  /// y becomes the scores of x.
  void forward() {
    z.resize(x.rows(), W1.cols());
    y.resize(x.rows(), classes);
    Product::multiply(1, x, false, W1, false, 0, z);
    z = (z.rowwise() + b1).array().logistic();
    Product::multiply(1, z, false, W2, false, 0, y);
    y.rowwise() += b2;
  }

  void step(const Images& train, const std::uint32_t* rows, Index count, float rate) {
    x.resize(count, train.x.cols());
    for (Index i = 0; i < count; ++i) x.row(i) = train.x.row(rows[i]);
    forward();
    for (Index i = 0; i < count; ++i) {
      y.row(i) = (y.row(i).array() - y.row(i).maxCoeff()).exp();
      y.row(i) /= y.row(i).sum();
      y(i, train.t[rows[i]]) -= 1;
    }
    y /= static_cast<float>(count);
    dW2.resize(W2.rows(), W2.cols());
    dz.resize(z.rows(), z.cols());
    Product::multiply(1, z, true, y, false, 0, dW2);
    Product::multiply(1, y, false, W2, true, 0, dz);
    dz.array() *= z.array() * (1 - z.array());
    Product::multiply(-rate, x, true, dz, false, 1, W1);
    W2 -= rate * dW2;
    b1 -= rate * dz.colwise().sum();
    b2 -= rate * y.colwise().sum();
  }

  /// The accuracy; the loss is worked out, too, as all peers do.
  double evaluate(const Images& set, double& loss) {
    constexpr Index block = 500;
    Index correct = 0;
    loss = 0;
    for (Index first = 0; first < set.x.rows(); first += block) {
      x = set.x.middleRows(first, std::min(block, set.x.rows() - first));
      forward();
      for (Index i = 0; i < x.rows(); ++i) {
        const Index label = set.t[static_cast<std::size_t>(first + i)];
        Index best = 0;
        const float largest = y.row(i).maxCoeff(&best);
        correct += best == label ? 1 : 0;
        loss += std::log((y.row(i).array() - largest).exp().sum()) + largest - y(i, label);
      }
    }
    return static_cast<double>(correct) / static_cast<double>(set.x.rows());
  }
};

template <class Product>
double train(const Images& train, const Images& test, const Run& run, int epochs) {
  std::mt19937 random(run.seed);
  Network<Product> network(train.x.cols(), run, random);
  std::vector<std::uint32_t> order(static_cast<std::size_t>(train.x.rows()));
  std::iota(order.begin(), order.end(), 0u);
  double accuracy = 0, losses[2];
  for (int epoch = 0; epoch < epochs; ++epoch) {
    std::shuffle(order.begin(), order.end(), random);
    for (Index k = 0; k < train.x.rows(); k += run.batch)
      network.step(train, order.data() + k, std::min(run.batch, train.x.rows() - k), run.rate);
    network.evaluate(train, losses[0]);
    accuracy = network.evaluate(test, losses[1]);
    if (!std::isfinite(losses[0] + losses[1])) break;
  }
  return accuracy;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string product = argc == 5 ? argv[1] : "";
  double (*train_run)(const Images&, const Images&, const Run&, int) =
      product == "eigen" ? train<EigenProduct> : nullptr;
#ifdef PEER_HAS_ONEDNN
  if (product == "onednn") train_run = train<OneDnnProduct>;
#endif
  if (train_run == nullptr) {
    std::fputs("usage: peer eigen|onednn FOLDER EPOCHS THREADS (onednn: where libdnnl-dev was installed)\n",
               stderr);
    return 2;
  }
  const Images train_set = read(argv[2], "train"), test_set = read(argv[2], "test");
  const int epochs = std::atoi(argv[3]);
  std::vector<Run> runs;
  for (Run run{}; std::cin >> run.batch >> run.hidden >> run.rate >> run.seed;) runs.push_back(run);
  // The longest first.
  std::stable_sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.hidden > b.hidden; });

  const auto start = std::chrono::steady_clock::now();
  std::atomic<std::size_t> next = 0;
  std::vector<double> accuracies(runs.size());
  std::vector<std::thread> threads;
  for (int i = 0; i < std::atoi(argv[4]); ++i)
    threads.emplace_back([&] {
      for (std::size_t r; (r = next++) < runs.size();)
        accuracies[r] = train_run(train_set, test_set, runs[r], epochs);
    });
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("{\"seconds\": %.6f, \"accuracy\": %.6f}\n", seconds,
              std::accumulate(accuracies.begin(), accuracies.end(), 0.0) / static_cast<double>(runs.size()));
}
