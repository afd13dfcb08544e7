#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"

#include "fuzz/require.hpp"
#include "fuzz/small_sweep.hpp"
#include "results/checkpoint.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>

#include <fuzzer/FuzzedDataProvider.h>

namespace {

using namespace runner;
using namespace runner::test;

constexpr std::size_t checksum_length = 64;

const Dataset& data() {
  static const Dataset made = tiny_dataset(20, 10, 2, 3);
  return made;
}

const Sweep& sweep() {
  static const Sweep made = sweep_of(
      R"({"epochs": 4, "learning_rate": [0.1, 0.5], "batch_size": 10, "hidden_size": [2, 3]})", data());
  return made;
}

/// A sweep that was stopped, and its checkpoint.
struct Seed {
  Bytes results, checkpoint;
};

Seed make_seed() {
  const TemporaryDirectory folder;
  const std::filesystem::path path = folder / "seed.h5";
  train_some(path, sweep(), data(), 3);
  Seed seed{bytes_of(path), bytes_of(checkpoint_path(path))};
  require(seed.checkpoint.size() > checksum_length, "a sweep that is stopped leaves a checkpoint");
  return seed;
}

/// Does to the bytes what the input says.
Bytes damaged(Bytes bytes, FuzzedDataProvider& input) {
  const bool sealed = input.ConsumeBool();
  if (sealed) bytes.resize(bytes.size() - checksum_length);
  while (input.remaining_bytes() > 0) {
    const auto begin = static_cast<std::ptrdiff_t>(
        input.ConsumeIntegralInRange<std::size_t>(0, std::max<std::size_t>(1, bytes.size()) - 1));
    const auto room = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(bytes.size()) - begin);
    switch (input.ConsumeIntegralInRange(0, 4)) {
      case 0: {
        const Bytes piece =
            input.ConsumeBytes<std::uint8_t>(input.ConsumeIntegralInRange<std::size_t>(1, 40));
        bytes.insert(bytes.begin() + begin, piece.begin(), piece.end());
        break;
      }
      case 1: {
        const std::size_t count = std::min(room, input.ConsumeIntegralInRange<std::size_t>(1, 400));
        bytes.erase(bytes.begin() + begin, bytes.begin() + begin + static_cast<std::ptrdiff_t>(count));
        break;
      }
      case 2: {  // a number
        const auto value = input.ConsumeIntegral<std::uint64_t>();
        if (room >= sizeof value) std::memcpy(bytes.data() + begin, &value, sizeof value);
        break;
      }
      default: {
        const Bytes piece = input.ConsumeBytes<std::uint8_t>(
            input.ConsumeIntegralInRange<std::size_t>(1, std::clamp<std::size_t>(room, 1, 16)));
        if (piece.size() <= room) std::copy(piece.begin(), piece.end(), bytes.begin() + begin);
      }
    }
  }
  if (sealed) {
    const std::string checksum = sha256_hex(bytes);
    bytes.insert(bytes.end(), checksum.begin(), checksum.end());
  }
  return bytes;
}

}  // namespace

/// The input is a list of things to do to a good checkpoint, which is then gone on from.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Seed seed = make_seed();
  static const TemporaryDirectory folder;
  const std::filesystem::path path = folder / "input.h5";
  FuzzedDataProvider input(bytes, size);
  write_bytes(path, seed.results);
  write_bytes(checkpoint_path(path), damaged(seed.checkpoint, input));
  std::map<std::string, SnapshotShape> shapes;
  for (const Run& run : sweep().runs)
    shapes.emplace(run.digest, SnapshotShape{{data().pixels, static_cast<std::size_t>(run.spec.hidden_size),
                                              data().classes},
                                             moment_count(run.spec.optimizer)});
  try {
    for (const auto& [digest, snapshot] : read_checkpoint(checkpoint_path(path), shapes)) {
      const NetworkShape& shape = shapes.at(digest).network;
      require(snapshot.epoch >= 1, "a run has been trained");
      require(snapshot.state.weights.W1.size() == shape.pixels * shape.hidden &&
                  snapshot.state.weights.b1.size() == shape.hidden &&
                  snapshot.state.weights.W2.size() == shape.hidden * shape.classes &&
                  snapshot.state.weights.b2.size() == shape.classes,
              "its weights are of its shape");
    }
    train_some(path, sweep(), data(), 2);
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::bad_input, "what is damaged is bad input");
  }
  return 0;
}
