#include "runner/data/dataset.hpp"

#include "runner/data/idx.hpp"
#include "runner/error/error.hpp"

#include <algorithm>
#include <cstdlib>
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

// A place that may not be looked at is as good as one that is not there.
bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}
bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

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
  throw bad_input(fmt::format("the data set {} is not there; it was looked for in {}; {}", name,
                              fmt::join(places, ", "), set.advice));
}

/// A folder's own name, also for "data/" and ".".
std::string folder_name(const fs::path& directory) {
  std::error_code fault;  // the current folder is gone: then it has no name
  const fs::path path = fs::absolute(directory, fault).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

/// The plain file, or else the gzipped one. `advice` ends the message when there is neither.
fs::path find_file(const fs::path& directory, const std::string& name, const std::string& advice) {
  const fs::path plain = directory / name;
  const fs::path gzipped = directory / (name + ".gz");
  if (is_there(plain)) return plain;
  if (is_there(gzipped)) return gzipped;
  throw bad_input(fmt::format("there is neither {} nor {}{}", plain.string(), gzipped.string(), advice));
}

/// The training or the test half of a data set, as its two files hold it.
struct Part {
  fs::path images_path;
  fs::path labels_path;
  IdxImages images;
  IdxLabels labels;
};

Part read_part(const fs::path& directory, const std::string& prefix, const std::string& advice) {
  Part part;
  part.images_path = find_file(directory, prefix + "-images-idx3-ubyte", advice);
  part.labels_path = find_file(directory, prefix + "-labels-idx1-ubyte", advice);
  part.images = read_idx_images(part.images_path);
  part.labels = read_idx_labels(part.labels_path);
  if (part.images.count != part.labels.labels.size())
    throw bad_input(fmt::format("{} holds {} images but {} holds {} labels", part.images_path.string(),
                                part.images.count, part.labels_path.string(), part.labels.labels.size()));
  return part;
}

void check_labels(const Part& part, std::size_t classes) {
  const std::vector<std::uint8_t>& labels = part.labels.labels;
  const auto bad = std::ranges::find_if(labels, [&](std::uint8_t label) { return label >= classes; });
  if (bad != labels.end())
    throw bad_input(fmt::format("{} holds the label {} at index {}; labels of {} classes are 0 to {}",
                                part.labels_path.string(), *bad, bad - labels.begin(), classes, classes - 1));
}

/// The first `size` images with their labels, or all; `key` is what the config calls this size.
LabelledImages take(Part part, std::optional<std::size_t> size, std::string_view key) {
  if (size && (*size < 1 || *size > part.images.count))
    throw bad_input(fmt::format("{} is {}; it must be 1 to {}, the number of images in {}", key, *size,
                                part.images.count, part.images_path.string()));
  LabelledImages taken;
  taken.count = size.value_or(part.images.count);
  taken.pixels = std::move(part.images.pixels);
  taken.pixels.resize(taken.count * part.images.rows * part.images.columns);
  taken.pixels.shrink_to_fit();
  taken.labels = std::move(part.labels.labels);
  taken.labels.resize(taken.count);
  return taken;
}

/// The last `size` images, which are not in `train` any more.
LabelledImages split_off(LabelledImages& train, std::size_t size, std::size_t pixels) {
  if (size >= train.count)
    throw bad_input(fmt::format(
        "validation_size is {}; it must be below {}, the number of training images, of which it is "
        "taken away",
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

}  // namespace

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
          test.labels};
}

Dataset load_dataset(const DatasetSource& source) {
  Dataset data;
  std::string advice;
  const bool by_name = source.directory.empty();
  if (by_name) {
    const BuiltIn set = built_in(source.name);
    data.name = source.name;
    data.directory = find_built_in(source.name, set);
    advice = "; " + set.advice;
  } else {
    if (!is_folder(source.directory))
      throw bad_input(fmt::format("dir is {}, which is not a folder", source.directory.string()));
    data.name = folder_name(source.directory);
    data.directory = source.directory;
  }

  Part train = read_part(data.directory, "train", advice);
  Part test = read_part(data.directory, "t10k", advice);
  if (train.images.rows != test.images.rows || train.images.columns != test.images.columns)
    throw bad_input(fmt::format("{} holds images of {} x {} pixels but {} of {} x {}",
                                train.images_path.string(), train.images.rows, train.images.columns,
                                test.images_path.string(), test.images.rows, test.images.columns));

  const auto [lowest, highest] = std::ranges::minmax(train.labels.labels);
  if (lowest == highest)
    throw bad_input(fmt::format("{} holds the label {} alone; there must be two classes or more",
                                train.labels_path.string(), lowest));
  data.classes = by_name ? built_in_classes : std::size_t{1} + highest;
  check_labels(train, data.classes);
  check_labels(test, data.classes);

  data.files = {DatasetFile{train.images_path, train.images.sha256},
                DatasetFile{train.labels_path, train.labels.sha256},
                DatasetFile{test.images_path, test.images.sha256},
                DatasetFile{test.labels_path, test.labels.sha256}};
  data.rows = train.images.rows;
  data.columns = train.images.columns;
  data.pixels = data.rows * data.columns;
  data.train = take(std::move(train), source.train_size, "train_size");
  data.test = take(std::move(test), source.test_size, "test_size");
  data.validation = split_off(data.train, source.validation_size, data.pixels);
  data.train_class_counts.resize(data.classes);
  for (const std::uint8_t label : data.train.labels) ++data.train_class_counts[label];
  return data;
}

}  // namespace runner
