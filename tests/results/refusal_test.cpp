#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/model/layout_version.hpp"
#include "runner/results/merge.hpp"
#include "runner/results/results_data.hpp"

#include "example.hpp"
#include "results/seal.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

// What a results file is not opened for, and what the user is told.
namespace runner::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Dataset data = tiny_dataset();

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class ARefusal : public testing::Test {
 protected:
  void make(const Sweep& of) { ResultsFile(path, of, data, example_provenance, {}).close(); }

  /// What the Error says; fails if there is none or of another kind.
  template <class Work>
  static std::string message(ErrorKind kind, Work work) {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind);
      return error.what();
    }
    ADD_FAILURE() << "no Error";
    return "";
  }

  std::string refused(const Sweep& now, const Dataset& with = data, bool fresh = false) const {
    return message(ErrorKind::bad_input,
                   [&] { ResultsFile(path, now, with, example_provenance, {.fresh = fresh}); });
  }

  std::string refused_to_read() const {
    return message(ErrorKind::bad_input, [&] { read_results(path); });
  }

  /// Writes an integer attribute's value over.
  void set_attribute(const char* name, std::int64_t value) const {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    ASSERT_GE(H5Awrite(attribute, H5T_NATIVE_INT64, &value), 0);
    H5Aclose(attribute);
    H5Fclose(file);
  }

  /// Writes all values of an array over.
  void set_array(const char* name, hid_t type, const void* values) const {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t array = H5Dopen2(file, name, H5P_DEFAULT);
    ASSERT_GE(H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    H5Dclose(array);
    H5Fclose(file);
  }

  template <class T, std::size_t n>
  std::string refused_with(const char* name, const std::array<T, n>& values) const {
    set_array(name, memory_type<T>(), values.data());
    return refused_to_read();
  }

  template <class T>
  static hid_t memory_type() {
    if constexpr (std::is_same_v<T, std::int8_t>) return H5T_NATIVE_INT8;
    if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
    if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
    if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  }

  /// Makes it one of another version of the program, about which no more is known.
  void make_layout(int version) const {
    std::string bytes = bytes_of(path);
    const std::string now = "runner results file, layout " + std::to_string(results_layout_version) + "\n";
    bytes.replace(bytes.rfind(now), now.size(),
                  "runner results file, layout " + std::to_string(version) + "\n");
    write_bytes(path, bytes);
  }

  /// Seals it as if it had been made as it is now.
  void seal() const {
    struct Found {
      std::vector<ByteRange> arrays;
      ByteRange seal;
    } found;
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const auto visit = [](hid_t from, const char* name, const H5O_info_t* info, void* to) {
      if (info->type != H5O_TYPE_DATASET) return 0;
      const hid_t array = H5Dopen2(from, name, H5P_DEFAULT);
      const ByteRange range{H5Dget_offset(array), H5Dget_storage_size(array)};
      if (range.length > 0) static_cast<Found*>(to)->arrays.push_back(range);
      if (name == std::string("seal/text")) static_cast<Found*>(to)->seal = range;
      H5Dclose(array);
      return 0;
    };
    ASSERT_GE(H5Ovisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit, &found), 0);
    H5Fclose(file);
    seal_file(path, results_layout_version, found.arrays, found.seal);
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
  const Sweep sweep = sweep_of(example_config, data);
};

TEST_F(ARefusal, OfToggledSaveWeights) {
  make(sweep);
  std::string text = example_config;
  text.replace(text.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
  EXPECT_THAT(refused(sweep_of(text, data)),
              AllOf(HasSubstr(path),
                    HasSubstr("save_weights: false in the file, true now; name=… (or --output) gives this "
                              "sweep a file of its own, --fresh deletes what the file holds")));
}

TEST_F(ARefusal, OfAnotherValidationSet) {
  make(sweep);
  Dataset validated = data;
  validated.validation = validated.test;
  EXPECT_THAT(refused(sweep_of(example_config, validated), validated),
              HasSubstr("validation_size: 0 in the file, 20 now"));
}

TEST_F(ARefusal, OfOtherDataNamesTheFile) {
  make(sweep);
  Dataset other = data;
  other.files[2].sha256 = std::string(64, '0');
  EXPECT_THAT(refused(sweep_of(example_config, other), other),
              HasSubstr("/nowhere/tiny/t10k-images-idx3-ubyte"));
}

TEST_F(ARefusal, OfAnotherArithmetic) {
  make(sweep);
  set_attribute("arithmetic_version", 99);
  seal();
  EXPECT_THAT(refused(sweep), HasSubstr("version 99 of the arithmetic"));
}

TEST_F(ARefusal, OfALaterLayout) {
  make(sweep);
  make_layout(9);
  const std::string why =
      "was made by a later version of runner: it has layout 9, and this version reads layouts up to " +
      std::to_string(results_layout_version);
  EXPECT_THAT(refused(sweep), HasSubstr(why));
  EXPECT_THAT(refused_to_read(), HasSubstr(why));
}

TEST_F(ARefusal, OfALayoutThatIsNotReadAnyMore) {
  make(sweep);
  make_layout(3);
  EXPECT_THAT(refused_to_read(), HasSubstr("was made by an early version of runner: it has layout 3, and "
                                           "this version reads layouts from 4 on"));
}

TEST_F(ARefusal, OfASealThatCannotBeRead) {
  make(sweep);
  make_layout(0);
  EXPECT_THAT(refused_to_read(), HasSubstr("is damaged: its seal cannot be read"));
}

TEST_F(ARefusal, DoesNotConcernAFreshStart) {
  make(sweep);
  {
    ResultsFile file(path, sweep, data, example_provenance, {});
    write_run(file, 0);
    file.close();
  }
  make_layout(9);
  std::string text = example_config;
  text.replace(text.find("[2, 3]"), 6, "[4]");
  ResultsFile(path, sweep_of(text, data), data, example_provenance, {.fresh = true}).close();
  const ResultsData results = read_results(path);
  ASSERT_EQ(results.runs.size(), 2u);
  EXPECT_EQ(results.runs[0].run.spec.hidden_size, 4);
  EXPECT_EQ(results.runs[0].status, RunStatus::pending);
}

TEST_F(ARefusal, OfATextFile) {
  write_bytes(path, "run,loss\n1,0.5\n");
  for (const bool fresh : {false, true})
    EXPECT_THAT(refused(sweep, data, fresh), AllOf(HasSubstr(path), HasSubstr("not a results file")));
  EXPECT_THAT(refused_to_read(), HasSubstr("not a results file"));
  EXPECT_EQ(bytes_of(path), "run,loss\n1,0.5\n");
}

TEST_F(ARefusal, OfAnEmptyFile) {
  write_bytes(path, "");
  EXPECT_THAT(refused(sweep), HasSubstr("not a results file"));
  EXPECT_THAT(refused_to_read(), HasSubstr("not a results file"));
}

TEST_F(ARefusal, OfAnotherProgramsHdf5File) {
  H5Fclose(H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT));
  const std::string before = bytes_of(path);
  for (const bool fresh : {false, true})
    EXPECT_THAT(refused(sweep, data, fresh), HasSubstr("is an HDF5 file, but not a results file"));
  EXPECT_THAT(refused_to_read(), HasSubstr("is an HDF5 file, but not a results file"));
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(ARefusal, OfAFileCutShort) {
  make(sweep);
  const std::string good = bytes_of(path);
  for (std::size_t length = 0; length < good.size(); length += 1 + good.size() / 200) {
    write_bytes(path, good.substr(0, length));
    EXPECT_THAT(refused(sweep), testing::AnyOf(HasSubstr("not a results file"), HasSubstr("cut short"),
                                               HasSubstr("damaged")));
    EXPECT_THAT(refused(sweep), refused_to_read());
  }
  write_bytes(path, good.substr(0, good.size() - 1));
  EXPECT_THAT(refused_to_read(), HasSubstr("it has " + std::to_string(good.size() - 1) + " of " +
                                           std::to_string(good.size()) + " bytes"));
  write_bytes(path, good + "more");
  EXPECT_THAT(refused_to_read(), HasSubstr("damaged"));
}

// A flipped bit is seen before HDF5 is asked, or it is in an array: then it is a number, and verify finds it.
TEST_F(ARefusal, OfAStructureWithAnyBitFlipped) {
  make(sweep);
  const std::string good = bytes_of(path);
  std::size_t refusals = 0, read = 0;
  for (std::size_t at = 0; at < good.size(); at += 37) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    write_bytes(path, bad);
    try {
      read_results(path);
      ++read;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
      ++refusals;
    }
  }
  EXPECT_GT(refusals, good.size() / 37 / 2);
  EXPECT_GT(read, 0u);
}

TEST_F(ARefusal, OfATextThatAnotherProgramHasAdded) {
  make(sweep);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t note = H5Acreate2(file, "note", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Aclose(note);
  H5Sclose(space);
  H5Fclose(file);
  const std::string why = "another program has written into the results file " + path.string() +
                          ", or it is damaged: runner seal " + path.string() + " lists what was added";
  EXPECT_THAT(refused(sweep), HasSubstr(why));
  EXPECT_THAT(refused_to_read(), HasSubstr(why));
}

// As a notebook may do that does not say how.
TEST_F(ARefusal, DoesNotComeFromBeingOpenedForWriting) {
  make(sweep);
  const std::string before = bytes_of(path);
  H5Fclose(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(ARefusal, OfAFileThatLacksAnArray) {
  make(sweep);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  ASSERT_GE(H5Ldelete(file, "train_loss", H5P_DEFAULT), 0);
  H5Fclose(file);
  seal();
  EXPECT_THAT(refused(sweep), HasSubstr("the array train_loss is missing"));
  EXPECT_THAT(refused_to_read(), HasSubstr("the array train_loss is missing"));
}

TEST_F(ARefusal, OfAnArrayOfAnotherTypeOrShapeOrWithoutAPlace) {
  make(sweep);
  const std::string good = bytes_of(path);
  const auto put_instead = [&](hid_t type, const std::vector<hsize_t>& shape,
                               H5D_alloc_time_t when = H5D_ALLOC_TIME_EARLY) {
    write_bytes(path, good);
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    ASSERT_GE(H5Ldelete(file, "train_loss", H5P_DEFAULT), 0);
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_alloc_time(how, when);
    const hid_t array = H5Dcreate2(file, "train_loss", type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    ASSERT_GE(array, 0);
    H5Dclose(array);
    H5Pclose(how);
    H5Sclose(space);
    H5Fclose(file);
    seal();
  };
  put_instead(H5T_STD_I32LE, {4, 3});
  EXPECT_THAT(refused_to_read(), HasSubstr("the array train_loss is of the wrong type"));
  EXPECT_THAT(refused(sweep), HasSubstr("the array train_loss is of the wrong type"));
  put_instead(H5T_IEEE_F32BE, {4, 3});
  EXPECT_THAT(refused_to_read(), HasSubstr("the array train_loss is of the wrong type"));
  put_instead(H5T_IEEE_F32LE, {3, 4});
  EXPECT_THAT(refused_to_read(), HasSubstr("the array train_loss is of the wrong shape"));
  put_instead(H5T_IEEE_F32LE, {12});
  EXPECT_THAT(refused_to_read(), HasSubstr("the array train_loss is of the wrong shape"));
  put_instead(H5T_IEEE_F32LE, {4, 3}, H5D_ALLOC_TIME_LATE);
  EXPECT_THAT(refused_to_read(), HasSubstr("the array train_loss is not whole"));
  put_instead(H5T_IEEE_F32LE, {4, 3});
  EXPECT_NO_THROW(read_results(path));
}

TEST_F(ARefusal, OfAnImpossibleMark) {
  make(sweep);
  set_array("status", H5T_NATIVE_INT8, std::array<std::int8_t, 4>{0, 0, 9, 0}.data());
  EXPECT_THAT(refused(sweep), HasSubstr("9 is not a value of status"));
  EXPECT_THAT(refused_to_read(), HasSubstr("9 is not a value of status"));
}

TEST_F(ARefusal, OfARunThatIsDoneBeforeItsLastEpoch) {
  make(sweep);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t status = H5Dopen2(file, "status", H5P_DEFAULT);
  const std::int8_t wrong[] = {0, 0, 2, 0};
  ASSERT_GE(H5Dwrite(status, H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, wrong), 0);
  H5Dclose(status);
  H5Fclose(file);
  EXPECT_THAT(refused_to_read(), HasSubstr("run 2 is done after -1 of 2 epochs"));
}

TEST_F(ARefusal, OfMoreEpochsThanThereAre) {
  make(sweep);
  set_array("epochs_done", H5T_NATIVE_INT32, std::array<std::int32_t, 4>{2, 3, 0, -1}.data());
  EXPECT_THAT(refused(sweep), HasSubstr("a run's epochs_done is 3"));
  EXPECT_THAT(refused_to_read(), HasSubstr("a run's epochs_done is 3"));
}

TEST_F(ARefusal, ToReadSpecificationsThatNoConfigCanHave) {
  make(sweep);
  const std::array<double, 4> rates{0.1, 0.1, std::nan(""), 0.5};
  set_array("learning_rate", H5T_NATIVE_DOUBLE, rates.data());
  EXPECT_THAT(refused_to_read(), HasSubstr("a run's learning_rate is nan"));
  set_array("learning_rate", H5T_NATIVE_DOUBLE, std::array{0.1, 0.1, 0.5, 0.5}.data());
  set_array("hidden_size", H5T_NATIVE_INT32, std::array<std::int32_t, 4>{2, 3, -2, 3}.data());
  EXPECT_THAT(refused_to_read(), HasSubstr("a run's hidden_size is -2"));
  set_array("hidden_size", H5T_NATIVE_INT32, std::array<std::int32_t, 4>{2, 3, 2, 3}.data());
  set_array("batch_size", H5T_NATIVE_INT32, std::array<std::int32_t, 4>{10, 60, 61, 10}.data());
  EXPECT_THAT(refused_to_read(), HasSubstr("a run's batch_size is 61, of 60 training images"));
}

TEST_F(ARefusal, ToReadMoreWeightsThanThereAre) {
  std::string text = example_config;
  text.replace(text.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
  make(sweep_of(text, data));
  set_array("hidden_size", H5T_NATIVE_INT32, std::array<std::int32_t, 4>{2, 3, 2, 4}.data());
  EXPECT_THAT(refused_to_read(), HasSubstr("a run's hidden_size is 4, its weights have room for 3"));
}

TEST_F(ARefusal, ToReadRunsInAnotherOrder) {
  make(sweep);
  using Indices = std::array<std::int32_t, 4>;
  for (const Indices& wrong :
       {Indices{0, 1, 1, 3}, {1, 0, 2, 3}, {0, 1, -2, 3}, {0, 1, -1, 3}, {-1, -1, -1, 0}})
    EXPECT_THAT(refused_with("run", wrong), HasSubstr("which is out of order"));
  EXPECT_THAT(refused_with("run", Indices{0, 1, 2, 10'000'000}), HasSubstr("run 3 has the index 10000000"));
  // As shards have them, and files whose config has been changed.
  for (const Indices& right : {Indices{3, 4, 7, 9}, {0, 5, -1, -1}, {-1, -1, -1, -1}}) {
    set_array("run", H5T_NATIVE_INT32, right.data());
    EXPECT_NO_THROW(read_results(path));
  }
}

TEST_F(ARefusal, ToReadEpochsInAnotherOrder) {
  make(sweep);
  EXPECT_THAT(refused_with("epoch", std::array<std::int32_t, 3>{0, 2, 1}),
              HasSubstr("its epoch 1 is numbered 2"));
}

TEST_F(ARefusal, ToReadEpochsWithGapsThatAreNotThoseItWasMadeWith) {
  const Sweep some = sweep_of(R"({"batch_size": 10, "epochs": 20, "evaluate_every": 7})", data);
  make(some);
  using Epochs = std::array<std::int32_t, 4>;
  EXPECT_THAT(refused_with("epoch", Epochs{1, 7, 14, 20}),
              AllOf(HasSubstr(path.string() + " is damaged"), HasSubstr("its first epoch is 1, not 0")));
  EXPECT_THAT(refused_with("epoch", Epochs{0, 7, 7, 20}), HasSubstr("its epoch 7 is followed by epoch 7"));
  EXPECT_THAT(refused_with("epoch", Epochs{0, 7, 14, -20}),
              HasSubstr("its epoch 14 is followed by epoch -20"));
  EXPECT_THAT(refused_with("epoch", Epochs{0, 7, 14, 2'000'000'000}),
              HasSubstr("its last epoch is 2000000000"));
  for (const Epochs& other : {Epochs{0, 7, 14, 21}, {0, 6, 14, 20}, {0, 1, 2, 3}}) {
    EXPECT_THAT(refused_with("epoch", other), HasSubstr("its epochs are not those it was made with"));
    EXPECT_THAT(refused(some), HasSubstr("its epochs are not those it was made with"));
  }
  const Epochs right{0, 7, 14, 20};
  set_array("epoch", H5T_NATIVE_INT32, right.data());
  EXPECT_NO_THROW(read_results(path));
  EXPECT_THAT(refused_with("epochs_done", std::array<std::int32_t, 1>{8}),
              HasSubstr("a run's epochs_done is 8"));
}

// Earlier versions take the place of an epoch for the epoch.
TEST_F(ARefusal, ToReadGapsInALayoutThatHasNone) {
  make(sweep_of(R"({"batch_size": 10, "epochs": 20, "evaluate_every": 7})", data));
  set_attribute("layout_version", epochs_with_gaps_since - 1);
  seal();
  EXPECT_THAT(refused_to_read(), HasSubstr("its epoch 1 is numbered 7"));
}

TEST_F(ARefusal, ToReadADigestOfOtherDigits) {
  make(sweep);
  std::string bytes = bytes_of(path);
  bytes[bytes.find(sweep.runs[2].digest)] = 'x';
  write_bytes(path, bytes);
  EXPECT_THAT(refused_to_read(), HasSubstr("the digest of run 2 is not a hexadecimal number"));
}

TEST_F(ARefusal, ToMergeARunUnderTheDigestOfAnother) {
  make(sweep);
  std::string bytes = bytes_of(path);
  char& digit = bytes[bytes.find(sweep.runs[2].digest)];
  digit = digit == '0' ? '1' : '0';
  write_bytes(path, bytes);
  const std::array parts{path};
  const std::string text =
      message(ErrorKind::bad_input, [&] { merge_results(folder / "whole.h5", parts, example_provenance); });
  EXPECT_THAT(text, AllOf(HasSubstr(path.string()), HasSubstr("run 2: its settings, or its digest")));
  EXPECT_FALSE(std::filesystem::exists(folder / "whole.h5"));
}

TEST_F(ARefusal, OfARunThatHasDivergedAfterItsLastEpoch) {
  make(sweep);
  set_array("epochs_done", H5T_NATIVE_INT32, std::array<std::int32_t, 4>{-1, 2, -1, -1}.data());
  set_array("status", H5T_NATIVE_INT8, std::array<std::int8_t, 4>{0, 3, 0, 0}.data());
  EXPECT_THAT(refused_to_read(), HasSubstr("run 1 has diverged after all of its 2 epochs"));
  EXPECT_THAT(refused(sweep), HasSubstr("run 1 has diverged after all of its 2 epochs"));
}

TEST_F(ARefusal, OfANumberBehindADivergence) {
  make(sweep);
  set_array("status", H5T_NATIVE_INT8, std::array<std::int8_t, 4>{3, 0, 0, 0}.data());
  EXPECT_NO_THROW(read_results(path));
  std::array<float, 12> losses;
  losses.fill(std::nanf(""));
  losses[2] = 0.5f;
  set_array("test_loss", H5T_NATIVE_FLOAT, losses.data());
  EXPECT_THAT(refused_to_read(),
              HasSubstr("run 0 has diverged after epoch -1, and its test_loss after epoch 2 is 0.5"));
}

TEST_F(ARefusal, OfWeightsFromBeyondADivergence) {
  std::string text = example_config;
  text.replace(text.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
  make(sweep_of(text, data));
  set_array("status", H5T_NATIVE_INT8, std::array<std::int8_t, 4>{3, 0, 0, 0}.data());
  EXPECT_THAT(refused_with("weights_epoch", std::array<std::int32_t, 4>{1, -1, -1, -1}),
              HasSubstr("run 0 has diverged after epoch -1, and its weights are of epoch 1"));
  // They are of the epoch in which it diverged.
  set_array("weights_epoch", H5T_NATIVE_INT32, std::array<std::int32_t, 4>{0, -1, -1, -1}.data());
  EXPECT_NO_THROW(read_results(path));
}

// A power cut lets any of the marks of a commit reach the disk and others not; the status comes after all.
TEST_F(ARefusal, DoesNotComeFromMarksWithoutTheirStatus) {
  std::string text = example_config;
  text.replace(text.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
  make(sweep_of(text, data));
  const std::array<float, 12> committed{};
  for (const char* metric : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"})
    set_array(metric, H5T_NATIVE_FLOAT, committed.data());
  set_array("status", H5T_NATIVE_INT8, std::array<std::int8_t, 4>{0, 0, 1, 1}.data());
  set_array("epochs_done", H5T_NATIVE_INT32, std::array<std::int32_t, 4>{2, -1, 2, 0}.data());
  set_array("weights_epoch", H5T_NATIVE_INT32, std::array<std::int32_t, 4>{-1, 2, -1, 2}.data());
  const ResultsData results = read_results(path);
  EXPECT_EQ(results.runs[0].epochs_done, 2);
  EXPECT_EQ(results.runs[3].weights_epoch, 2);
}

TEST_F(ARefusal, OfAnImpossibleTime) {
  make(sweep);
  for (const double wrong : {-1.0, std::nan(""), HUGE_VAL}) {
    EXPECT_THAT(refused_with("wall_time", std::array{0.0, wrong, 0.0, 0.0}),
                HasSubstr("the wall_time of run 1 is"));
    EXPECT_THAT(refused(sweep), HasSubstr("the wall_time of run 1 is"));
  }
}

TEST_F(ARefusal, ToReadNumbersThatNothingMeasures) {
  {
    ResultsFile file(path, sweep, data, example_provenance, {});
    write_epoch(file, 1, 0);
    write_epoch(file, 1, 1);
    file.close();
  }
  const std::array<float, 12> right{0, 0, 0, 0.5f, 0.5f, 0.5f};
  for (const char* metric : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}) {
    const bool accuracy = std::string(metric).ends_with("accuracy");
    for (const float wrong : {-0.5f, accuracy ? 7.0f : HUGE_VALF, std::nanf("")}) {
      std::array<float, 12> values = right;
      values[4] = wrong;
      EXPECT_THAT(refused_with(metric, values),
                  HasSubstr("the " + std::string(metric) + " of run 1 after epoch 1 is "));
    }
    // What is not committed yet may be half written.
    std::array<float, 12> values = right;
    values[5] = values[0] = -1;
    set_array(metric, H5T_NATIVE_FLOAT, values.data());
    EXPECT_TRUE(std::isnan(read_results(path).runs[1].curves[Metric::test_loss][2]));
  }
  // Such is the loss of a network that is sure of what is right: −log(1 + 1e-7).
  std::array<float, 12> values = right;
  values[3] = -1.1920929e-7f;
  set_array("train_loss", H5T_NATIVE_FLOAT, values.data());
  EXPECT_NO_THROW(read_results(path));
}

TEST_F(ARefusal, ToReadAnImpossibleValidationAccuracy) {
  Dataset validated = data;
  validated.validation = validated.test;
  {
    ResultsFile file(path, sweep, validated, example_provenance, {});
    TrainedEpoch record = record_of(0, 0);
    record.metrics[Metric::validation_loss] = HUGE_VALF;  // decides nothing
    record.metrics[Metric::validation_accuracy] = 0.5f;
    file.on_epoch({&record, 1});
    file.close();
  }
  EXPECT_NO_THROW(read_results(path));
  EXPECT_THAT(refused_with("validation_accuracy", std::array<float, 12>{1.5f}),
              HasSubstr("the validation_accuracy of run 0 after epoch 0 is 1.5"));
}

TEST_F(ARefusal, ToReadAValidationSetWithoutItsNumbers) {
  make(sweep);
  set_attribute("validation_size", 20);
  seal();
  EXPECT_THAT(refused_to_read(),
              HasSubstr("its validation_size is 20, and it has no numbers of a validation set"));
  Dataset validated = data;
  validated.validation = validated.test;
  std::filesystem::remove(path);
  ResultsFile(path, sweep, validated, example_provenance, {}).close();
  set_attribute("validation_size", 0);
  seal();
  EXPECT_THAT(refused_to_read(),
              HasSubstr("its validation_size is 0, and it has the numbers of a validation set"));
}

TEST_F(ARefusal, ToReadAnImpossibleNumberOfImages) {
  for (const char* name : {"train_size", "test_size", "validation_size"})
    for (const std::int64_t wrong : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1'000'000'001}}) {
      if (wrong == 0 && name == std::string("validation_size")) continue;
      std::filesystem::remove(path);
      make(sweep);
      set_attribute(name, wrong);
      seal();
      EXPECT_THAT(refused_to_read(), HasSubstr("its " + std::string(name) + " is " + std::to_string(wrong)));
    }
}

TEST_F(ARefusal, ToReadClassesOfMoreOrFewerImages) {
  for (const std::vector<std::int64_t>& counts : {std::vector<std::int64_t>{20, 20, 19},
                                                  {20, 20, 21},
                                                  {std::int64_t{1} << 62, std::int64_t{1} << 62, 60}}) {
    Dataset counted = data;
    counted.train_class_counts = counts;
    std::filesystem::remove(path);
    ResultsFile(path, sweep, counted, example_provenance, {}).close();
    EXPECT_THAT(refused_to_read(), HasSubstr("its train_class_counts are not those of 60 training images"));
  }
}

TEST_F(ARefusal, OfAFileWithoutEpochs) {
  make(sweep);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  ASSERT_GE(H5Ldelete(file, "epoch", H5P_DEFAULT), 0);
  const hsize_t none = 0;
  const hid_t space = H5Screate_simple(1, &none, nullptr);
  H5Dclose(H5Dcreate2(file, "epoch", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose(space);
  H5Fclose(file);
  seal();
  EXPECT_THAT(refused_to_read(), HasSubstr("it has 0 epochs"));
}

// Arrays of holes: the file says that it is huge, and takes no room.
TEST_F(ARefusal, ToReadMoreThanThereIsMemoryFor) {
  struct sysinfo system;
  ASSERT_EQ(sysinfo(&system), 0);
  if (static_cast<double>(system.totalram + system.totalswap) * system.mem_unit > 60e9)
    GTEST_SKIP() << "this machine has memory for it";
  make(sweep);
  // The seal is looked for near the end of the file: it must not go where its old place is free.
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_alignment(access, seal_length, 1 << 16);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, access);
  H5Pclose(access);
  const hid_t holes = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_alloc_time(holes, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(holes, H5D_FILL_TIME_NEVER);
  const auto replace = [&](const char* name, hid_t type, const std::vector<hsize_t>& shape) {
    ASSERT_GE(H5Ldelete(file, name, H5P_DEFAULT), 0);
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, holes, H5P_DEFAULT));
    H5Sclose(space);
  };
  constexpr hsize_t epochs = 1'000'000'000;
  replace("epoch", H5T_STD_I32LE, {epochs});
  for (const char* metric : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"})
    replace(metric, H5T_IEEE_F32LE, {4, epochs});
  replace("checksums/metrics", H5T_STD_U32LE, {4, epochs});
  ASSERT_GE(H5Ldelete(file, "seal/text", H5P_DEFAULT), 0);
  const hsize_t length = seal_length;
  const hid_t space = H5Screate_simple(1, &length, nullptr);
  H5Dclose(H5Dcreate2(file, "seal/text", H5T_C_S1, space, H5P_DEFAULT, holes, H5P_DEFAULT));
  H5Sclose(space);
  H5Pclose(holes);
  H5Fclose(file);
  seal();
  EXPECT_THAT(message(ErrorKind::failure, [&] { read_results(path); }),
              HasSubstr("there is not enough memory to read " + path.string() + ": it takes 64.0 GB"));
}

TEST_F(ARefusal, OfAFolder) {
  std::filesystem::create_directory(path);
  EXPECT_THAT(refused(sweep), HasSubstr("is a folder"));
  EXPECT_THAT(refused_to_read(), HasSubstr("not a results file"));
}

TEST_F(ARefusal, ToReadWhatIsNotThere) {
  EXPECT_THAT(refused_to_read(), HasSubstr("there is no results file " + path.string()));
}

TEST_F(ARefusal, OfAFolderThatCannotBe) {
  write_bytes(folder / "file", "");
  const std::string text = message(ErrorKind::failure, [&] {
    ResultsFile(folder / "file" / "example.h5", sweep, data, example_provenance, {});
  });
  EXPECT_THAT(text, AllOf(HasSubstr("example.h5"), HasSubstr("Not a directory")));
}

TEST_F(ARefusal, OfASecondWriterNamesTheFirst) {
  ResultsFile first(path, sweep, data, example_provenance, {});
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  EXPECT_THAT(refused(sweep), AllOf(HasSubstr(path), HasSubstr("pid " + std::to_string(getpid())),
                                    HasSubstr(host), HasSubstr("since 20")));
  EXPECT_THAT(refused(sweep, data, true), HasSubstr("another runner"));
  first.close();
  EXPECT_NO_THROW(make(sweep));
}

// The locks that HDF5 itself takes in other programs.
TEST_F(ARefusal, OfAFileAnotherProgramWrites) {
  make(sweep);
  Descriptor other(path, O_RDWR);
  ASSERT_EQ(other.try_lock(LOCK_EX), LockResult::taken);
  EXPECT_THAT(refused(sweep), HasSubstr("open for writing in another program"));
  EXPECT_THAT(refused(sweep, data, true), HasSubstr("open for writing in another program"));
  // Nor is it replaced by a longer one.
  std::string longer = example_config;
  longer.replace(longer.find("\"epochs\": 2"), 11, "\"epochs\": 3");
  EXPECT_THAT(refused(sweep_of(longer, data)), HasSubstr("open for writing in another program"));
  const std::array parts{path};
  EXPECT_THAT(message(ErrorKind::bad_input, [&] { merge_results(path, parts, example_provenance); }),
              HasSubstr("open for writing in another program"));
  EXPECT_NO_THROW(read_results(path));
}

TEST_F(ARefusal, DoesNotComeFromAPlainReader) {
  make(sweep);
  Descriptor reader(path, O_RDONLY);
  ASSERT_EQ(reader.try_lock(LOCK_SH), LockResult::taken);
  EXPECT_NO_THROW(make(sweep));
}

TEST_F(ARefusal, IsWhatOtherWritersGetWhileItIsOpen) {
  ResultsFile file(path, sweep, data, example_provenance, {});
  Descriptor other(path, O_RDWR);
  EXPECT_EQ(other.try_lock(LOCK_EX), LockResult::held);
  EXPECT_EQ(other.try_lock(LOCK_SH), LockResult::taken);
}

TEST_F(ARefusal, DoesNotComeFromTheLockOfADeadProcess) {
  write_bytes(folder / "example.h5.lock",
              "pid 1 on elsewhere since 2001-01-01T00:00:00Z, and a longer text than the next\n");
  ResultsFile file(path, sweep, data, example_provenance, {});
  EXPECT_THAT(bytes_of(folder / "example.h5.lock"),
              AllOf(HasSubstr("pid " + std::to_string(getpid())), testing::Not(HasSubstr("longer"))));
  file.close();
  EXPECT_FALSE(std::filesystem::exists(folder / "example.h5.lock"));
}

// Whatever bears the name of the lock file is somebody's, if it is no lock file.
TEST_F(ARefusal, OfALinkInPlaceOfTheLockFile) {
  write_bytes(folder / "precious", "precious");
  std::filesystem::create_symlink("precious", folder / "example.h5.lock");
  EXPECT_THAT(refused(sweep), HasSubstr("example.h5.lock is in the place of the lock file"));
  EXPECT_EQ(bytes_of(folder / "precious"), "precious");
  std::filesystem::remove(folder / "example.h5.lock");
  std::filesystem::create_symlink("absent", folder / "example.h5.lock");
  EXPECT_THAT(refused(sweep), HasSubstr("example.h5.lock is in the place of the lock file"));
  EXPECT_FALSE(std::filesystem::exists(folder / "absent"));
}

TEST_F(ARefusal, OfAnotherFileInPlaceOfTheLockFile) {
  write_bytes(folder / "example.h5.lock", "somebody's notes");
  EXPECT_THAT(refused(sweep), HasSubstr("example.h5.lock is in the place of the lock file"));
  EXPECT_EQ(bytes_of(folder / "example.h5.lock"), "somebody's notes");
}

TEST_F(ARefusal, OfASecondNameOfAFileInPlaceOfTheLockFile) {
  write_bytes(folder / "empty", "");
  std::filesystem::create_hard_link(folder / "empty", folder / "example.h5.lock");
  EXPECT_THAT(refused(sweep), HasSubstr("example.h5.lock is in the place of the lock file"));
  EXPECT_EQ(bytes_of(folder / "empty"), "");
}

TEST_F(ARefusal, OfAPipeInPlaceOfTheLockOrTheFile) {
  ASSERT_EQ(mkfifo((folder / "example.h5.lock").c_str(), 0600), 0);
  EXPECT_THAT(refused(sweep), HasSubstr("example.h5.lock is in the place of the lock file"));
  std::filesystem::remove(folder / "example.h5.lock");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(refused(sweep), HasSubstr("not a results file"));
}

// HDF5 writers of other programs leave it when they are killed.
TEST_F(ARefusal, DoesNotComeFromTheMarkOfAnotherWriter) {
  make(sweep);
  for (const char* mark : {"\x01", "\x04", "\x05", "\x07"}) {
    Descriptor(path, O_RDWR).write_at(20, mark, 1);
    EXPECT_NO_THROW(read_results(path));
    EXPECT_NO_THROW(make(sweep));
    EXPECT_EQ(bytes_of(path)[20], *mark);
  }
  std::string longer = example_config;
  longer.replace(longer.find("\"epochs\": 2"), 11, "\"epochs\": 3");
  make(sweep_of(longer, data));
  EXPECT_EQ(read_results(path).epochs(), 3);
  EXPECT_EQ(bytes_of(path)[20], '\0');
}

TEST_F(ARefusal, OfWhatIsNoMarkOfAWriter) {
  make(sweep);
  Descriptor(path, O_RDWR).write_at(20, "\x08", 1);
  EXPECT_THAT(refused_to_read(), HasSubstr("or it is damaged"));
  Descriptor(path, O_RDWR).write_at(20, "\x00\x01", 2);
  EXPECT_THAT(refused_to_read(), HasSubstr("or it is damaged"));
}

}  // namespace
}  // namespace runner::test
