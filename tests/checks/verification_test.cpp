#include "runner/checks/verification.hpp"

#include "runner/data/batch_order.hpp"
#include "runner/execution/execute.hpp"
#include "runner/results/results_file.hpp"

#include "results/example.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <atomic>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace runner::test {
namespace {

const Dataset data = tiny_dataset();
const std::atomic<bool> go_on{false};

/// The reference kernel, which counts its backward products.
class CountingKernel : public Kernel {
 public:
  std::string_view name() const override { return kernel_.name(); }
  std::size_t digit_bytes(std::size_t terms) const override { return kernel_.digit_bytes(terms); }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return kernel_.image_bytes(images, pixels);
  }
  void quantise(const float* values, FixedPointBlock out) const override { kernel_.quantise(values, out); }
  void pack(ImageBytes images, bool for_backward, std::byte* packed) const override {
    kernel_.pack(images, for_backward, packed);
  }
  void forward(FixedPointBlock w, const std::byte* packed, std::size_t images, float* out) const override {
    kernel_.forward(w, packed, images, out);
  }
  void backward_descend(FixedPointBlock delta, const std::byte* packed, const float* rate, float* w1,
                        FixedPointBlock w) const override {
    ++products;
    kernel_.backward_descend(delta, packed, rate, w1, w);
  }
  void backward_store(FixedPointBlock delta, const std::byte* packed, std::size_t pixels,
                      float* gradient) const override {
    ++products;
    kernel_.backward_store(delta, packed, pixels, gradient);
  }

  mutable std::atomic<std::size_t> products{0};

 private:
  const Kernel& kernel_ = find_kernel("reference", baseline_instruction_set());
};

/// Trains a sweep of one seed for so many epochs, into a file that may have other runs.
void train(const std::filesystem::path& path, const std::string& seeds, int epochs, ThreadPool& pool,
           int every = 1, const std::string& more = "") {
  const Sweep sweep =
      sweep_of(R"({"hidden_size": 3, "batch_size": 10, "seed": )" + seeds + R"(, "epochs": )" +
                   std::to_string(epochs) + R"(, "evaluate_every": )" + std::to_string(every) + more + "}",
               data);
  ResultsFile file(path, sweep, data, example_provenance, {});
  execute(sweep, make_cohorts(sweep, data, file.missing(), 1), data,
          make_backend("reference", baseline_instruction_set()), pool, file, go_on, &file, &file.recorded());
  file.close();
}

std::vector<std::size_t> all_of(const ResultsData& results) {
  std::vector<std::size_t> all(results.runs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

TEST(Verify, TrainsEachRunAsFarAsItHasCome) {
  const TemporaryDirectory folder;
  ThreadPool pool(1);
  train(folder / "x.h5", "1", 6, pool);
  train(folder / "x.h5", "2", 2, pool);
  const ResultsData results = read_results(folder / "x.h5");
  ASSERT_EQ(results.runs.size(), 2u);
  const CountingKernel kernel;
  Backend backend = make_backend("reference", baseline_instruction_set());
  backend.kernel = &kernel;
  const Verification found = verify(results, all_of(results), data, backend, pool, go_on);
  EXPECT_TRUE(found.complete);
  EXPECT_TRUE(found.differences.empty());
  EXPECT_EQ(found.epochs, 7u + 3u);
  const std::size_t batches = updates_per_epoch(Sampling::shuffle, data.train.count, 10);
  EXPECT_EQ(kernel.products, (6 + 2) * batches);
}

TEST(Verify, ComparesTheEpochsThatAreRecorded) {
  const TemporaryDirectory folder;
  const std::filesystem::path path = folder / "x.h5";
  ThreadPool pool(1);
  // With the second rate seed 1 diverges in epoch 3.
  train(path, "2", 20, pool, 7, R"(, "save_weights": true, "learning_rate": [0.5, 3e38])");
  train(path, "1", 10, pool, 5, R"(, "save_weights": true, "learning_rate": [0.5, 3e38])");
  ResultsData results = read_results(path);
  EXPECT_EQ(results.recorded, RecordedEpochs(std::vector{0, 5, 7, 10, 14, 20}));
  const auto verified = [&] {
    return verify(results, all_of(results), data, make_backend("reference", baseline_instruction_set()), pool,
                  go_on);
  };
  const Verification found = verified();
  EXPECT_TRUE(found.complete);
  EXPECT_TRUE(found.differences.empty());
  EXPECT_GT(found.epochs, 4u);

  const std::size_t damaged = 0, diverged = 1;
  ASSERT_EQ(results.runs[damaged].epochs_done, 10);
  ASSERT_EQ(results.runs[diverged].status, RunStatus::diverged);
  results.runs[damaged].curves[Metric::test_loss][2] += 1;
  results.runs[diverged].epochs_done = 7;
  const Verification wrong = verified();
  ASSERT_EQ(wrong.differences.size(), 2u);
  for (const Difference& d : wrong.differences)
    if (d.run == damaged) {
      EXPECT_EQ(d.what, "test_loss");
      EXPECT_EQ(d.epoch, 7);
    } else {
      EXPECT_EQ(d.run, diverged);
      EXPECT_EQ(d.what, "epochs_done");
      EXPECT_EQ(d.epoch, 5);
      EXPECT_EQ(d.stored, 7);
      EXPECT_EQ(d.trained, 0);
    }
}

}  // namespace
}  // namespace runner::test
