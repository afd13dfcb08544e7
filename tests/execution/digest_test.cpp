// The bits of a small sweep, as a digest that is stored here: whatever compiler, kernel, instruction set or
// number of threads made them, they are these. Whoever changes a bit on purpose raises arithmetic_version and
// stores the new digest.

#include "runner/compute/arithmetic.hpp"
#include "runner/data/sha256.hpp"

#include "made_up_sweep.hpp"
#include "support/backends.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace runner {
namespace {

constexpr int digest_is_of_version = 2;
constexpr std::string_view digest = "e8a7df3037e3f5feb5b8dbf15c3b667210d43e962f681c9213bde446fa36f95e";

constexpr std::string_view numerical_digest =
    "0004f37db70bb963a648f740d82558184da4f317d5ab5eb6135d1c7cc4b34605";

constexpr std::string_view sigmoid_digest =
    "92602d82faed29ce0857579d4a6a48ffff14bee06d430e09bc6b10486dac79da";
constexpr std::string_view tanh_digest = "883d32c808926ff5726ccb579d1992f73b09b1c148ca90b4cc4ba1ab3f8f80ea";
constexpr std::string_view relu_digest = "34517d4f803afdbab6d0a503edc65cbca5c01adcbabf6a6931088bf8109fbe69";
constexpr std::string_view noise_digest = "b20543f46f4bd2f75cde1a0ea156eaa12f034ad2f7ac33c3bd561a00de462a93";

std::string digest_of(const test::Recorder& recorder) {
  std::vector<std::uint8_t> bytes;
  const auto append = [&bytes](const void* data, std::size_t size) {
    const auto* begin = static_cast<const std::uint8_t*>(data);
    bytes.insert(bytes.end(), begin, begin + size);
  };
  for (const auto& [run, entries] : recorder.runs)
    for (const auto& entry : entries) {
      const Metrics& m = entry.metrics;
      for (const float metric :
           {m[Metric::train_loss], m[Metric::train_accuracy], m[Metric::test_loss], m[Metric::test_accuracy]})
        append(&metric, sizeof metric);
      if (!std::isnan(m[Metric::clean_train_accuracy]))
        append(&m[Metric::clean_train_accuracy], sizeof(float));
      append(entry.state.data(), entry.state.size() * sizeof(float));
    }
  return sha256_hex(bytes);
}

using Setting = std::tuple<test::Code, std::size_t>;
class Digest : public testing::TestWithParam<Setting> {};

std::string digest_of(const Sweep& sweep, const Dataset& data, const Setting& setting) {
  const auto& [code, threads] = setting;
  test::Recorder recorder;
  ThreadPool pool(threads);
  EXPECT_TRUE(execute(sweep, make_cohorts(sweep, data, test::all_runs(sweep), threads), data,
                      make_backend(code.kernel, code.set), pool, recorder, std::atomic<bool>{false}));
  return digest_of(recorder);
}

TEST_P(Digest, IsTheStoredOne) {
  ASSERT_EQ(arithmetic_version, digest_is_of_version);
  EXPECT_EQ(digest_of(test::made_up_sweep(), test::tiny_dataset(300, 100, 9, 9, 10), GetParam()), digest);
}

TEST_P(Digest, OfNumericalGradientsIsTheStoredOne) {
  ASSERT_EQ(arithmetic_version, digest_is_of_version);
  Sweep sweep;
  sweep.config.epochs = 2;
  for (const Loss loss : {Loss::cross_entropy, Loss::mean_squared_error})
    sweep.runs.push_back({{.learning_rate = 0.5,
                           .batch_size = 16,
                           .hidden_size = 20,
                           .loss = loss,
                           .sampling = Sampling::with_replacement,
                           .gradient = Gradient::numerical,
                           .weight_init_std = 0.1,
                           .seed = 1},
                          ""});
  EXPECT_EQ(digest_of(sweep, test::tiny_dataset(60, 20, 9, 9, 10), GetParam()), numerical_digest);
}

/// A few runs for each value of an axis that came with the book's chapter 6.
Sweep sweep_of_chapter_6(Activation activation, double label_noise) {
  Sweep sweep;
  sweep.config.epochs = 3;
  const auto add = [&](const auto& set) {
    for (const std::int32_t hidden_size : {3, 20}) {
      RunSpec run{.learning_rate = 0.05, .batch_size = 16, .hidden_size = hidden_size};
      run.weight_init_std = 0.1;
      run.activation = activation;
      run.label_noise = label_noise;
      set(run);
      sweep.runs.push_back({run, ""});
    }
  };
  for (std::size_t i = 0; i < enumerator_names<Optimizer>.size(); ++i)
    add([&](RunSpec& run) { run.optimizer = static_cast<Optimizer>(i); });
  add([](RunSpec& run) { run.weight_decay = 0.1; });
  add([](RunSpec& run) {
    run.optimizer = Optimizer::adam;
    run.decoupled_weight_decay = 0.3;
  });
  add([](RunSpec& run) { run.dropout = 0.4; });
  add([](RunSpec& run) {
    run.learning_rate_schedule = LearningRateSchedule::step;
    run.schedule_epochs = 2;
  });
  add([](RunSpec& run) { run.learning_rate_schedule = LearningRateSchedule::cosine; });
  add([](RunSpec& run) { run.weight_init = WeightInit::xavier; });
  add([](RunSpec& run) { run.weight_init = WeightInit::he; });
  // A third of the optimizers with each activation: numerical gradients take long.
  for (std::size_t i = 0; i < 2; ++i)
    add([&](RunSpec& run) {
      run.gradient = Gradient::numerical;
      run.optimizer = static_cast<Optimizer>(2 * static_cast<std::size_t>(activation) + i);
      run.weight_decay = 0.1;
      run.hidden_size = 5;
    });
  return sweep;
}

TEST_P(Digest, OfChapter6IsTheStoredOne) {
  ASSERT_EQ(arithmetic_version, digest_is_of_version);
  const Dataset data = test::tiny_dataset(50, 50, 9, 9, 10);
  const auto of = [&](Activation activation, double label_noise) {
    return digest_of(sweep_of_chapter_6(activation, label_noise), data, GetParam());
  };
  EXPECT_EQ(of(Activation::sigmoid, 0), sigmoid_digest);
  EXPECT_EQ(of(Activation::tanh, 0), tanh_digest);
  EXPECT_EQ(of(Activation::relu, 0), relu_digest);
  EXPECT_EQ(of(Activation::sigmoid, 0.3), noise_digest);
}

std::string name_of(const testing::TestParamInfo<Setting>& setting) {
  const auto& [code, threads] = setting.param;
  return code.name() + "_" + std::to_string(threads) + "_threads";
}

INSTANTIATE_TEST_SUITE_P(All, Digest,
                         testing::Combine(testing::ValuesIn(test::usable_code()),
                                          testing::Values(1, 2, 3, 8)),
                         name_of);

}  // namespace
}  // namespace runner
