#pragma once

#include "runner/model/dataset_facts.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// Images with their labels: the training, the validation or the test set.
struct LabelledImages {
  std::size_t count = 0;
  std::vector<std::uint8_t> pixels;  ///< count × Dataset::pixels, an image after the other, 0…255
  std::vector<std::uint8_t> labels;  ///< count values below Dataset::classes
};

/// A data set in memory. Immutable once loaded, shared by all runs and threads.
struct Dataset {
  std::string name;                  ///< "fashion-mnist", "mnist", or the folder's name
  std::filesystem::path directory;   ///< where its files lie
  std::array<DatasetFile, 4> files;  ///< training images, training labels, test images, test labels
  std::size_t rows = 0;              ///< height of an image, pixels
  std::size_t columns = 0;           ///< width of an image, pixels
  std::size_t pixels = 0;            ///< rows × columns
  std::size_t classes = 0;  ///< 10 for the built-in sets, else 1 + the largest training label in the file
  std::vector<std::int64_t> train_class_counts;  ///< of the images in `train`, those of each class
  LabelledImages train;
  LabelledImages validation;  ///< empty unless asked for
  LabelledImages test;

  /// What is known of it without its images.
  operator DatasetFacts() const;
};

/// Which data set, and how much of it.
struct DatasetSource {
  std::string name = "fashion-mnist";    ///< "fashion-mnist" or "mnist"; not used when `directory` is given
  std::filesystem::path directory = {};  ///< a folder with four IDX files, or empty
  std::optional<std::size_t> train_size = {};  ///< the first so many training images; all if absent
  std::optional<std::size_t> test_size = {};   ///< the first so many test images; all if absent
  std::size_t validation_size = 0;  ///< of the training images the last so many are taken away for validation
};

/// Finds, reads and checks a data set.
///
/// "fashion-mnist" is /usr/share/datasets/fashion-mnist (Debian's dataset-fashion-mnist) unless
/// $RUNNER_DATA/fashion-mnist exists; "mnist" is looked for in $RUNNER_DATA/mnist, data/mnist and
/// ~/.local/share/runner/mnist. A folder holds train-images-idx3-ubyte, train-labels-idx1-ubyte,
/// t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each plain or with .gz (the plain one is taken where
/// both exist).
///
/// All four files are read and checked to the end whatever part is used.
/// Throws Error (bad_input): a folder or file that is not there (with the places looked in and how to get
/// it), any error of read_idx_*, image and label counts that differ (both files named), sizes of training and
/// test images that differ, labels out of range (10 or more in the built-in sets; a test label above every
/// training label elsewhere; one class only), `train_size` or `test_size` of zero or larger than the file
/// holds, and a `validation_size` that leaves nothing to train on (the key named). failure: reading fails.
Dataset load_dataset(const DatasetSource& source);

}  // namespace runner
