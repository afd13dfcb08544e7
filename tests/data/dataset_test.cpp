#include "runner/data/dataset.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"

#include "data/idx_files.hpp"
#include "support/temporary_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace runner {
namespace {

namespace fs = std::filesystem;
using test::Bytes;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Sets an environment variable (null: unsets it) for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = getenv(name)) old_ = old;
    set(value);
  }
  ~Environment() { set(old_ ? old_->c_str() : nullptr); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void set(const char* value) { value ? setenv(name_, value, 1) : unsetenv(name_); }

  const char* name_;
  std::optional<std::string> old_;
};

/// A fresh folder that is also the home, the current folder, and all that the data sets are looked for in.
class LoadDataset : public testing::Test {
 protected:
  LoadDataset() { fs::current_path(directory_.path()); }
  ~LoadDataset() override { fs::current_path(old_path_); }

  /// A data set of 4 training and 2 test images of 2 x 3 pixels, all pixels of image i being i.
  fs::path make(const std::string& name) {
    const fs::path folder = directory_ / name;
    fs::create_directories(folder);
    test::write_file(folder / "train-images-idx3-ubyte", test::idx_images(4, 2, 3));
    test::write_file(folder / "train-labels-idx1-ubyte", test::idx_labels({2, 0, 1, 2}));
    test::write_file(folder / "t10k-images-idx3-ubyte", test::idx_images(2, 2, 3));
    test::write_file(folder / "t10k-labels-idx1-ubyte", test::idx_labels({0, 1}));
    return folder;
  }

  static std::string error(const DatasetSource& source) {
    try {
      load_dataset(source);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      return error.what();
    }
    return "no error";
  }
  static std::string error_in(const fs::path& folder) { return error({.directory = folder}); }

  test::TemporaryDirectory directory_;
  fs::path old_path_ = fs::current_path();
  Environment home_{"HOME", (directory_ / "home").c_str()};
  Environment runner_data_{"RUNNER_DATA", nullptr};
};

TEST_F(LoadDataset, ReadsAFolder) {
  const fs::path folder = make("shapes");
  const Dataset data = load_dataset({.directory = folder});
  EXPECT_EQ(data.name, "shapes");
  EXPECT_EQ(data.directory, folder);
  EXPECT_EQ(data.rows, 2u);
  EXPECT_EQ(data.columns, 3u);
  EXPECT_EQ(data.pixels, 6u);
  EXPECT_EQ(data.classes, 3u);
  EXPECT_EQ(data.train.count, 4u);
  EXPECT_THAT(data.train.pixels, ElementsAre(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1,  //
                                             2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3));
  EXPECT_THAT(data.train.labels, ElementsAre(2, 0, 1, 2));
  EXPECT_EQ(data.test.count, 2u);
  EXPECT_THAT(data.test.pixels, ElementsAre(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1));
  EXPECT_THAT(data.test.labels, ElementsAre(0, 1));
}

TEST_F(LoadDataset, NamesItsFilesWithTheirChecksums) {
  const fs::path folder = make("shapes");
  const Dataset data = load_dataset({.directory = folder});
  EXPECT_EQ(data.files[0].path, folder / "train-images-idx3-ubyte");
  EXPECT_EQ(data.files[1].path, folder / "train-labels-idx1-ubyte");
  EXPECT_EQ(data.files[2].path, folder / "t10k-images-idx3-ubyte");
  EXPECT_EQ(data.files[3].path, folder / "t10k-labels-idx1-ubyte");
  EXPECT_EQ(data.files[0].sha256, sha256_hex(test::idx_images(4, 2, 3)));
  EXPECT_EQ(data.files[1].sha256, sha256_hex(test::idx_labels({2, 0, 1, 2})));
  EXPECT_EQ(data.files[2].sha256, sha256_hex(test::idx_images(2, 2, 3)));
  EXPECT_EQ(data.files[3].sha256, sha256_hex(test::idx_labels({0, 1})));
}

TEST_F(LoadDataset, NamesAFolderGivenWithASlashOrADot) {
  make("shapes");
  EXPECT_EQ(load_dataset({.directory = "shapes/"}).name, "shapes");
  fs::current_path(directory_ / "shapes");
  EXPECT_EQ(load_dataset({.directory = "."}).name, "shapes");
}

TEST_F(LoadDataset, TakesAGzippedFileWhereThereIsNoPlainOne) {
  const fs::path folder = make("shapes");
  fs::remove(folder / "t10k-labels-idx1-ubyte");
  test::write_file(folder / "t10k-labels-idx1-ubyte.gz", test::gzip(test::idx_labels({1, 0})));
  const Dataset data = load_dataset({.directory = folder});
  EXPECT_THAT(data.test.labels, ElementsAre(1, 0));
  EXPECT_EQ(data.files[3].path, folder / "t10k-labels-idx1-ubyte.gz");
}

TEST_F(LoadDataset, TakesThePlainFileWhereThereAreBoth) {
  const fs::path folder = make("shapes");
  test::write_file(folder / "t10k-labels-idx1-ubyte.gz", test::gzip(test::idx_labels({1, 0})));
  EXPECT_THAT(load_dataset({.directory = folder}).test.labels, ElementsAre(0, 1));
}

TEST_F(LoadDataset, TakesTheFirstSoMany) {
  const Dataset data = load_dataset({.directory = make("shapes"), .train_size = 2, .test_size = 1});
  EXPECT_EQ(data.train.count, 2u);
  EXPECT_THAT(data.train.pixels, ElementsAre(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1));
  EXPECT_THAT(data.train.labels, ElementsAre(2, 0));
  EXPECT_EQ(data.test.count, 1u);
  EXPECT_THAT(data.test.labels, ElementsAre(0));
}

TEST_F(LoadDataset, TakesTheLastSoManyAwayForValidation) {
  const fs::path folder = make("shapes");
  const Dataset all = load_dataset({.directory = folder, .train_size = 3});
  EXPECT_EQ(all.validation.count, 0u);
  const Dataset data = load_dataset({.directory = folder, .train_size = 3, .validation_size = 1});
  EXPECT_EQ(data.train.count, 2u);
  EXPECT_EQ(data.validation.count, 1u);
  EXPECT_EQ(data.test.labels, all.test.labels);
  std::vector<std::uint8_t> pixels = data.train.pixels, labels = data.train.labels;
  pixels.insert(pixels.end(), data.validation.pixels.begin(), data.validation.pixels.end());
  labels.insert(labels.end(), data.validation.labels.begin(), data.validation.labels.end());
  EXPECT_EQ(pixels, all.train.pixels);
  EXPECT_EQ(labels, all.train.labels);
  EXPECT_THAT(error({.directory = folder, .train_size = 3, .validation_size = 3}),
              HasSubstr("validation_size is 3; it must be below 3, the number of training images"));
}

TEST_F(LoadDataset, ClassesAndChecksumsAreThoseOfTheWholeFile) {
  const fs::path folder = make("shapes");
  test::write_file(folder / "train-labels-idx1-ubyte", test::idx_labels({0, 1, 0, 6}));
  const Dataset data = load_dataset({.directory = folder, .train_size = 1});
  EXPECT_EQ(data.classes, 7u);
  EXPECT_EQ(data.files[1].sha256, sha256_hex(test::idx_labels({0, 1, 0, 6})));
}

TEST_F(LoadDataset, RefusesMoreThanTheFilesHoldAndNamesTheKey) {
  const fs::path folder = make("shapes");
  EXPECT_THAT(error({.directory = folder, .train_size = 5}),
              AllOf(HasSubstr("train_size is 5; it must be 1 to 4"), HasSubstr("train-images-idx3-ubyte")));
  EXPECT_THAT(error({.directory = folder, .test_size = 3}),
              AllOf(HasSubstr("test_size is 3; it must be 1 to 2"), HasSubstr("t10k-images-idx3-ubyte")));
  EXPECT_THAT(error({.directory = folder, .train_size = 0}), HasSubstr("train_size is 0"));
}

TEST_F(LoadDataset, ChecksFilesBeyondThePartThatIsUsed) {
  const fs::path folder = make("shapes");
  test::write_file(folder / "train-labels-idx1-ubyte", test::idx_labels({0, 1, 0}));
  EXPECT_THAT(error({.directory = folder, .train_size = 1}), HasSubstr("4 images"));
}

TEST_F(LoadDataset, RefusesCountsThatDifferAndNamesBothFiles) {
  const fs::path folder = make("shapes");
  test::write_file(folder / "t10k-labels-idx1-ubyte", test::idx_labels({0, 1, 2}));
  EXPECT_THAT(error_in(folder),
              AllOf(HasSubstr((folder / "t10k-images-idx3-ubyte").string() + " holds 2 images"),
                    HasSubstr((folder / "t10k-labels-idx1-ubyte").string() + " holds 3 labels")));
}

TEST_F(LoadDataset, RefusesTestImagesOfAnotherSize) {
  const fs::path folder = make("shapes");
  test::write_file(folder / "t10k-images-idx3-ubyte", test::idx_images(2, 3, 2));
  EXPECT_THAT(error_in(folder), AllOf(HasSubstr("train-images-idx3-ubyte holds images of 2 x 3 pixels"),
                                      HasSubstr("t10k-images-idx3-ubyte of 3 x 2")));
}

TEST_F(LoadDataset, RefusesATestLabelThatTrainingDoesNotKnow) {
  const fs::path folder = make("shapes");
  test::write_file(folder / "t10k-labels-idx1-ubyte", test::idx_labels({0, 3}));
  EXPECT_THAT(error_in(folder), AllOf(HasSubstr("t10k-labels-idx1-ubyte holds the label 3 at index 1"),
                                      HasSubstr("3 classes are 0 to 2")));
}

TEST_F(LoadDataset, RefusesOneClassOnly) {
  const fs::path folder = make("shapes");
  test::write_file(folder / "train-labels-idx1-ubyte", test::idx_labels({5, 5, 5, 5}));
  EXPECT_THAT(error_in(folder), AllOf(HasSubstr("train-labels-idx1-ubyte holds only the label 5"),
                                      HasSubstr("two classes or more")));
}

TEST_F(LoadDataset, RefusesAFolderThatIsNotThere) {
  EXPECT_THAT(error_in(directory_ / "absent"), HasSubstr((directory_ / "absent").string()));
}

TEST_F(LoadDataset, RefusesAFolderThatLacksAFileAndNamesIt) {
  const fs::path folder = make("shapes");
  fs::remove(folder / "t10k-images-idx3-ubyte");
  test::write_file(folder / "notes.txt", {});
  EXPECT_EQ(error_in(folder),
            folder.string() +
                " holds no test images (t10k-images-idx3-ubyte, plain or .gz); it holds notes.txt, "
                "t10k-labels-idx1-ubyte, train-images-idx3-ubyte, train-labels-idx1-ubyte");
  fs::create_directory(directory_ / "empty");
  EXPECT_THAT(
      error_in(directory_ / "empty"),
      AllOf(HasSubstr("no training images (train-images-idx3-ubyte, plain or .gz) and no training labels "),
            HasSubstr("; it holds nothing")));
}

TEST_F(LoadDataset, PassesOnWhatIsWrongWithAFile) {
  const fs::path folder = make("shapes");
  test::write_file(folder / "train-images-idx3-ubyte", test::idx_labels({0, 1}));
  EXPECT_THAT(error_in(folder), AllOf(HasSubstr("train-images-idx3-ubyte"), HasSubstr("of the shape (2,)")));
}

TEST_F(LoadDataset, RefusesAnUnknownName) {
  EXPECT_THAT(error({.name = "imagenet"}),
              AllOf(HasSubstr("\"imagenet\""), HasSubstr("\"fashion-mnist\""), HasSubstr("\"mnist\"")));
}

TEST_F(LoadDataset, LooksForMnistInThreePlacesInOrder) {
  const Environment runner_data("RUNNER_DATA", (directory_ / "sets").c_str());
  make("home/.local/share/runner/mnist");
  EXPECT_EQ(load_dataset({.name = "mnist"}).directory, directory_ / "home/.local/share/runner/mnist");
  make("data/mnist");
  EXPECT_EQ(load_dataset({.name = "mnist"}).directory, "data/mnist");
  make("sets/mnist");
  EXPECT_EQ(load_dataset({.name = "mnist"}).directory, directory_ / "sets/mnist");
}

TEST_F(LoadDataset, MnistHasItsNameAndTenClasses) {
  make("data/mnist");
  const Dataset data = load_dataset({.name = "mnist"});
  EXPECT_EQ(data.name, "mnist");
  EXPECT_EQ(data.classes, 10u);
}

TEST_F(LoadDataset, RefusesAnEleventhClassInMnist) {
  const fs::path folder = make("data/mnist");
  test::write_file(folder / "train-labels-idx1-ubyte", test::idx_labels({0, 1, 9, 10}));
  EXPECT_THAT(error({.name = "mnist"}),
              AllOf(HasSubstr("train-labels-idx1-ubyte holds the label 10 at index 3"), HasSubstr("0 to 9")));
}

TEST_F(LoadDataset, SaysWhereItLookedForMnistAndHowToGetIt) {
  const Environment runner_data("RUNNER_DATA", "/elsewhere");
  EXPECT_THAT(error({.name = "mnist"}),
              AllOf(HasSubstr("/elsewhere/mnist, data/mnist, "),
                    HasSubstr((directory_ / "home/.local/share/runner/mnist").string()),
                    HasSubstr("scripts/get-mnist")));
}

TEST_F(LoadDataset, SaysHowToGetAnMnistOfWhichAFileIsMissing) {
  fs::remove(make("data/mnist") / "train-images-idx3-ubyte");
  EXPECT_THAT(error({.name = "mnist"}),
              AllOf(HasSubstr("data/mnist holds no training images (train-images-idx3-ubyte"),
                    HasSubstr("scripts/get-mnist")));
}

TEST_F(LoadDataset, PrefersRunnerDataForFashionMnist) {
  const Environment runner_data("RUNNER_DATA", directory_.path().c_str());
  const fs::path folder = make("fashion-mnist");
  EXPECT_EQ(load_dataset({}).directory, folder);
}

TEST_F(LoadDataset, NamesDebiansPackageForFashionMnist) {
  const Environment runner_data("RUNNER_DATA", directory_.path().c_str());
  fs::remove(make("fashion-mnist") / "train-images-idx3-ubyte");
  EXPECT_THAT(error({}), HasSubstr("dataset-fashion-mnist"));
}

TEST_F(LoadDataset, AnEmptyRunnerDataIsNone) {
  const Environment runner_data("RUNNER_DATA", "");
  EXPECT_THAT(error({.name = "mnist"}), HasSubstr("was not found in data/mnist, "));
}

// Debian's own files.
TEST_F(LoadDataset, ReadsFashionMnist) {
  const Dataset data = load_dataset({});
  EXPECT_EQ(data.name, "fashion-mnist");
  EXPECT_EQ(data.directory, "/usr/share/datasets/fashion-mnist");
  EXPECT_EQ(data.rows, 28u);
  EXPECT_EQ(data.columns, 28u);
  EXPECT_EQ(data.pixels, 784u);
  EXPECT_EQ(data.classes, 10u);
  EXPECT_EQ(data.train.count, 60'000u);
  EXPECT_EQ(data.train.pixels.size(), 60'000u * 784);
  EXPECT_EQ(data.test.count, 10'000u);
  EXPECT_EQ(data.test.pixels.size(), 10'000u * 784);
  EXPECT_THAT(std::vector(data.train.labels.begin(), data.train.labels.begin() + 5),
              ElementsAre(9, 0, 0, 3, 0));
  EXPECT_THAT(std::vector(data.test.labels.begin(), data.test.labels.begin() + 5),
              ElementsAre(9, 2, 1, 1, 6));
  EXPECT_EQ(std::accumulate(data.train.pixels.begin(), data.train.pixels.begin() + 784, 0), 76'247);
  EXPECT_EQ(std::accumulate(data.train.pixels.end() - 784, data.train.pixels.end(), 0), 16'684);
  EXPECT_EQ(data.files[0].sha256, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888");
  EXPECT_EQ(data.files[1].sha256, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9");
  EXPECT_EQ(data.files[2].sha256, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b");
  EXPECT_EQ(data.files[3].sha256, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34");
}

}  // namespace
}  // namespace runner
