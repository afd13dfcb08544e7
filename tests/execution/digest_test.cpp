// The bits of a small sweep, as a digest that is stored here: whatever compiler, kernel, instruction set or
// number of threads made them, they are these. Whoever changes a bit on purpose raises arithmetic_version and
// stores the new digest.

#include "runner/compute/arithmetic.hpp"
#include "runner/data/sha256.hpp"

#include "made_up_sweep.hpp"
#include "support/backends.hpp"

#include <gtest/gtest.h>

namespace runner {
namespace {

constexpr int digest_is_of_version = 2;
constexpr std::string_view digest = "e8a7df3037e3f5feb5b8dbf15c3b667210d43e962f681c9213bde446fa36f95e";

constexpr std::string_view numerical_digest =
    "0004f37db70bb963a648f740d82558184da4f317d5ab5eb6135d1c7cc4b34605";

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
