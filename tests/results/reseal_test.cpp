#include "runner/results/reseal.hpp"

#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/model/layout_version.hpp"
#include "runner/results/merge.hpp"
#include "runner/results/results_data.hpp"

#include "example.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/file.h>

// Results files that another program has written into, and how they are taken as they are.
namespace runner::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class AReseal : public testing::Test {
 protected:
  AReseal() {
    ResultsFile file(path, sweep, data, example_provenance, {});
    write_run(file, 1);
    file.close();
  }

  /// Another program has it open for writing.
  template <class Work>
  void write_with_hdf5(Work work) const {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    ASSERT_GE(file, 0);
    work(file);
    ASSERT_GE(H5Fclose(file), 0);
  }

  static void put_attribute(hid_t object, const char* name, std::int64_t value) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(object, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Awrite(attribute, H5T_NATIVE_INT64, &value), 0);
    H5Aclose(attribute);
    H5Sclose(space);
  }

  static void put_array(hid_t file, const char* name, hid_t type, const std::vector<hsize_t>& shape,
                        const void* values) {
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t array = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    H5Dclose(array);
    H5Sclose(space);
  }

  void put_note() const {
    write_with_hdf5([](hid_t file) { put_attribute(file, "note", 1); });
  }

  void change_attribute(const char* name, std::int64_t value) const {
    write_with_hdf5([&](hid_t file) {
      const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
      EXPECT_GE(H5Awrite(attribute, H5T_NATIVE_INT64, &value), 0);
      H5Aclose(attribute);
    });
  }

  void change_text(const char* name, const char* value) const {
    write_with_hdf5([&](hid_t file) {
      const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
      const hid_t type = H5Aget_type(attribute);
      EXPECT_GE(H5Awrite(attribute, type, &value), 0);
      H5Tclose(type);
      H5Aclose(attribute);
    });
  }

  /// Why it is not sealed anew; it stays as it is.
  std::string refused() const {
    const std::string before = bytes_of(path);
    try {
      reseal(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      EXPECT_EQ(bytes_of(path), before);
      EXPECT_FALSE(std::filesystem::exists(path.string() + ".lock"));
      return error.what();
    }
    ADD_FAILURE() << "no Error";
    return "";
  }

  const Dataset data = tiny_dataset();
  const Sweep sweep = sweep_of(example_config, data);
  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "example.h5";
};

TEST_F(AReseal, ChangesNothingWhereNothingWasChanged) {
  const std::string before = bytes_of(path);
  const SealCheck found = reseal(path);
  EXPECT_TRUE(found.unchanged);
  EXPECT_THAT(found.additions, IsEmpty());
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(AReseal, KnowsAllThatThisProgramWrites) {
  Dataset counted = data;
  counted.validation = counted.test;
  counted.train_class_counts = {20, 20, 20};
  std::string config = example_config;
  config.replace(config.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
  std::filesystem::remove(path);
  ResultsFile(path, sweep_of(config, counted), counted, example_provenance, {}).close();
  EXPECT_THAT(check_seal(path).additions, IsEmpty());
}

TEST_F(AReseal, NamesWhatWasAdded) {
  const ResultsData before = read_results(path);
  write_with_hdf5([](hid_t file) {
    put_attribute(file, "note", 1);
    const hid_t losses = H5Dopen2(file, "train_loss", H5P_DEFAULT);
    put_attribute(losses, "flag_values", 1);
    H5Dclose(losses);
    put_array(file, "mean", H5T_IEEE_F32LE, {2}, std::array{0.5f, 0.25f}.data());
    H5Gclose(H5Gcreate2(file, "an\x1b", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Lcreate_soft("/nowhere", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
  });
  EXPECT_THROW(read_results(path), Error);
  const auto names = ElementsAre("the attribute note of the file", "the group an\uFFFD", "the variable mean",
                                 "the link soft", "the attribute flag_values of train_loss");
  const std::string changed = bytes_of(path);
  const SealCheck first = check_seal(path);
  EXPECT_FALSE(first.unchanged);
  EXPECT_THAT(first.additions, names);
  EXPECT_EQ(bytes_of(path), changed);

  EXPECT_FALSE(reseal(path).unchanged);
  const ResultsData after = read_results(path);
  ASSERT_EQ(after.runs.size(), before.runs.size());
  EXPECT_EQ(after.runs[1].curves[Metric::train_loss], before.runs[1].curves[Metric::train_loss]);
  const SealCheck again = reseal(path);
  EXPECT_TRUE(again.unchanged);
  EXPECT_THAT(again.additions, names);
  // The sweep goes on with it, and what was added stays.
  {
    ResultsFile file(path, sweep, data, example_provenance, {});
    write_run(file, 0);
    file.close();
  }
  EXPECT_THAT(check_seal(path).additions, names);
}

TEST_F(AReseal, CountsWhatWasAddedAsPartOfTheStructure) {
  put_note();
  reseal(path);
  change_attribute("note", 2);
  EXPECT_FALSE(check_seal(path).unchanged);
}

TEST_F(AReseal, FindsTheSealBeforeALargeVariable) {
  const std::vector<float> many(std::size_t{1} << 20);
  write_with_hdf5([&](hid_t file) { put_array(file, "many", H5T_IEEE_F32LE, {many.size()}, many.data()); });
  ASSERT_GT(std::filesystem::file_size(path), std::uintmax_t{4} << 20);
  reseal(path);
  EXPECT_EQ(read_results(path).runs[1].epochs_done, 2);
}

TEST_F(AReseal, IsNotMisledByACopyOfTheSeal) {
  std::string bytes = bytes_of(path);
  const std::string seal = bytes.substr(bytes.rfind("runner results file, layout "), 4096);
  write_with_hdf5([&](hid_t file) {
    put_array(file, "copy", H5T_STD_I8LE, {seal.size()}, seal.data());
    put_array(file, "words", H5T_STD_I8LE, {24}, "runner results file, layout ");
  });
  reseal(path);
  EXPECT_EQ(read_results(path).runs[1].epochs_done, 2);
}

TEST_F(AReseal, BelongsToTheWriter) {
  put_note();
  Descriptor other(path, O_RDWR);
  ASSERT_EQ(other.try_lock(LOCK_EX), LockResult::taken);
  EXPECT_THAT(refused(), HasSubstr("open for writing in another program"));
}

TEST_F(AReseal, IsRefusedWhileAnotherRunnerWrites) {
  ResultsFile writing(path, sweep, data, example_provenance, {});
  EXPECT_THROW(reseal(path), Error);
}

TEST_F(AReseal, IsRefusedWhereAnArrayWasMadeAnew) {
  write_with_hdf5([&](hid_t file) {
    put_array(file, "another", H5T_IEEE_F32LE, {4, 3}, std::array<float, 12>{}.data());
    H5Ldelete(file, "train_loss", H5P_DEFAULT);
    H5Lmove(file, "another", file, "train_loss", H5P_DEFAULT, H5P_DEFAULT);
  });
  EXPECT_THAT(refused(), HasSubstr("its arrays are not where they were when it was sealed"));
}

TEST_F(AReseal, IsRefusedWhereTheWeightsAreGone) {
  std::string config = example_config;
  config.replace(config.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
  std::filesystem::remove(path);
  ResultsFile(path, sweep_of(config, data), data, example_provenance, {}).close();
  write_with_hdf5([](hid_t file) { H5Ldelete(file, "weights", H5P_DEFAULT); });
  EXPECT_THAT(refused(), HasSubstr("its arrays are not where they were when it was sealed"));
}

TEST_F(AReseal, IsRefusedWhereAnArrayIsGone) {
  write_with_hdf5([](hid_t file) { H5Lmove(file, "train_loss", file, "losses", H5P_DEFAULT, H5P_DEFAULT); });
  EXPECT_THAT(refused(), HasSubstr("the array train_loss is missing"));
}

TEST_F(AReseal, IsRefusedWhereRunsAreNotThoseOfTheirDigests) {
  change_attribute("train_size", 61);
  EXPECT_THAT(refused(), HasSubstr("does not fit its digest"));
}

// The digests of another arithmetic cannot be told.
TEST_F(AReseal, TakesAFileOfAnotherArithmetic) {
  change_attribute("arithmetic_version", 99);
  EXPECT_FALSE(reseal(path).unchanged);
  EXPECT_EQ(read_results(path).origin.arithmetic_version, 99);
}

TEST_F(AReseal, IsRefusedWhereTheNumbersAreNone) {
  put_note();
  write_with_hdf5([](hid_t file) {
    const hid_t array = H5Dopen2(file, "status", H5P_DEFAULT);
    const std::array<std::int8_t, 4> wrong{0, 0, 9, 0};
    H5Dwrite(array, H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, wrong.data());
    H5Dclose(array);
  });
  EXPECT_THAT(refused(), HasSubstr("9 is not a value of status"));
}

TEST_F(AReseal, IsRefusedWhereTheConfigIsNone) {
  change_text("config", "{");
  EXPECT_THAT(refused(), HasSubstr("configs/example.json"));
}

TEST_F(AReseal, IsRefusedWhereTheLayoutIsNotKnown) {
  change_attribute("layout_version", results_layout_version + 1);
  EXPECT_THAT(refused(), HasSubstr(fmt::format("its layout_version is {}", results_layout_version + 1)));
}

TEST_F(AReseal, IsRefusedOfWhatIsNoResultsFile) {
  std::ofstream(path, std::ios::binary) << "run,loss\n";
  EXPECT_THAT(refused(), HasSubstr("is not a results file"));
}

TEST_F(AReseal, OfALongerSweepNamesWhatIsNotTakenOver) {
  put_note();
  reseal(path);
  std::string longer = example_config;
  longer.replace(longer.find("\"epochs\": 2"), 11, "\"epochs\": 3");
  std::vector<std::string> notes;
  ResultsFile(path, sweep_of(longer, data), data, example_provenance,
              {.note = [&](const std::string& note) { notes.push_back(note); }})
      .close();
  EXPECT_THAT(notes, ElementsAre("the attribute note of the file in " + path.string() +
                                 " was added by another program, and is not taken over"));
  EXPECT_THAT(check_seal(path).additions, IsEmpty());
}

}  // namespace
}  // namespace runner::test
