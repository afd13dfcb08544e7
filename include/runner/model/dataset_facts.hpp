#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// One of the four parts a data set is made of: images or labels, of training or test.
struct DatasetFile {
  std::filesystem::path path;  ///< of the file it is in, as it was opened
  /// Of an IDX file of these bytes in this shape, 64 hexadecimal digits. So it is that of the decompressed
  /// file where that is an IDX file of bytes, and the same for the same data in any other format.
  std::string sha256;
};

/// How the numbers of images became bytes: number ≈ offset + step · byte.
///
/// byte = ⌊(number − offset) / step + 1/2⌋, at least 0 and at most 255, in double, each operation rounded on
/// its own; 0 where the step is 0.
struct PixelScale {
  std::vector<double> offsets;  ///< one for all pixels, or one for each; empty: the images came as bytes
  std::vector<double> steps;    ///< as many, none negative

  bool empty() const { return offsets.empty(); }
  friend bool operator==(const PixelScale&, const PixelScale&) = default;
};

/// What is to be known of a data set without its images.
struct DatasetFacts {
  std::string name;                   ///< as Dataset::name
  std::filesystem::path directory;    ///< where its files lie
  std::array<DatasetFile, 4> files;   ///< in the order of dataset_file_names
  std::size_t rows = 0, columns = 0;  ///< height and width of an image in pixels; 0 where they are not known
  std::size_t pixels = 0;             ///< numbers of an image: rows × columns × channels
  std::size_t classes = 0;
  std::size_t train_size = 0, validation_size = 0, test_size = 0;  ///< images used
  /// Of the training images used, those of each class; empty where it is not known.
  std::vector<std::int64_t> train_class_counts;
  /// The classes of the test images used; empty where they are not known.
  std::vector<std::uint8_t> test_labels;
  PixelScale scale;  ///< empty where the images came as bytes
};

/// What the four files are called where something is said of each.
inline constexpr std::array<std::string_view, 4> dataset_file_names{"train_images", "train_labels",
                                                                    "test_images", "test_labels"};

}  // namespace runner
