#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// One of the four files a data set is made of.
struct DatasetFile {
  std::filesystem::path path;  ///< as it was opened
  std::string sha256;          ///< of the whole decompressed file, 64 hexadecimal digits
};

/// What is to be known of a data set without its images.
struct DatasetFacts {
  std::string name;                   ///< "fashion-mnist", "mnist", or the folder's name
  std::filesystem::path directory;    ///< where its files lie
  std::array<DatasetFile, 4> files;   ///< in the order of dataset_file_names
  std::size_t rows = 0, columns = 0;  ///< height and width of an image in pixels; 0 where they are not known
  std::size_t pixels = 0;             ///< of an image
  std::size_t classes = 0;
  std::size_t train_size = 0, validation_size = 0, test_size = 0;  ///< images used
  /// Of the training images used, those of each class; empty where it is not known.
  std::vector<std::int64_t> train_class_counts;
  /// The classes of the test images used; empty where they are not known.
  std::vector<std::uint8_t> test_labels;
};

/// What the four files are called where something is said of each.
inline constexpr std::array<std::string_view, 4> dataset_file_names{"train_images", "train_labels",
                                                                    "test_images", "test_labels"};

}  // namespace runner
