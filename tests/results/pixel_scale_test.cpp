// How the numbers of the images became bytes, in a results file.

#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/results/merge.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/results_file.hpp"

#include "example.hpp"
#include "results/stored_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

using testing::HasSubstr;

/// The tiny data set, of numbers.
Dataset with_scale(const PixelScale& scale) {
  Dataset data = tiny_dataset();
  data.scale = scale;
  return data;
}

/// One for each pixel.
PixelScale of_columns() {
  PixelScale scale;
  for (std::size_t p = 0; p < tiny_dataset().pixels; ++p) {
    scale.offsets.push_back(-1.0 / static_cast<double>(p + 1));
    scale.steps.push_back(p % 7 == 0 ? 0 : 0.1 * static_cast<double>(p));
  }
  return scale;
}

const PixelScale of_all{{-0.25}, {0.1 / 3}};

class PixelScales : public testing::Test {
 protected:
  void open(const Dataset& data, int epochs = 2, const char* name = "example.h5") {
    std::string config = example_config;
    config.replace(config.find("\"epochs\": 2"), 11, "\"epochs\": " + std::to_string(epochs));
    const Sweep sweep = sweep_of(config, data);
    ResultsFile file(folder / name, sweep, data, example_provenance, {});
    for (const std::size_t run : file.missing()) write_run(file, run, epochs);
    file.close();
  }

  template <class Do>
  std::string refused(const Do& what) {
    try {
      what();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      return error.what();
    }
    return "no error";
  }

  PixelScale scale_of(const char* name = "example.h5") const {
    return read_results(folder / name).origin.data.scale;
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
};

TEST_F(PixelScales, ReadBackAsTheyWereGiven) {
  for (const PixelScale& scale : {of_all, of_columns(), PixelScale{}}) {
    std::filesystem::remove(path);
    open(with_scale(scale));
    EXPECT_EQ(scale_of(), scale);
    EXPECT_EQ(read_results(path).origin.data.pixels, tiny_dataset().pixels);
    EXPECT_EQ(StoredFile(path).has(layout::scale_step), !scale.empty());
  }
}

TEST_F(PixelScales, StayWhenAFileIsExtended) {
  open(with_scale(of_columns()));
  open(with_scale(of_columns()), 3);
  EXPECT_EQ(scale_of(), of_columns());
  open(with_scale({}), 4);  // the same bytes, given as bytes
  EXPECT_EQ(scale_of(), of_columns());
}

TEST_F(PixelScales, AreAddedWhereBytesComeAsNumbers) {
  open(with_scale({}));
  open(with_scale(of_all), 3);
  EXPECT_EQ(scale_of(), of_all);
}

TEST_F(PixelScales, OfAnotherKindAreNotGoneOnWith) {
  open(with_scale(of_all));
  EXPECT_THAT(refused([&] {
                open(with_scale({{-0.5}, {0.1 / 3}}));
              }),
              HasSubstr("the numbers of the images became bytes by another scale when the file was made"));
  EXPECT_THAT(refused([&] { open(with_scale(of_columns()), 3); }),
              HasSubstr("by another scale when the file was made"));
  open(with_scale(of_all));
}

TEST_F(PixelScales, AreMerged) {
  open(with_scale({}), 2, "bytes.h5");
  open(with_scale(of_all), 2, "numbers.h5");
  open(with_scale(of_columns()), 2, "columns.h5");
  const auto merge = [&](const char* one, const char* other) {
    const std::array<std::filesystem::path, 2> parts{folder / one, folder / other};
    std::filesystem::remove(folder / "whole.h5");
    merge_results(folder / "whole.h5", parts, example_provenance, {});
  };
  merge("bytes.h5", "numbers.h5");
  EXPECT_EQ(scale_of("whole.h5"), of_all);
  merge("numbers.h5", "bytes.h5");
  EXPECT_EQ(scale_of("whole.h5"), of_all);
  EXPECT_THAT(refused([&] { merge("numbers.h5", "columns.h5"); }),
              HasSubstr("the scale by which the numbers of their images became bytes"));
}

TEST_F(PixelScales, ThatHaveChangedAreDamage) {
  for (const double wrong :
       {0.5, -0.5, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    std::filesystem::remove(path);
    open(with_scale(of_columns()));
    const std::uint64_t offset = StoredFile(path).offset(layout::scale_step);
    Descriptor(path, O_RDWR).write_at(offset + 3 * sizeof wrong, &wrong, sizeof wrong);
    EXPECT_THAT(
        refused([&] { read_results(path); }),
        HasSubstr(wrong == 0.5 ? "its pixel_scale is not what it was made with" : "the scale of pixel 3 is"));
  }
}

TEST_F(PixelScales, OfImagesThatAreNoRectangle) {
  Dataset data = with_scale(of_columns());
  data.rows = data.columns = 0;
  open(data);
  EXPECT_EQ(read_results(path).origin.data.pixels, 35u);
  std::filesystem::remove(path);
  data.rows = 1;  // with seven channels
  data.columns = 5;
  open(data);
  EXPECT_EQ(read_results(path).origin.data.columns, 5u);
  EXPECT_EQ(read_results(path).origin.data.pixels, 35u);
}

}  // namespace
}  // namespace runner::test
