#pragma once

#include "runner/model/dataset_facts.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
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
  /// "fashion-mnist", "mnist", or what the user's files are called: the folder of IDX files or arrays, the
  /// archive or the training table without its ending.
  std::string name;
  std::filesystem::path directory;   ///< where its files lie
  std::array<DatasetFile, 4> files;  ///< training images, training labels, test images, test labels
  std::size_t rows = 0;              ///< height of an image, pixels; 0 where only `pixels` is known
  std::size_t columns = 0;           ///< width of an image, pixels; 0 where only `pixels` is known
  std::size_t pixels = 0;            ///< numbers of an image: rows × columns × channels
  /// 10 for the built-in sets, the length of one-hot labels, else 1 + the largest training label in the file.
  std::size_t classes = 0;
  std::vector<std::int64_t> train_class_counts;  ///< how many images of each class `train` has
  LabelledImages train;
  LabelledImages validation;  ///< empty unless asked for
  LabelledImages test;
  PixelScale scale;  ///< empty where the images came as bytes
  /// How many numbers of the images in the files lie outside the scale (is_outside) and became 0 or 255.
  std::uint64_t train_outside = 0, test_outside = 0;

  /// The facts that remain without the images.
  operator DatasetFacts() const;
};

/// Which data set, and how much of it. At most one of `directory`, `arrays`, `npz` and `csv` is given.
struct DatasetSource {
  std::string name = "fashion-mnist";          ///< "fashion-mnist" or "mnist"; not used when files are given
  std::filesystem::path directory = {};        ///< a folder with four IDX files, or empty
  std::optional<std::size_t> train_size = {};  ///< the first so many training images; all if absent
  std::optional<std::size_t> test_size = {};   ///< the first so many test images; all if absent
  std::size_t validation_size = 0;  ///< so many of the last training images become the validation set
  /// Files of arrays (open_array) in the order of dataset_file_names; all empty, or none.
  std::array<std::filesystem::path, 4> arrays = {};
  std::filesystem::path npz = {};                 ///< an archive with the arrays dataset_array_names
  std::array<std::filesystem::path, 2> csv = {};  ///< a table for training and one for test; both or none
  std::string label = "label";                    ///< their column of labels
  bool standardise = false;  ///< each pixel has a scale of its own, also where the images are bytes
};

/// The names of the arrays in an archive, in the order of dataset_file_names.
inline constexpr std::array<std::string_view, 4> dataset_array_names{"x_train", "t_train", "x_test",
                                                                     "t_test"};

/// Whether a data set is known by this name.
bool is_built_in(std::string_view name);

/// Finds, reads and checks a data set.
///
/// "fashion-mnist" is /usr/share/datasets/fashion-mnist (Debian's dataset-fashion-mnist) unless
/// $RUNNER_DATA/fashion-mnist exists; "mnist" is looked for in $RUNNER_DATA/mnist, data/mnist and
/// ~/.local/share/runner/mnist. A folder holds the training and the test set as IDX files: images and labels,
/// plain or with .gz (the plain one is taken where both exist), under the names that MNIST's have
/// (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…), with a point (train-images.idx3-ubyte), "test"
/// for "t10k", and a prefix, as EMNIST's and QMNIST's have. A file may lie in a folder of its own name.
///
/// Images are bytes, which stay as they are, or floating-point numbers, which become bytes by a scale: one
/// for all pixels (scale_of_all), or with `standardise` one for each (scale_of_columns). The scale is that of
/// all training images in the file, whatever part of them is used. Memory: the bytes of the images, and a
/// small buffer; numbers are read twice instead of being kept.
///
/// Tables (CSV) have a line of column names, a column of labels, and numbers in all others; in both tables
/// the columns are the same in the same order. Where all numbers of both are integers from 0 to 255, they are
/// bytes.
///
/// Labels are integers of any type, one-hot rows, or QMNIST's table, whose first column is the class. The
/// training labels must be 0, 1, 2, … without a gap, except in IDX files and one-hot rows.
///
/// All files are read and checked to the end, even if only a part is used.
/// Throws Error (bad_input): a folder or file that is not there (with what is there, the places looked in and
/// how to get it), any error of the readers, image and label counts that differ (both files named), shapes or
/// kinds of training and test images that differ, labels out of range (10 or more in the built-in sets; a
/// test label above every training label elsewhere; below 0, above 255; one class only; a gap), `train_size`
/// or `test_size` of zero or larger than the file holds, and a `validation_size` that leaves nothing to train
/// on (the key named). failure: reading fails.
Dataset load_dataset(const DatasetSource& source);

}  // namespace runner
