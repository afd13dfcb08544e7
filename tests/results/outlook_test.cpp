// What is said beforehand of a results file is what is found when it is opened.

#include "runner/results/outlook.hpp"

#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/results/results_file.hpp"

#include "example.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

namespace fs = std::filesystem;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

const Dataset data = tiny_dataset();

/// Eight runs. `keys`: more of the config, each followed by a comma.
Sweep of(const std::string& keys, int epochs = 4) {
  return sweep_of(
      "{" + keys + R"("name": "example", "learning_rate": [0.1, 0.5], "batch_size": 10, "hidden_size": [2, 3],
                  "seed": [1, 2], "epochs": )" +
          std::to_string(epochs) + "}",
      data);
}

class AnOutlook : public testing::Test {
 protected:
  /// A file with runs that are done, in the middle, diverged, stopped by a rule, and not begun. The test loss
  /// improves at epoch 1 and never again. The weights after an epoch are saved where the sweep saves some,
  /// and the state of run 1, which was in flight, is in the sidecar.
  void make(const Sweep& sweep) {
    ResultsFile file(path, sweep, data, example_provenance, {});
    const int last = sweep.config.epochs;
    write(file, sweep, 0, last, RunStatus::done);
    write(file, sweep, 1, 2, RunStatus::running, true);
    write(file, sweep, 2, 1, RunStatus::running);
    write(file, sweep, 3, 2, RunStatus::diverged);
    write(file, sweep, 4, 3, RunStatus::running);
    write(file, sweep, 5, 0, RunStatus::running);
    file.close();
  }

  static void write(ResultsFile& file, const Sweep& sweep, std::size_t run, int to, RunStatus end,
                    bool in_flight = false) {
    const RecordedEpochs recorded = sweep.config.recorded_epochs();
    for (int epoch = 0; epoch <= to; ++epoch) {
      TrainedEpoch record = record_of(run, epoch, epoch == to ? end : RunStatus::running);
      record.metrics[Metric::test_loss] = epoch == 0 ? 2 : 1;
      record.metrics[Metric::train_accuracy] = record.metrics[Metric::test_accuracy] = 0.5;
      record.paused = in_flight && epoch == to;
      record.state = [&, epoch] {
        return TrainingState{constant_weights(data, sweep.runs[run], static_cast<float>(epoch)), {}};
      };
      if (recorded.contains(epoch))
        file.on_epoch({&record, 1});
      else if (record.paused)
        file.on_stop_between({&record, 1});
    }
  }

  Outlook look(const Sweep& sweep) const { return look_ahead(path, sweep, data); }

  /// Opens a copy of the file, as a sweep that is run does.
  void expect_it_comes_true(const Sweep& sweep) {
    const Outlook outlook = look(sweep);
    const fs::path copy = folder / "copy.h5";
    for (const char* suffix : {"", ".checkpoint"}) {
      fs::remove(copy.string() + suffix);
      if (fs::exists(path.string() + suffix)) fs::copy_file(path.string() + suffix, copy.string() + suffix);
    }
    const auto before =
        fs::exists(copy) ? FileIdentity(Descriptor(copy, O_RDONLY).identity()) : FileIdentity{};
    EXPECT_EQ(outlook.exists, fs::exists(copy));
    ResultsFile file(copy, sweep, data, example_provenance, {});
    EXPECT_EQ(outlook.missing, file.missing());
    EXPECT_EQ(outlook.epochs, file.epochs());
    EXPECT_EQ(outlook.is_replaced, outlook.exists && Descriptor(copy, O_RDONLY).identity() != before);
    const double size = static_cast<double>(fs::file_size(copy));
    EXPECT_NEAR(static_cast<double>(outlook.bytes), size, 0.2 * size);
  }

  TemporaryDirectory folder;
  const fs::path path = folder / "example.h5";
};

TEST_F(AnOutlook, OfAFileThatIsNotThereIsAllOfTheSweep) {
  const Sweep sweep = of("");
  const Outlook outlook = look(sweep);
  EXPECT_FALSE(outlook.exists);
  EXPECT_THAT(outlook.missing, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(outlook.epochs, Each(0));
  expect_it_comes_true(sweep);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(AnOutlook, ComesTrue) {
  make(of(""));
  const Outlook outlook = look(of(""));
  EXPECT_TRUE(outlook.exists);
  EXPECT_FALSE(outlook.is_replaced);
  EXPECT_THAT(outlook.missing, ElementsAre(1, 2, 4, 5, 6, 7));
  EXPECT_THAT(outlook.epochs, ElementsAre(0, 2, 0, 0, 0, 0, 0, 0));
  for (const Sweep& now :
       {of(""), of("", 9), of("", 3), of("", 2), of("", 1), of(R"("evaluate_every": 2,)"),
        of(R"("evaluate_every": 3,)", 9), of(R"("where": "seed = 2",)"), of(R"("weight_decay": [0, 0.1],)")})
    expect_it_comes_true(now);
}

TEST_F(AnOutlook, ComesTrueWhereWeightsAreSaved) {
  make(of(R"("save_weights": true,)"));
  for (const int epochs : {4, 9, 3, 2, 1}) expect_it_comes_true(of(R"("save_weights": true,)", epochs));
  expect_it_comes_true(of(R"("save_weights": true, "weight_decay": [0, 0.1],)"));
}

TEST_F(AnOutlook, ComesTrueWhereEpochsAreNotRecorded) {
  make(of(R"("evaluate_every": 2,)"));
  for (const int epochs : {4, 9, 2}) {
    expect_it_comes_true(of(R"("evaluate_every": 2,)", epochs));
    expect_it_comes_true(of(R"("evaluate_every": 3,)", epochs));
    expect_it_comes_true(of("", epochs));
  }
}

TEST_F(AnOutlook, ComesTrueWhereRunsAreStopped) {
  const std::string patience = R"("early_stopping": {"patience": 2},)";
  make(of(patience));
  EXPECT_THAT(look(of(patience)).missing, ElementsAre(1, 2, 5, 6, 7));  // run 4 is stopped by its numbers
  for (const int epochs : {4, 9, 3, 2, 1}) {
    expect_it_comes_true(of(patience, epochs));
    expect_it_comes_true(of(R"("early_stopping": {"patience": 3},)", epochs));
    expect_it_comes_true(of("", epochs));
  }
}

TEST_F(AnOutlook, OfHalvingIsNoLessThanWhatComes) {
  const std::string halving = R"("early_stopping": {"successive_halving": {"eta": 2, "min_epochs": 1}},)";
  const Sweep sweep = of(halving);
  {
    ResultsFile file(path, sweep, data, example_provenance, {});
    for (std::size_t run = 0; run < 8; ++run) write(file, sweep, run, 1, RunStatus::running, true);
    EXPECT_TRUE(file.next_rung());
    file.close();
  }
  // Both runs of two configurations go on; all but these are stopped.
  EXPECT_THAT(look(sweep).missing, ElementsAre(0, 1, 2, 3));
  expect_it_comes_true(sweep);
  EXPECT_THAT(look(of(halving, 9)).missing, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST_F(AnOutlook, RefusesWhatTheSweepCannotGoOnWith) {
  make(of(""));
  try {
    look(of(R"("save_weights": true,)"));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("save_weights: false in the file, true now"));
  }
  EXPECT_THROW(look_ahead(folder.path(), of(""), data), Error);
}

TEST_F(AnOutlook, ChangesNothing) {
  make(of(""));
  const auto names = [&] {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder.path())) all.push_back(entry.path().filename());
    std::sort(all.begin(), all.end());
    return all;
  };
  const auto before = names();
  const auto written = fs::last_write_time(path);
  look(of("", 9));
  look_ahead(folder / "not" / "there.h5", of(""), data);
  EXPECT_EQ(names(), before);
  EXPECT_EQ(fs::last_write_time(path), written);
}

}  // namespace
}  // namespace runner::test
