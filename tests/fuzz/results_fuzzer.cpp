#include "runner/checks/verification.hpp"
#include "runner/error/error.hpp"
#include "runner/model/layout_version.hpp"
#include "runner/report/comparison.hpp"
#include "runner/report/figures.hpp"
#include "runner/report/live.hpp"
#include "runner/report/page.hpp"
#include "runner/results/check.hpp"
#include "runner/results/merge.hpp"
#include "runner/results/results_data.hpp"

#include "fuzz/require.hpp"
#include "fuzz/small_sweep.hpp"
#include "results/array_writer.hpp"
#include "results/example.hpp"
#include "results/hdf5_handle.hpp"
#include "results/layout.hpp"
#include "results/seal.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fuzzer/FuzzedDataProvider.h>

namespace {

using namespace runner;
using namespace runner::test;

/// A good results file, what it was made of, and where its arrays lie in it.
struct Seed {
  struct Array {
    std::string name;
    std::size_t offset, size;
  };
  Dataset data;
  Sweep sweep;
  Bytes bytes;
  std::vector<Array> arrays;  ///< as they follow in the file

  const Array& array(std::string_view name) const {
    return *std::find_if(arrays.begin(), arrays.end(), [&](const Array& a) { return a.name == name; });
  }
};

/// One run done, one under way, one diverged, one that has not begun.
Seed make_seed(bool save_weights, bool validation) {
  const TemporaryDirectory folder;
  const std::filesystem::path path = folder / "seed.h5";
  Seed seed;
  Dataset& data = seed.data;
  data = tiny_dataset(20, 10, 2, 3);
  if (validation) data.validation = data.test;
  if (validation) data.scale = {std::vector<double>(data.pixels, -1), std::vector<double>(data.pixels, 0.5)};
  for (std::size_t label = 0; label < data.classes; ++label)
    data.train_class_counts.push_back(
        std::count(data.train.labels.begin(), data.train.labels.end(), static_cast<std::uint8_t>(label)));
  std::string config = example_config;
  if (save_weights) config.replace(config.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
  seed.sweep = sweep_of(config, data);
  ResultsFile results(path, seed.sweep, data, example_provenance, {});
  const auto tell = [&](std::size_t run, int epoch, RunStatus status) {
    TrainedEpoch record = record_of(run, epoch, status);
    if (validation)
      record.metrics[Metric::validation_loss] = record.metrics[Metric::validation_accuracy] = 0.5f;
    record.state = [&] { return TrainingState{constant_weights(data, seed.sweep.runs[run], 0), {}}; };
    results.on_epoch({&record, 1});
  };
  for (const int epoch : {0, 1, 2}) tell(0, epoch, epoch == 2 ? RunStatus::done : RunStatus::running);
  tell(1, 0, RunStatus::running);
  tell(2, 0, RunStatus::running);
  tell(2, 1, RunStatus::diverged);
  results.close();

  StoredFile stored(path);
  layout::Extents extents;
  for (std::size_t d = 0; d < extents.size(); ++d)
    extents[d] = stored.extent(static_cast<layout::Dimension>(d));
  for (const layout::Variable& variable :
       layout::variables({.weights = save_weights, .validation = validation, .scale = validation}))
    seed.arrays.push_back(
        {variable.name, stored.offset(variable.name), layout::byte_count(variable, extents)});
  std::sort(seed.arrays.begin(), seed.arrays.end(),
            [](const Seed::Array& a, const Seed::Array& b) { return a.offset < b.offset; });
  seed.bytes = bytes_of(path);
  return seed;
}

/// A number that is likely to be one of those that matter.
std::int64_t some_number(FuzzedDataProvider& input) {
  return input.ConsumeBool() ? input.ConsumeIntegralInRange<std::int64_t>(-1, 25)
                             : input.ConsumeIntegral<std::int64_t>();
}

/// Gives the attributes of a file other values, as the input says, and seals it again, as who means ill can.
/// HDF5 does the work: it finds nothing wrong with the file.
void change_attributes(const std::filesystem::path& path, const Seed& seed, FuzzedDataProvider& input) {
  constexpr std::array numbers{"arithmetic_version", "train_size",   "validation_size",
                               "test_size",          "image_pixels", "image_rows"};
  constexpr std::array texts{"title",
                             "config",
                             "runner_version",
                             "kernel",
                             "processor",
                             "dataset",
                             "config_text",
                             "config_file",
                             "dataset_directory",
                             "train_images_path",
                             "train_images_sha256"};
  {
    const hdf5::Session session;
    const hdf5::PropertyList access = hdf5::file_access();
    const hdf5::File file(H5Fopen(path.c_str(), H5F_ACC_RDWR, access), "open");
    for (int changes = input.ConsumeIntegralInRange(1, 3); changes > 0; --changes) {
      switch (input.ConsumeIntegralInRange(0, 2)) {
        case 0: {
          const hdf5::Attribute attribute(H5Aopen(file, input.PickValueInArray(numbers), H5P_DEFAULT),
                                          "open");
          const std::int64_t value = some_number(input);
          hdf5::check(H5Awrite(attribute, H5T_NATIVE_INT64, &value), "write");
          break;
        }
        case 1: {
          const hdf5::Attribute attribute(H5Aopen(file, "train_class_counts", H5P_DEFAULT), "open");
          const std::array<std::int64_t, 3> values{some_number(input), some_number(input),
                                                   some_number(input)};
          hdf5::check(H5Awrite(attribute, H5T_NATIVE_INT64, values.data()), "write");
          break;
        }
        default: {
          const hdf5::Attribute attribute(H5Aopen(file, input.PickValueInArray(texts), H5P_DEFAULT), "open");
          const hdf5::Datatype type(H5Aget_type(attribute), "type");
          char* before = nullptr;
          hdf5::check(H5Aread(attribute, type, &before), "read");
          std::string text = before;
          H5free_memory(before);
          const std::size_t at = input.ConsumeIntegralInRange<std::size_t>(0, text.size());
          text.replace(at, input.ConsumeIntegralInRange<std::size_t>(0, 8), input.ConsumeBytesAsString(8));
          const char* after = text.c_str();
          hdf5::check(H5Awrite(attribute, type, &after), "write");
        }
      }
    }
  }
  std::vector<ByteRange> arrays;
  for (const Seed::Array& array : seed.arrays) arrays.push_back({array.offset, array.size});
  const Seed::Array& text = seed.array(layout::seal_text);
  seal_file(path, results_layout_version, arrays, {text.offset, text.size});
}

/// Writes over a piece of the bytes.
void overwrite(Bytes& bytes, std::size_t begin, std::size_t end, FuzzedDataProvider& input) {
  end = std::min(end, bytes.size());
  if (begin >= end) return;
  const Bytes piece = input.ConsumeBytes<std::uint8_t>(
      input.ConsumeIntegralInRange<std::size_t>(1, std::min<std::size_t>(16, end - begin)));
  std::copy(piece.begin(), piece.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin));
}

/// Damages what the seal is for.
void damage_structure(Bytes& bytes, FuzzedDataProvider& input) {
  const auto begin = input.ConsumeIntegralInRange<std::size_t>(0, std::max<std::size_t>(1, bytes.size()) - 1);
  switch (input.ConsumeIntegralInRange(0, 2)) {
    case 0:
      overwrite(bytes, begin, bytes.size(), input);
      break;
    case 1: {
      const std::size_t count = std::min(input.ConsumeIntegral<std::size_t>() % 4096, bytes.size() - begin);
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), count,
                  input.ConsumeIntegral<std::uint8_t>());
      break;
    }
    default:
      bytes.resize(begin);
  }
}

/// Writes other numbers into the arrays until the input is used up: HDF5 finds nothing wrong with these.
void change_arrays(const Seed& seed, Bytes& bytes, FuzzedDataProvider& input) {
  while (input.remaining_bytes() > 0) {
    const Seed::Array& array =
        seed.arrays[input.ConsumeIntegralInRange<std::size_t>(0, seed.arrays.size() - 1)];
    const std::size_t end = std::min(array.offset + array.size, bytes.size());
    const std::size_t begin = array.offset + input.ConsumeIntegralInRange<std::size_t>(0, array.size - 1);
    const auto put = [&](auto value) {
      const std::size_t at = begin / sizeof value * sizeof value;
      if (at + sizeof value <= end) std::memcpy(bytes.data() + at, &value, sizeof value);
    };
    switch (input.ConsumeIntegralInRange(0, 7)) {
      case 0:
        put(input.ConsumeIntegralInRange<std::int32_t>(-2, 5));
        break;
      case 1:
        put(static_cast<float>(input.ConsumeIntegralInRange<int>(-1, 9)) / 8);
        break;
      case 2:
        put(static_cast<double>(input.ConsumeIntegralInRange<int>(-1, 9)) / 8);
        break;
      case 3:
        put(input.ConsumeIntegralInRange<std::int8_t>(0, 3));
        break;
      default:
        overwrite(bytes, begin, end, input);
    }
  }
}

/// Does to a seed's file what the input says.
Bytes damaged(const Seed& seed, const std::filesystem::path& path, FuzzedDataProvider& input) {
  write_bytes(path, seed.bytes);
  const auto how = input.ConsumeIntegralInRange(0, 2);
  if (how == 1) change_attributes(path, seed, input);
  Bytes bytes = how == 1 ? bytes_of(path) : seed.bytes;
  if (how == 2) damage_structure(bytes, input);
  change_arrays(seed, bytes, input);
  write_bytes(path, bytes);
  return bytes;
}

/// As they are taken over into a file with more runs or epochs.
void use_weights(const ResultsData& results) {
  StoredFile stored(results.file);
  if (!stored.has_weights()) return;
  for (std::size_t row = 0; row < results.runs.size(); ++row)
    for (const layout::TensorSet set : layout::tensor_sets(stored.parts())) {
      const auto hidden = static_cast<std::size_t>(results.runs[row].run.spec.hidden_size);
      const Weights weights = read_weights(stored, row, set, hidden);
      const NetworkShape shape{results.origin.data.pixels, hidden, results.origin.data.classes};
      for (const TensorInfo& tensor : tensor_table)
        require((weights.*tensor.values).size() == size(tensor, shape), "there is each weight");
    }
}

void use(const ResultsData& results) {
  for (const StoredRun& run : results.runs) {
    require(run.epochs_done >= -1 && run.epochs_done <= results.epochs(), "epochs_done is one of the epochs");
    require(run.weights_epoch >= -1 && run.weights_epoch <= results.epochs(), "so is weights_epoch");
    require(run.curves[Metric::test_loss].size() == results.recorded.size(), "each epoch has a number");
  }
  Comparison comparison = compare(results);
  require(!to_table(comparison).empty(), "there is something to print");
  for (const std::string_view column : comparison_columns()) {
    sort(comparison, column);
    (void)to_table(comparison);
  }
  (void)to_csv(comparison);
  (void)to_json(comparison);
  const std::string picture = to_screen(results, "");
  require(std::none_of(picture.begin(), picture.end(), [](char c) { return c >= 0 && c < ' ' && c != '\n'; }),
          "a picture moves no cursor");
  for (const std::size_t run : sample_runs(results, 2))
    require(run < results.runs.size(), "a sample is of the runs that are there");
}

/// Gives runs the digests of what they are now, as who means ill can; of sizes that are soon trained.
void make_own_digests(const std::filesystem::path& file, const Seed& seed, Bytes& bytes) {
  const ResultsData results = read_results(file);
  std::size_t at = seed.array("digest").offset;
  for (const StoredRun& run : results.runs) {
    const std::string digest = run_digest(run.run.spec, seed.data);
    if (run.run.spec.hidden_size <= 64)
      std::copy(digest.begin(), digest.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    at += digest.size();
  }
  write_bytes(file, bytes);
}

/// What a file is given to. That a file holds other numbers than training gives is a failure of its own.
constexpr std::size_t verifying = 3;
constexpr std::array<void (*)(const std::filesystem::path&, const Seed&), 7> targets{
    [](const std::filesystem::path& file, const Seed&) {
      const ResultsData results = read_results(file);
      use(results);
      use_weights(results);
    },
    [](const std::filesystem::path& file, const Seed&) { (void)to_page(read_results(file)); },
    [](const std::filesystem::path& file, const Seed&) { (void)figures(read_results(file)); },
    [](const std::filesystem::path& file, const Seed& seed) {
      const ResultsData results = read_results(file);
      const auto rows = sample_runs(results, 2);
      (void)verify(results, rows, seed.data, small_backend(), one_thread(), std::atomic<bool>{false});
    },
    [](const std::filesystem::path& file, const Seed& seed) {
      const std::filesystem::path good = file.string() + ".good", whole = file.string() + ".whole";
      write_bytes(good, seed.bytes);
      std::filesystem::remove(whole);
      (void)merge_results(whole, std::array{file, good}, example_provenance);
      (void)read_results(whole);
    },
    [](const std::filesystem::path& file, const Seed& seed) {
      std::filesystem::remove(file.string() + ".checkpoint");
      train_some(file, seed.sweep, seed.data, 1);
    },
    [](const std::filesystem::path& file, const Seed& seed) {
      std::filesystem::remove(file.string() + ".checkpoint");
      drop_damaged(file);
      require(check_results(file).damaged.empty(), "what is damaged is dropped");
      train_some(file, seed.sweep, seed.data, 1);
    }};

}  // namespace

/// The input is what is done with the file, and a list of things to do to a good one before.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array seeds{make_seed(false, false), make_seed(true, false), make_seed(false, true),
                                make_seed(true, true)};
  static const TemporaryDirectory folder;
  FuzzedDataProvider input(data, size);
  const auto target = input.ConsumeIntegralInRange<std::size_t>(0, targets.size() - 1);
  const Seed& seed = seeds[input.ConsumeIntegralInRange<std::size_t>(0, seeds.size() - 1)];
  const bool own_digests = input.ConsumeBool();
  const std::filesystem::path file = folder / "input.h5";
  Bytes bytes = damaged(seed, file, input);
  try {
    if (own_digests) make_own_digests(file, seed, bytes);
    targets[target](file, seed);
  } catch (const Error& error) {
    require(error.what()[0] != '\0', "an error has a message");
    require(error.kind() == ErrorKind::bad_input || target == verifying, "what is damaged is bad input");
  }
  return 0;
}
