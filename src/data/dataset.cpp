#include "runner/data/dataset.hpp"

#include "runner/data/array.hpp"
#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"
#include "runner/model/limits.hpp"

#include "csv_table.hpp"
#include "idx_folder.hpp"
#include "image_source.hpp"
#include "labels.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// A data set known by name.
struct BuiltIn {
  std::vector<fs::path> places;  ///< where it is looked for, in this order
  std::string advice;            ///< what to do when it is not there
};

constexpr std::size_t built_in_classes = 10;

/// `subfolder` of the folder that an environment variable names; nothing where it is not set.
void add_place(std::vector<fs::path>& places, const char* variable, const fs::path& subfolder) {
  const char* folder = std::getenv(variable);
  if (folder != nullptr && *folder != '\0') places.push_back(fs::path(folder) / subfolder);
}

BuiltIn built_in(const std::string& name) {
  BuiltIn set;
  add_place(set.places, "RUNNER_DATA", name);
  if (name == "fashion-mnist") {
    set.places.push_back("/usr/share/datasets/fashion-mnist");
    set.advice = "install Debian's package dataset-fashion-mnist";
  } else if (name == "mnist") {
    set.places.push_back("data/mnist");
    add_place(set.places, "HOME", ".local/share/runner/mnist");
    set.advice = "get it with scripts/get-mnist";
  } else {
    throw bad_input(fmt::format(
        "dataset is \"{}\"; it must be \"fashion-mnist\", \"mnist\" or a folder: {{\"dir\": \"…\"}}", name));
  }
  return set;
}

fs::path find_built_in(const std::string& name, const BuiltIn& set) {
  for (const fs::path& place : set.places)
    if (is_folder(place)) return place;
  std::vector<std::string> places;
  for (const fs::path& place : set.places) places.push_back(place.string());
  throw bad_input(
      fmt::format("the data set {} was not found in {}; {}", name, fmt::join(places, ", "), set.advice));
}

/// A folder's own name, also for "data/" and ".".
std::string folder_name(const fs::path& directory) {
  std::error_code fault;  // the current folder is gone: then it has no name
  const fs::path path = fs::absolute(directory, fault).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

/// The training or the test half of a data set, as its files hold it.
struct Half {
  std::unique_ptr<ImageSource> images;
  std::filesystem::path images_path, labels_path;
  std::string labels_name;  ///< for messages
  LabelNumbers labels;
  bool may_have_gaps = false;  ///< a class below the largest may have no image
  bool is_table = false;       ///< what its numbers are is not declared

  std::vector<std::uint8_t> pixels;   ///< when they have been read
  std::vector<std::uint8_t> classes;  ///< the labels, when they have been checked
};

Half half_of(ArrayReader images, ArrayReader labels) {
  Half half;
  half.images_path = images.file();
  half.labels_path = labels.file();
  half.labels_name = labels.name();
  half.images = images_of(std::move(images));
  half.labels = read_label_numbers(labels);
  half.may_have_gaps = labels.format() == ArrayFormat::idx || half.labels.one_hot > 0;
  if (half.images->images() != half.labels.values.size())
    throw bad_input(fmt::format("{} holds {} images but {} holds {} labels", half.images->name(),
                                half.images->images(), half.labels_name, half.labels.values.size()));
  return half;
}

/// Training and test half.
using Halves = std::array<Half, 2>;

/// Opens one part after the other: what is wrong with the first is said first.
template <class Open>
Halves open_parts(const Open& open) {
  Halves halves;
  for (std::size_t h = 0; h < halves.size(); ++h) {
    ArrayReader images = open(2 * h);
    halves[h] = half_of(std::move(images), open(2 * h + 1));
  }
  return halves;
}

Halves open_files(const std::array<fs::path, 4>& files) {
  return open_parts([&](std::size_t part) { return open_array(files[part]); });
}

Halves open_archive(const fs::path& file) {
  return open_parts([&](std::size_t part) { return open_npz_array(file, dataset_array_names[part]); });
}

Halves open_tables(const std::array<fs::path, 2>& files, const std::string& label) {
  Halves halves;
  std::array<std::vector<std::string>, 2> columns;
  for (std::size_t h = 0; h < halves.size(); ++h) {
    CsvTable table = read_csv(files[h], label);
    halves[h].images = std::move(table.images);
    halves[h].images_path = halves[h].labels_path = files[h];
    halves[h].labels_name = fmt::format("{}: column {}", files[h].string(), label);
    halves[h].labels = std::move(table.labels);
    halves[h].is_table = true;
    columns[h] = std::move(table.columns);
  }
  const auto [train, test] = std::ranges::mismatch(columns[0], columns[1]);
  const auto name = [](const auto& at, const auto& all) {
    return at == all.end() ? "no more" : fmt::format("\"{}\"", *at);
  };
  if (train != columns[0].end() || test != columns[1].end())
    throw bad_input(
        fmt::format("column {} of {} is {} but of {} it is {}; both tables must have the same columns "
                    "in the same order",
                    train - columns[0].begin() + 1, files[0].string(), name(train, columns[0]),
                    files[1].string(), name(test, columns[1])));
  return halves;
}

/// How many classes there are, by the training labels; 0 where the data set says it itself.
std::size_t count_classes(const Half& train) {
  const std::vector<std::int64_t>& labels = train.labels.values;
  const auto [lowest, highest] = std::ranges::minmax(labels);
  const auto refuse = [&](std::int64_t label, std::string_view rule) {
    throw bad_input(fmt::format("{} holds the label {} at index {}; {}", train.labels_name, label,
                                std::ranges::find(labels, label) - labels.begin(), rule));
  };
  if (lowest < 0) refuse(lowest, "labels must be 0 or more");
  if (highest >= static_cast<std::int64_t>(max_classes)) refuse(highest, "labels must be 0 to 255");
  if (lowest == highest)
    throw bad_input(fmt::format("{} holds only the label {}; there must be two classes or more",
                                train.labels_name, lowest));
  if (train.labels.one_hot > 0) {
    if (train.labels.one_hot > max_classes)
      throw bad_input(fmt::format("{} has {} classes; at most {} are possible", train.labels_name,
                                  train.labels.one_hot, max_classes));
    return train.labels.one_hot;
  }
  const auto classes = static_cast<std::size_t>(highest) + 1;
  if (train.may_have_gaps) return classes;
  std::vector<bool> occurs(classes);
  for (const std::int64_t label : labels) occurs[static_cast<std::size_t>(label)] = true;
  const auto gap = std::ranges::find(occurs, false);
  if (gap != occurs.end())
    throw bad_input(fmt::format(
        "{} holds no label {}, and its largest is {}; classes must be numbered 0, 1, 2, … without a gap, as "
        "np.unique(t, return_inverse=True)[1] numbers them",
        train.labels_name, gap - occurs.begin(), highest));
  return classes;
}

void check_labels(Half& half, std::size_t classes) {
  const std::vector<std::int64_t>& labels = half.labels.values;
  const auto bad = std::ranges::find_if(
      labels, [&](std::int64_t label) { return label < 0 || label >= static_cast<std::int64_t>(classes); });
  if (bad != labels.end())
    throw bad_input(fmt::format("{} holds the label {} at index {}; labels of {} classes are 0 to {}",
                                half.labels_name, *bad, bad - labels.begin(), classes, classes - 1));
  half.classes.assign(labels.begin(), labels.end());
}

/// The size of an image as messages have it: "28 x 28".
std::string size_of_image(const ImageSource& images) {
  return fmt::format("{}", fmt::join(images.shape().begin() + 1, images.shape().end(), " x "));
}

void require_same_kind(const Halves& halves) {
  const ImageSource &train = *halves[0].images, &test = *halves[1].images;
  if (size_of_image(train) != size_of_image(test))
    throw bad_input(fmt::format("{} holds images of {} pixels but {} of {}", train.name(),
                                size_of_image(train), test.name(), size_of_image(test)));
  if (train.are_bytes() != test.are_bytes() && !halves[0].is_table)
    throw bad_input(
        fmt::format("{} holds {} but {} {}; training and test images must both be bytes, or both be "
                    "floating-point numbers",
                    train.name(), train.type(), test.name(), test.type()));
}

/// The SHA-256 of an IDX file of bytes.
std::string sha256_of_idx(std::span<const std::uint64_t> shape, std::span<const std::uint8_t> bytes) {
  Sha256 sum;
  std::vector<std::uint8_t> header{0, 0, 8, static_cast<std::uint8_t>(shape.size())};
  for (const std::uint64_t length : shape)
    for (int shift = 24; shift >= 0; shift -= 8) header.push_back(static_cast<std::uint8_t>(length >> shift));
  sum.add(header);
  sum.add(bytes);
  return sum.hex();
}

/// The first `size` images with their labels, or all; `key` is what the config calls this size.
LabelledImages take(Half half, std::optional<std::size_t> size, std::string_view key) {
  const std::size_t images = half.images->images();
  if (size && (*size < 1 || *size > images))
    throw bad_input(fmt::format("{} is {}; it must be 1 to {}, the number of images in {}", key, *size,
                                images, half.images->name()));
  LabelledImages taken;
  taken.count = size.value_or(images);
  taken.pixels = std::move(half.pixels);
  taken.pixels.resize(taken.count * half.images->pixels());
  taken.pixels.shrink_to_fit();
  taken.labels = std::move(half.classes);
  taken.labels.resize(taken.count);
  return taken;
}

/// The last `size` images, which are not in `train` any more.
LabelledImages split_off(LabelledImages& train, std::size_t size, std::size_t pixels) {
  if (size >= train.count)
    throw bad_input(fmt::format(
        "validation_size is {}; it must be below {}, the number of training images that it is taken from",
        size, train.count));
  train.count -= size;
  const auto first = static_cast<std::ptrdiff_t>(train.count);
  const auto first_pixel = static_cast<std::ptrdiff_t>(train.count * pixels);
  LabelledImages taken{size,
                       {train.pixels.begin() + first_pixel, train.pixels.end()},
                       {train.labels.begin() + first, train.labels.end()}};
  train.pixels.resize(train.count * pixels);
  train.labels.resize(train.count);
  return taken;
}

/// Finds the files, and says in `data` which they are.
Halves open_halves(const DatasetSource& source, Dataset& data) {
  if (!source.npz.empty()) {
    data.name = source.npz.stem().string();
    data.directory = source.npz.parent_path();
    return open_archive(source.npz);
  }
  if (!source.arrays[0].empty()) {
    data.directory = source.arrays[0].parent_path();
    data.name = folder_name(data.directory.empty() ? "." : data.directory);
    return open_files(source.arrays);
  }
  if (!source.csv[0].empty()) {
    data.name = source.csv[0].stem().string();
    data.directory = source.csv[0].parent_path();
    return open_tables(source.csv, source.label);
  }
  if (!source.directory.empty()) {
    if (!is_folder(source.directory))
      throw bad_input(fmt::format("dir is {}, which is not a folder", source.directory.string()));
    data.name = folder_name(source.directory);
    data.directory = source.directory;
    return open_files(find_idx_files(data.directory, ""));
  }
  const BuiltIn set = built_in(source.name);
  data.name = source.name;
  data.directory = find_built_in(source.name, set);
  return open_files(find_idx_files(data.directory, "; " + set.advice));
}

}  // namespace

bool is_built_in(std::string_view name) {
  return name == "fashion-mnist" || name == "mnist";
}

Dataset::operator DatasetFacts() const {
  return {name,
          directory,
          files,
          rows,
          columns,
          pixels,
          classes,
          train.count,
          validation.count,
          test.count,
          train_class_counts,
          test.labels,
          scale};
}

Dataset load_dataset(const DatasetSource& source) {
  Dataset data;
  const bool by_name =
      source.directory.empty() && source.npz.empty() && source.arrays[0].empty() && source.csv[0].empty();
  Halves halves = open_halves(source, data);
  Half &train = halves[0], &test = halves[1];
  require_same_kind(halves);
  data.classes = count_classes(train);
  if (by_name) data.classes = built_in_classes;
  check_labels(train, data.classes);
  if (test.labels.one_hot > 0 && test.labels.one_hot != data.classes)
    throw bad_input(fmt::format("{} has rows of {} classes, but there are {} in {}", test.labels_name,
                                test.labels.one_hot, data.classes, train.labels_name));
  check_labels(test, data.classes);

  if (source.standardise || !train.images->are_bytes() || !test.images->are_bytes()) {
    data.scale = source.standardise ? scale_of_columns(*train.images) : scale_of_all(*train.images);
    const auto quantised = [&](Half& half) {
      Quantised result = quantise(*half.images, data.scale);
      half.pixels = std::move(result.bytes);
      return result.outside;
    };
    data.train_outside = quantised(train);
    data.test_outside = quantised(test);
  } else {
    for (Half& half : halves) half.pixels = half.images->bytes();
  }

  for (std::size_t h = 0; h < halves.size(); ++h) {
    const Half& half = halves[h];
    const std::uint64_t labels = half.classes.size();
    data.files[2 * h] = {half.images_path, sha256_of_idx(half.images->shape(), half.pixels)};
    data.files[2 * h + 1] = {half.labels_path, sha256_of_idx({&labels, 1}, half.classes)};
  }
  const Shape shape = train.images->shape();
  if (shape.size() > 2) {
    data.rows = shape[1];
    data.columns = shape[2];
  }
  data.pixels = train.images->pixels();
  data.train = take(std::move(train), source.train_size, "train_size");
  data.test = take(std::move(test), source.test_size, "test_size");
  data.validation = split_off(data.train, source.validation_size, data.pixels);
  data.train_class_counts.resize(data.classes);
  for (const std::uint8_t label : data.train.labels) ++data.train_class_counts[label];
  return data;
}

}  // namespace runner
