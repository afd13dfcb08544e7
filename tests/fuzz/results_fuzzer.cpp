#include "runner/error/error.hpp"
#include "runner/report/comparison.hpp"
#include "runner/report/live.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/verification.hpp"

#include "fuzz/require.hpp"
#include "results/array_writer.hpp"
#include "results/example.hpp"
#include "results/layout.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include <fuzzer/FuzzedDataProvider.h>

namespace {

using namespace runner;
using namespace runner::test;

using Bytes = std::vector<std::uint8_t>;

/// A good results file, and where its arrays lie in it.
struct Seed {
  struct Array {
    std::size_t offset, size;
  };
  Bytes bytes;
  std::vector<Array> arrays;
};

/// One run done, one under way, one diverged, one that has not begun.
Seed make_seed(bool save_weights) {
  const TemporaryDirectory folder;
  const std::filesystem::path path = folder / "seed.h5";
  const Dataset data = tiny_dataset();
  std::string config = example_config;
  if (save_weights) config.replace(config.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
  const Sweep sweep = sweep_of(config, data);
  const std::vector<float> zeros(8 * data.pixels * lanes);
  ResultsFile results(path, sweep, data, example_provenance, {});
  const auto tell = [&](std::size_t run, int epoch, RunStatus status) {
    EpochRecord record = record_of(run, epoch, status);
    const auto hidden = static_cast<std::size_t>(sweep.runs[run].spec.hidden_size);
    record.weights = {zeros.data(), 0,      zeros.data(), zeros.data(), data.classes,
                      zeros.data(), hidden, data.pixels,  data.classes};
    results.on_epoch({&record, 1});
  };
  for (const int epoch : {0, 1, 2}) tell(0, epoch, epoch == 2 ? RunStatus::done : RunStatus::running);
  tell(1, 0, RunStatus::running);
  tell(2, 0, RunStatus::running);
  tell(2, 1, RunStatus::diverged);
  results.close();

  Seed seed;
  StoredFile stored(path);
  layout::Extents extents;
  for (std::size_t d = 0; d < extents.size(); ++d)
    extents[d] = stored.extent(static_cast<layout::Dimension>(d));
  for (const layout::Variable& variable : layout::variables({.weights = save_weights, .validation = false}))
    seed.arrays.push_back({stored.offset(variable.name), layout::byte_count(variable, extents)});
  std::ifstream stream(path, std::ios::binary);
  seed.bytes.assign(std::istreambuf_iterator<char>(stream), {});
  return seed;
}

/// A file of these bytes. A new one each time: HDF5 would know the old one again.
std::filesystem::path written(const Bytes& bytes) {
  static const TemporaryDirectory folder;
  const std::filesystem::path path = folder / "input.h5";
  std::filesystem::remove(path);
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!stream.flush()) throw std::runtime_error("cannot write " + path.string());
  return path;
}

/// Does to the bytes what the input says.
Bytes damaged(const Seed& seed, FuzzedDataProvider& input) {
  Bytes bytes = seed.bytes;
  const auto overwrite = [&](std::size_t begin, std::size_t end) {
    end = std::min(end, bytes.size());
    if (begin >= end) return;
    const Bytes piece = input.ConsumeBytes<std::uint8_t>(
        input.ConsumeIntegralInRange<std::size_t>(1, std::min<std::size_t>(16, end - begin)));
    std::copy(piece.begin(), piece.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin));
  };
  while (input.remaining_bytes() > 0) {
    const auto anywhere = [&] {
      return input.ConsumeIntegralInRange<std::size_t>(0, std::max<std::size_t>(1, bytes.size()) - 1);
    };
    switch (input.ConsumeIntegralInRange(0, 7)) {
      case 0:
        overwrite(anywhere(), bytes.size());
        break;
      case 1: {
        const std::size_t begin = anywhere();
        const std::size_t count = std::min(input.ConsumeIntegral<std::size_t>() % 4096, bytes.size() - begin);
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), count,
                    input.ConsumeIntegral<std::uint8_t>());
        break;
      }
      case 2:
        bytes.resize(anywhere());
        break;
      default: {  // the numbers of an array: HDF5 finds nothing wrong with these
        const Seed::Array array =
            seed.arrays[input.ConsumeIntegralInRange<std::size_t>(0, seed.arrays.size() - 1)];
        const std::size_t begin = array.offset + input.ConsumeIntegralInRange<std::size_t>(0, array.size - 1);
        overwrite(begin, array.offset + array.size);
      }
    }
  }
  return bytes;
}

/// As they are taken over into a file with more runs or epochs.
void use_weights(const ResultsData& results) {
  StoredFile stored(results.file);
  if (!stored.has_weights()) return;
  for (std::size_t row = 0; row < results.runs.size(); ++row)
    for (const bool initial : {true, false}) {
      const auto hidden = static_cast<std::size_t>(results.runs[row].run.spec.hidden_size);
      const Weights weights = read_weights(stored, row, initial, hidden);
      require(weights.W1.size() == hidden * results.pixels && weights.W2.size() == hidden * results.classes,
              "there are weights for each hidden unit");
    }
}

void use(const ResultsData& results) {
  for (const StoredRun& run : results.runs) {
    require(run.epochs_done >= -1 && run.epochs_done <= results.epochs, "epochs_done is one of the epochs");
    require(run.weights_epoch >= -1 && run.weights_epoch <= results.epochs, "so is weights_epoch");
    require(run.test_loss.size() == static_cast<std::size_t>(results.epochs) + 1, "each epoch has a number");
  }
  Comparison comparison = compare(results);
  require(!to_table(comparison).empty(), "there is something to print");
  for (const std::string_view column : comparison_columns()) {
    sort(comparison, column);
    (void)to_table(comparison);
  }
  (void)to_csv(comparison);
  const std::string picture = to_screen(results, "");
  require(std::none_of(picture.begin(), picture.end(), [](char c) { return c >= 0 && c < ' ' && c != '\n'; }),
          "a picture moves no cursor");
  for (const std::size_t run : sample_runs(results, 2))
    require(run < results.runs.size(), "a sample is of the runs that are there");
}

}  // namespace

/// The input is a list of things to do to a good results file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Seed seeds[] = {make_seed(false), make_seed(true)};
  FuzzedDataProvider input(data, size);
  const Seed& seed = seeds[input.ConsumeBool() ? 1 : 0];
  const std::filesystem::path file = written(damaged(seed, input));
  try {
    const ResultsData results = read_results(file);
    use(results);
    use_weights(results);
  } catch (const Error& error) {
    require(error.what()[0] != '\0', "an error has a message");
  }
  return 0;
}
