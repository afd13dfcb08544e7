#include "runner/data/dataset.hpp"
#include "runner/data/quantisation.hpp"
#include "runner/error/error.hpp"

#include "data/idx_files.hpp"
#include "fuzz/require.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace {

using namespace runner;
using namespace runner::test;

/// What parts of an input lie between.
constexpr std::string_view separator = "\x1e\x1e";

/// Takes a part off the front.
Bytes take_part(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + separator.size(), rest.size()));
  return {part.begin(), part.end()};
}

void check(const LabelledImages& set, const Dataset& data) {
  require(set.count > 0, "there are images");
  require(set.pixels.size() == set.count * data.pixels, "each image has its pixels");
  require(set.labels.size() == set.count, "each image has a label");
  require(*std::max_element(set.labels.begin(), set.labels.end()) < data.classes, "labels are classes");
}

void check(const DatasetSource& source) {
  std::optional<Dataset> data;
  try {
    data = load_dataset(source);
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::bad_input, "a data set that cannot be read is bad input");
    return;
  }
  check(data->train, *data);
  check(data->test, *data);
  require(data->classes >= 2 && data->classes <= 256, "there are classes");
  require(data->rows == 0 || data->pixels % (data->rows * data->columns) == 0,
          "images have rows and columns");
  const PixelScale& scale = data->scale;
  require(scale.offsets.size() == scale.steps.size(), "a step for each offset");
  require(scale.empty() || scale.offsets.size() == (source.standardise ? data->pixels : 1),
          "a scale for all or each");
  for (std::size_t p = 0; p < scale.offsets.size(); ++p)
    require(std::isfinite(scale.offsets[p]) && std::isfinite(scale.steps[p]) && scale.steps[p] >= 0,
            "a scale is of finite numbers");
  // The bytes of one scale reach both ends.
  if (scale.offsets.size() == 1) {
    const auto [least, most] = std::minmax_element(data->train.pixels.begin(), data->train.pixels.end());
    require(*least == 0 && *most == 255 && data->train_outside == 0,
            "a scale is that of the training images");
  }
}

}  // namespace

/// The input: which form a data set has and whether it is standardised, in its first byte; then its files: an
/// archive; or four arrays; or two tables.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  static const TemporaryDirectory folder;
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  DatasetSource source;
  source.standardise = (bytes[0] & 4) != 0;
  switch (bytes[0] % 4) {
    case 0:
      source.npz = folder / "data.npz";
      write_file(source.npz, {rest.begin(), rest.end()});
      break;
    case 1:
      source.arrays = {folder / "x_train", folder / "t_train", folder / "x_test", folder / "t_test"};
      for (const std::filesystem::path& array : source.arrays) write_file(array, take_part(rest));
      break;
    default:
      source.csv = {folder / "train.csv", folder / "test.csv"};
      for (const std::filesystem::path& table : source.csv) write_file(table, take_part(rest));
  }
  check(source);
  return 0;
}
