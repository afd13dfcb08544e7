#include "runner/results/fingerprint.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// The formula is tried from outside: tests/experiments runs the Python of results/README.md.
namespace runner::test {
namespace {

StoredRun run_of(char digit, int index, int epochs_done) {
  StoredRun run{};
  run.run = {{}, std::string(32, digit), index};
  run.status = RunStatus::done;
  run.epochs_done = epochs_done;
  for (const MetricInfo& line : metric_table)
    if (line.set != ImageSet::validation && line.metric != Metric::clean_train_accuracy)
      run.curves[line.metric] = {0.5f, 0.25f, static_cast<float>(digit)};
  return run;
}

ResultsData results_of(std::vector<StoredRun> runs) {
  ResultsData results{};
  results.recorded = RecordedEpochs(2);
  results.runs = std::move(runs);
  return results;
}

class AFingerprint : public testing::Test {
 protected:
  ResultsData results = results_of({run_of('a', 0, 2), run_of('b', 1, 2), run_of('c', 2, 2)});
  const std::string as_it_is = fingerprint_of(results).value();
};

TEST_F(AFingerprint, HasSixtyFourDigitsOfWhichTheFirstAreShown) {
  EXPECT_EQ(as_it_is.size(), 64u);
  EXPECT_TRUE(is_fingerprint(as_it_is));
  EXPECT_EQ(shown_fingerprint(results), as_it_is.substr(0, 16));
}

TEST_F(AFingerprint, IsTheSameInAnyOrder) {
  std::reverse(results.runs.begin(), results.runs.end());
  for (std::size_t r = 0; r < results.runs.size(); ++r) results.runs[r].run.index = static_cast<int>(r);
  EXPECT_EQ(fingerprint_of(results), as_it_is);
}

TEST_F(AFingerprint, IsOfNothingButNumbersAndDigests) {
  results.name = "another";
  results.file = "elsewhere.h5";
  results.origin.processor = "another";
  results.runs[0].wall_time = 7;
  results.runs[0].weights_epoch = 2;
  results.runs.push_back(run_of('d', -1, 2));  // no longer in the sweep
  EXPECT_EQ(fingerprint_of(results), as_it_is);
}

TEST_F(AFingerprint, IsAnotherOfAnyOtherNumber) {
  for (const MetricInfo& line : metric_table) {
    if (results.runs[1].curves[line.metric].empty()) continue;
    for (float& value : results.runs[1].curves[line.metric]) {
      const float before = value;
      value = std::nextafter(value, 9.0f);
      EXPECT_NE(fingerprint_of(results), as_it_is) << line.name;
      value = before;
    }
  }
  EXPECT_EQ(fingerprint_of(results), as_it_is);
}

TEST_F(AFingerprint, IsAnotherOfOtherRunsAndEpochs) {
  ResultsData fewer = results;
  fewer.runs.pop_back();
  EXPECT_NE(fingerprint_of(fewer), as_it_is);
  ResultsData shorter = results;
  shorter.runs[0].epochs_done = 1;
  shorter.runs[0].status = RunStatus::stopped;
  EXPECT_NE(fingerprint_of(shorter), as_it_is);
  ResultsData other = results;
  other.runs[0].run.digest.back() = 'f';
  EXPECT_NE(fingerprint_of(other), as_it_is);
  ResultsData measured_otherwise = results;
  measured_otherwise.recorded = RecordedEpochs(std::vector{0, 2, 4});
  for (StoredRun& run : measured_otherwise.runs) run.epochs_done = 4;
  EXPECT_NE(fingerprint_of(measured_otherwise), as_it_is);
}

// What a longer file has behind the mark of a run is not in it.
TEST_F(AFingerprint, IsOfWhatWasRecordedUpToTheMark) {
  results.runs[0].epochs_done = 1;
  const auto before = fingerprint_of(results);
  results.runs[0].curves[Metric::test_loss][2] = 3;
  EXPECT_EQ(fingerprint_of(results), before);
}

TEST_F(AFingerprint, LeavesOutWhatWasNeverRecorded) {
  results.runs[0].curves[Metric::clean_train_accuracy].assign(3, canonical_nan);
  EXPECT_EQ(fingerprint_of(results), as_it_is);
  results.runs[0].curves[Metric::clean_train_accuracy][2] = 0.5f;
  EXPECT_NE(fingerprint_of(results), as_it_is);
}

TEST_F(AFingerprint, IsThatOfASweepAllOfWhichHasEnded) {
  for (const RunStatus status : {RunStatus::pending, RunStatus::running}) {
    results.runs[2].status = status;
    EXPECT_EQ(fingerprint_of(results), std::nullopt);
    EXPECT_EQ(shown_fingerprint(results), "");
  }
  for (const RunStatus status : {RunStatus::diverged, RunStatus::stopped}) {
    results.runs[2].status = status;
    EXPECT_TRUE(fingerprint_of(results));
  }
  EXPECT_EQ(fingerprint_of(results_of({})), std::nullopt);
}

TEST(TheBeginningOfAFingerprint, HasEightDigitsOrMore) {
  for (const char* text : {"3f9a1c2b", "3f9a1c2b4d5e6f70"}) EXPECT_TRUE(is_fingerprint(text)) << text;
  for (const std::string& text : {std::string("3f9a1c2"), std::string(), std::string("3F9A1C2B"),
                                  std::string("3f9a1c2g"), std::string(65, 'a')})
    EXPECT_FALSE(is_fingerprint(text)) << text;
}

}  // namespace
}  // namespace runner::test
