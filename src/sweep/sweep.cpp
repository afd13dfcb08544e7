#include "runner/sweep/sweep.hpp"

#include "runner/compute/arithmetic.hpp"
#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr std::size_t digest_length = 32;

std::vector<RunSpec> specs(const Config& config) {
  std::vector<RunSpec> all;
  all.reserve(config.learning_rate.size() * config.batch_size.size() * config.hidden_size.size() *
              config.loss.size() * config.sampling.size() * config.weight_init_std.size() *
              config.seed.size());
  for (const double learning_rate : config.learning_rate)
    for (const std::int32_t batch_size : config.batch_size)
      for (const std::int32_t hidden_size : config.hidden_size)
        for (const Loss loss : config.loss)
          for (const Sampling sampling : config.sampling)
            for (const double weight_init_std : config.weight_init_std)
              for (const std::int64_t seed : config.seed)
                all.push_back(
                    {learning_rate, batch_size, hidden_size, loss, sampling, weight_init_std, seed});
  return all;
}

}  // namespace

Sweep expand(Config config, const Dataset& data) {
  for (const std::int32_t batch_size : config.batch_size)
    if (static_cast<std::size_t>(batch_size) > data.train.count)
      throw bad_input(
          fmt::format("{}: batch_size: {} is out of range: at most the {} images of the training set",
                      config.file.string(), batch_size, data.train.count));
  Sweep sweep{std::move(config), {}};
  const std::vector<RunSpec> all = specs(sweep.config);
  sweep.runs.reserve(all.size());
  for (const RunSpec& spec : all) sweep.runs.push_back({spec, run_digest(spec, data)});
  return sweep;
}

std::string run_digest(const RunSpec& spec, const Dataset& data) {
  // Numbers that are not integers stand as the 16 hexadecimal digits of their IEEE 754 bits: no formatting
  // can change them.
  const auto bits = [](double number) { return std::bit_cast<std::uint64_t>(number); };
  const std::string text = fmt::format(
      "arithmetic_version={}\n"
      "train_images={}\n"
      "train_labels={}\n"
      "test_images={}\n"
      "test_labels={}\n"
      "train_size={}\n"
      "test_size={}\n"
      "learning_rate={:016x}\n"
      "batch_size={}\n"
      "hidden_size={}\n"
      "loss={}\n"
      "sampling={}\n"
      "weight_init_std={:016x}\n"
      "seed={}\n",
      arithmetic_version, data.files[0].sha256, data.files[1].sha256, data.files[2].sha256,
      data.files[3].sha256, data.train.count, data.test.count, bits(spec.learning_rate), spec.batch_size,
      spec.hidden_size, to_string(spec.loss), to_string(spec.sampling), bits(spec.weight_init_std),
      spec.seed);
  return sha256_hex(text).substr(0, digest_length);
}

}  // namespace runner
