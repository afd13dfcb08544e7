#include "runner/report/comparison.hpp"

#include "runner/error/error.hpp"

#include "report/hand_made.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using test::stored;
using testing::ElementsAre;
using testing::HasSubstr;

const float nan = std::numeric_limits<float>::quiet_NaN();

StoredRun unfinished(const RunSpec& s, RunStatus status) {
  StoredRun run = stored(s, status, {1, nan}, {1, nan}, {2, nan});
  run.epochs_done = 0;
  return run;
}

std::vector<std::int32_t> hidden_sizes(const Comparison& comparison) {
  std::vector<std::int32_t> sizes;
  for (const ConfigurationSummary& c : comparison.configurations) sizes.push_back(c.spec.hidden_size);
  return sizes;
}

TEST(Compare, OfNoRunsHasNoConfigurationsAndNoWidestGap) {
  const Comparison c = compare(results(10, {}));
  EXPECT_EQ(c.files.front().name, "made");
  EXPECT_EQ(c.epochs, 10);
  EXPECT_TRUE(c.configurations.empty());
  EXPECT_EQ(c.widest_gap(), std::nullopt);
}

TEST(Compare, OfOneRunGivesItsOwnNumbers) {
  const Comparison c =
      compare(results(4, {stored(spec(50), RunStatus::done, {0.125f, 0.5f, 0.75f, 0.75f, 1},
                                 {0.125f, 0.5f, 0.625f, 0.5f, 0.5f}, {2, 1, 1.25f, 1.5f, 1.75f})}));
  ASSERT_EQ(c.configurations.size(), 1u);
  const ConfigurationSummary& only = c.configurations[0];
  EXPECT_EQ(only.spec, spec(50));
  EXPECT_EQ(only.seeds, 1u);
  EXPECT_EQ(only.done, 1u);
  EXPECT_EQ(only.diverged, 0u);
  EXPECT_EQ(only.last[Metric::train_accuracy].mean, 1);
  EXPECT_EQ(only.last[Metric::test_accuracy].mean, 0.5);
  EXPECT_EQ(only.gap.mean, 0.5);
  EXPECT_EQ(only.best_accuracy.mean, 0.625);
  EXPECT_EQ(only.best_epoch, 2);
  EXPECT_EQ(only.stop_epoch, 1);
  EXPECT_EQ(only.verdict, Verdict::overfits);
  EXPECT_EQ(only.overfits_from, 2);
  EXPECT_EQ(c.widest_gap(), 0u);
}

TEST(Compare, TakesTheMeanOverSeeds) {
  const Comparison c = compare(results(1, {ending(spec(50, 1), 1, 0.5f), ending(spec(50, 2), 0.5f, 0.25f)}));
  ASSERT_EQ(c.configurations.size(), 1u);
  EXPECT_EQ(c.configurations[0].seeds, 2u);
  EXPECT_EQ(c.configurations[0].done, 2u);
  EXPECT_EQ(c.configurations[0].last[Metric::train_accuracy].mean, 0.75);
  EXPECT_EQ(c.configurations[0].last[Metric::test_accuracy].mean, 0.375);
  EXPECT_EQ(c.configurations[0].gap.mean, 0.375);
}

// Each seed alone is best at 1 (epochs 1 and 3); their mean is at epoch 2.
TEST(Compare, FindsTheBestEpochOfTheMeanCurve) {
  const test::Curve loss{2, 2, 2, 2};
  const Comparison c =
      compare(results(3, {stored(spec(50, 1), RunStatus::done, {0, 0, 0, 0}, {0, 1, 0.875f, 0}, loss),
                          stored(spec(50, 2), RunStatus::done, {0, 0, 0, 0}, {0, 0, 0.875f, 1}, loss)}));
  EXPECT_EQ(c.configurations[0].best_epoch, 2);
  EXPECT_EQ(c.configurations[0].best_accuracy.mean, 0.875);
}

TEST(Compare, NamesTheFirstOfSeveralBestEpochs) {
  const Comparison c = compare(
      results(3, {stored(spec(50), RunStatus::done, {0, 0, 0, 0}, {0, 0.5f, 0.25f, 0.5f}, {2, 2, 2, 2})}));
  EXPECT_EQ(c.configurations[0].best_epoch, 1);
}

TEST(Compare, LeavesSeedsOutThatAreNotDone) {
  const Comparison c = compare(results(
      1, {unfinished(spec(50, 1), RunStatus::running), ending(spec(50, 2), 0.75f, 0.5f),
          unfinished(spec(50, 3), RunStatus::diverged), unfinished(spec(50, 4), RunStatus::pending)}));
  ASSERT_EQ(c.configurations.size(), 1u);
  const ConfigurationSummary& only = c.configurations[0];
  EXPECT_EQ(only.seeds, 4u);
  EXPECT_EQ(only.done, 1u);
  EXPECT_EQ(only.diverged, 1u);
  EXPECT_EQ(only.last[Metric::train_accuracy].mean, 0.75);
  EXPECT_EQ(only.best_accuracy.mean, 0.5);  // not the 1 of the others' epoch 0
}

TEST(Compare, HasNoNumbersWhereNothingIsDone) {
  const Comparison c = compare(results(1, {unfinished(spec(50), RunStatus::diverged)}));
  ASSERT_EQ(c.configurations.size(), 1u);
  const ConfigurationSummary& only = c.configurations[0];
  EXPECT_EQ(only.done, 0u);
  EXPECT_EQ(only.diverged, 1u);
  EXPECT_TRUE(std::isnan(only.last[Metric::train_accuracy].mean));
  EXPECT_TRUE(std::isnan(only.last[Metric::test_accuracy].mean));
  EXPECT_TRUE(std::isnan(only.gap.mean));
  EXPECT_TRUE(std::isnan(only.best_accuracy.mean));
  EXPECT_EQ(only.best_epoch, -1);
  EXPECT_EQ(only.stop_epoch, -1);
  EXPECT_EQ(only.overfits_from, -1);
  EXPECT_EQ(c.widest_gap(), std::nullopt);
}

// How a verdict is found, judgement_test.cpp asks.
TEST(Compare, JudgesEachConfigurationByItsSeedsThatAreDone) {
  const test::Curve accuracy(5, 0.5f);
  const auto run = [&](std::int32_t hidden_size, std::int64_t seed, RunStatus status, test::Curve loss) {
    return stored(spec(hidden_size, seed), status, accuracy, accuracy, std::move(loss));
  };
  const test::Curve rising{3, 1, 2, 3, 4}, falling{3, 2, 1, 0.5f, 0.25f}, gone{3, nan, nan, nan, nan};
  const Comparison c =
      compare(results(4, {run(1, 1, RunStatus::done, rising), run(1, 2, RunStatus::done, rising),
                          run(2, 1, RunStatus::done, falling), run(2, 2, RunStatus::running, rising),
                          run(3, 1, RunStatus::diverged, gone), run(3, 2, RunStatus::diverged, gone),
                          run(3, 3, RunStatus::done, rising), run(4, 1, RunStatus::pending, gone),
                          run(5, 1, RunStatus::diverged, gone), run(5, 2, RunStatus::done, rising)}));
  std::vector<Verdict> verdicts;
  std::vector<int> from, stop;
  for (const ConfigurationSummary& configuration : c.configurations) {
    verdicts.push_back(configuration.verdict);
    from.push_back(configuration.overfits_from);
    stop.push_back(configuration.stop_epoch);
  }
  EXPECT_THAT(verdicts, ElementsAre(Verdict::overfits, Verdict::fits, Verdict::diverged, Verdict::none,
                                    Verdict::overfits));
  EXPECT_THAT(from, ElementsAre(2, -1, -1, -1, 2));
  EXPECT_THAT(stop, ElementsAre(1, 4, 1, -1, 1));
}

TEST(Compare, ShowsWhereNoSeedIsDoneTheLastEpochThatAllHave) {
  const auto running = [](std::int64_t seed, int epochs_done) {
    StoredRun run = stored(spec(50, seed), RunStatus::running, {0, 0.25f, 0.5f, 0.75f},
                           {0, 0.25f, 0.5f, 0.625f}, {3, 2, 1, 0.5f});
    run.epochs_done = epochs_done;
    return run;
  };
  StoredRun diverged = running(3, 1);
  diverged.status = RunStatus::diverged;
  const ConfigurationSummary c =
      compare(results(3, {running(1, 2), running(2, 3), diverged})).configurations.at(0);
  EXPECT_EQ(c.done, 0u);
  EXPECT_EQ(c.measured, 2u);
  EXPECT_EQ(c.epochs, 2);
  EXPECT_EQ(c.last[Metric::train_accuracy].mean, 0.5);
  EXPECT_EQ(c.best_epoch, 2);
  EXPECT_EQ(c.verdict, Verdict::fits);
  const std::string table = to_table(compare(results(3, {running(1, 2), running(2, 3), diverged})));
  EXPECT_THAT(table, HasSubstr("after   train"));
  EXPECT_THAT(table, HasSubstr("\n    2  0.5000"));
  // One that has not begun leaves nothing to show.
  const ConfigurationSummary begun = compare(results(3, {running(1, 0), running(2, 3)})).configurations.at(0);
  EXPECT_EQ(begun.measured, 0u);
  EXPECT_EQ(begun.verdict, Verdict::none);
  // And where a seed is done, only those that are.
  StoredRun done = running(4, 3);
  done.status = RunStatus::done;
  const ConfigurationSummary some = compare(results(3, {running(1, 2), done})).configurations.at(0);
  EXPECT_EQ(some.measured, 1u);
  EXPECT_EQ(some.epochs, 3);
}

TEST(Best, IsNeverAnUntrainedNetworkOrOneThatDidNotLearn) {
  StoredRun guesses = ending(spec(50), 0.1f, 0.9f);
  guesses.curves[Metric::train_loss] = {2.3f, 2.31f};
  const Comparison c =
      compare(results(1, {guesses, stored(spec(100), RunStatus::done, {0.1f, 0.5f}, {0.8f, 0.5f}, {2, 1}),
                          ending(spec(200), 0.5f, 0.4f)}));
  EXPECT_EQ(c.configurations[0].verdict, Verdict::did_not_learn);
  EXPECT_EQ(c.best(), 2u);
  EXPECT_EQ(compare(results(1, {guesses})).best(), std::nullopt);
}

TEST(StoppingGain, IsTestAccuracyAtTheEpochToStopAtAgainstTheLast) {
  const auto run = [](std::int64_t seed, float more) {
    return stored(spec(50, seed), RunStatus::done, {0, 0.5f, 0.75f, 0.75f, 1},
                  {0, 0.75f + more, 0.5f, 0.5f, 0.5f + more / 2}, {3, 1, 2, 3, 4});
  };
  const Comparison c = compare(results(4, {run(1, 0), run(2, 0.125f), run(3, 0.0625f)}));
  EXPECT_EQ(c.configurations[0].stop_epoch, 1);
  EXPECT_EQ(c.configurations[0].stopping_gain.mean, 0.28125);
  EXPECT_DOUBLE_EQ(c.configurations[0].stopping_gain.half_width, student_t(3) * 0.03125 / std::sqrt(3.0));
}

/// Two seeds whose test set says something else than their validation set.
ResultsData validated() {
  std::vector<StoredRun> runs;
  for (const std::int64_t seed : {1, 2}) {
    runs.push_back(stored(spec(50, seed), RunStatus::done, {0, 0.5f, 0.75f, 1, 1},
                          {0, 0.25f, 0.5f, 0.75f, 0.75f}, {4, 3, 2, 1, 0.5f}));
    runs.back().curves[Metric::validation_accuracy] = {0, 0.625f, 0.5f, 0.25f, 0.25f};
    runs.back().curves[Metric::validation_loss] = {4, 1, 2, 3, 4};
  }
  ResultsData data = results(4, std::move(runs));
  data.origin.data.validation_size = 10'000;
  return data;
}

TEST(Compare, ChoosesByTheValidationSetWhereThereIsOne) {
  const Comparison c = compare(validated());
  EXPECT_TRUE(c.validated);
  const ConfigurationSummary& only = c.configurations.at(0);
  EXPECT_EQ(only.best_epoch, 1);
  EXPECT_EQ(only.best_accuracy.mean, 0.625);
  EXPECT_EQ(only.best_test_accuracy.mean, 0.25);
  EXPECT_EQ(only.last[Metric::validation_accuracy].mean, 0.25);
  EXPECT_EQ(only.last[Metric::validation_loss].mean, 4);
  EXPECT_EQ(only.stop_epoch, 1);
  EXPECT_EQ(only.overfits_from, 2);
  EXPECT_EQ(only.stopping_gain.mean, -0.5);
}

TEST(Compare, ChoosesByEachFilesOwnSet) {
  const std::vector<ResultsData> files{validated(), results(1, {ending(spec(100), 1, 0.5f)})};
  const Comparison c = compare(files);
  EXPECT_TRUE(c.validated);
  EXPECT_TRUE(c.mixed);
  EXPECT_EQ(c.chosen_by(), "validation or test");
  EXPECT_EQ(c.files.size(), 2u);
  EXPECT_EQ(c.epochs, 4);
  ASSERT_EQ(c.configurations.size(), 2u);
  EXPECT_EQ(c.configurations[0].best_epoch, 1);
  EXPECT_EQ(c.configurations[0].last[Metric::validation_accuracy].mean, 0.25);
  EXPECT_TRUE(c.configurations[0].validated);
  EXPECT_FALSE(c.configurations[1].validated);
  EXPECT_TRUE(std::isnan(c.configurations[1].last[Metric::validation_accuracy].mean));
  EXPECT_EQ(c.configurations[1].file, 1u);
  EXPECT_EQ(c.best(), 0u);
  EXPECT_EQ(c.widest_gap(), 1u);
  const std::string said =
      "\nEpochs are chosen by each file's own set: validation where it has one, else test.\n";
  EXPECT_THAT(to_table(c), HasSubstr(said));
  EXPECT_THAT(to_table(compare(files.front())), testing::Not(HasSubstr(said)));
}

TEST(Compare, TellsFilesOfOneNameApartByTheEndsOfTheirPaths) {
  std::vector<ResultsData> files(4, results(1, {ending(spec(100), 1, 0.5f)}));
  files[0].file = "/a/b/monday.h5";
  files[1].file = "/a/b/tuesday.h5";
  files[2].file = "/a/c/tuesday.h5";
  files[3].file = "other.h5";
  files[3].name = "another";
  std::vector<std::string> names;
  for (const ComparedFile& file : compare(files).files) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("monday.h5", "b/tuesday.h5", "c/tuesday.h5", "another"));
}

TEST(Compare, SaysWhereFilesDiffer) {
  std::vector<ResultsData> files{results(1, {}), results(2, {})};
  files[1].name = "other";
  EXPECT_THAT(compare(files).differences(), ElementsAre("epochs: 1 in made, 2 in other"));
  files[1].origin.data.train_size = 5;
  files[1].origin.data.files[2].sha256 = "ab";
  EXPECT_THAT(compare(files).differences(),
              ElementsAre("dataset: the images or labels are not the same",
                          "train_size: 0 in made, 5 in other", "epochs: 1 in made, 2 in other"));
  files[1].origin.data.name = "mnist";
  EXPECT_THAT(compare(files).differences().front(), "dataset:  in made, mnist in other");
  EXPECT_THAT(to_table(compare(files)), HasSubstr("\nNOT ALIKE: dataset:  in made, mnist in other;"));
  EXPECT_THAT(compare(results(1, {})).differences(), testing::IsEmpty());
}

TEST(Compare, TakesAsManyHitsForTheSameAccuracyHoweverSeedsShareThem) {
  // 0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ in their last bit, and so do 3 · 0.2.
  std::vector<StoredRun> runs;
  for (const float accuracy : {0.1f, 0.2f, 0.3f})
    runs.push_back(ending(spec(1, std::ssize(runs)), 0.9f, accuracy));
  for (const float accuracy : {0.3f, 0.2f, 0.1f})
    runs.push_back(ending(spec(2, std::ssize(runs)), 0.9f, accuracy));
  for (const float accuracy : {0.2f, 0.2f, 0.2f})
    runs.push_back(ending(spec(3, std::ssize(runs)), 0.9f, accuracy));
  ResultsData data = results(1, std::move(runs));
  data.origin.data.train_size = data.origin.data.test_size = 10;
  const Comparison c = compare(data);
  for (const ConfigurationSummary& configuration : c.configurations) {
    EXPECT_EQ(configuration.last[Metric::test_accuracy].mean, 0.2);
    EXPECT_EQ(configuration.best_accuracy.mean, 0.2);
    EXPECT_EQ(configuration.gap.mean, 0.9 - 0.2);
  }
  EXPECT_EQ(c.best(), 0u);
}

TEST(Shown, AreTheFirstButWhatIsSaidIsOfAll) {
  Comparison c =
      compare(results(1, {ending(spec(1, 1, 0.1), 0.5f, 0.25f), ending(spec(2, 1, 0.2), 0.5f, 0.25f),
                          ending(spec(3, 1, 0.1), 1, 0.75f)}));
  EXPECT_EQ(c.shown().size(), 3u);
  c.top = 2;
  EXPECT_EQ(c.shown().size(), 2u);
  EXPECT_EQ(c.best(), 2u);
  const std::string table = to_table(c);
  EXPECT_THAT(table, testing::StartsWith("made: 1 epoch, 2 of 3 configurations"));
  EXPECT_THAT(table, HasSubstr("+ Best by test accuracy: learning_rate 0.1, hidden_size 3: 0.7500"));
  EXPECT_THAT(table, testing::Not(HasSubstr("\n     0.1       3")));
  EXPECT_THAT(to_csv(c), testing::Not(HasSubstr(",3,cross")));
  c.top = 9;
  EXPECT_EQ(c.shown().size(), 3u);
}

TEST(LeaveOutKept, TakesOutWhatHasLeftTheConfig) {
  ResultsData data = results(1, {ending(spec(1), 1, 0.5f), ending(spec(2), 1, 0.5f)});
  data.runs[1].run.index = 0;
  EXPECT_EQ(leave_out_kept(data), 1u);
  ASSERT_EQ(data.runs.size(), 1u);
  EXPECT_EQ(data.runs[0].run.spec.hidden_size, 2);
  Comparison c = compare(data);
  c.kept = 1;
  EXPECT_THAT(to_table(c), HasSubstr("\n1 run of earlier configs not counted (--all includes them)\n"));
}

TEST(PoolShards, MakesOneOfTheShardsOfASweep) {
  std::vector<ResultsData> files(3, results(1, {ending(spec(1), 1, 0.5f)}));
  for (std::size_t f = 0; f < files.size(); ++f) {
    files[f].effective_config = "{}";
    files[f].runs[0].run.digest = std::to_string(f);
    files[f].runs[0].run.index = static_cast<std::int32_t>(2 - f);
  }
  const std::vector<ResultsData> pooled = pool_shards(files);
  ASSERT_EQ(pooled.size(), 1u);
  ASSERT_EQ(pooled[0].runs.size(), 3u);
  EXPECT_EQ(pooled[0].runs[0].run.digest, "2");
  files[1].effective_config = "{\"epochs\":2}";
  EXPECT_EQ(pool_shards(files).size(), 2u);
  files[1].effective_config = "{}";
  files[1].runs[0].run.digest = "0";  // the same run twice: two files of one sweep, not shards
  EXPECT_EQ(pool_shards(files).size(), 2u);
  files[1].runs[0].run.digest = "1";
  files[1].origin.data.files[0].sha256 = "ab";
  EXPECT_EQ(pool_shards(files).size(), 2u);
  EXPECT_TRUE(pool_shards({}).empty());
}

TEST(PoolShards, HasARunOnceThatAChangedConfigMovedToAnotherShard) {
  std::vector<ResultsData> files(2, results(1, {ending(spec(1), 1, 0.5f), ending(spec(2), 1, 0.5f)}));
  files[0].runs[0].run.digest = files[1].runs[0].run.digest = "moved";
  files[0].runs[1].run.digest = "other";
  files[1].runs[1].run.digest = "one more";
  for (ResultsData& results : files)
    for (StoredRun& run : results.runs) run.run.index = 1;
  files[0].runs[0].run.index = -1;               // kept here, where it is done,
  files[1].runs[0].run.index = 0;                // in the sweep there, where
  files[1].runs[0].status = RunStatus::pending;  // it is not begun
  files[1].runs[0].epochs_done = -1;
  for (const bool reversed : {false, true}) {
    if (reversed) std::swap(files[0], files[1]);
    const std::vector<ResultsData> pooled = pool_shards(files);
    ASSERT_EQ(pooled.size(), 1u);
    ASSERT_EQ(pooled[0].runs.size(), 3u);
    EXPECT_EQ(pooled[0].runs[0].run.digest, "moved");
    EXPECT_EQ(pooled[0].runs[0].run.index, 0);
    EXPECT_EQ(pooled[0].runs[0].status, RunStatus::done);
  }
}

TEST(Best, IsOneWhoseSeedsAllSurvivedWhereThereIsSuchAOne) {
  const auto two_seeds = [](std::int32_t hidden_size, float accuracy, RunStatus other) {
    StoredRun second = ending(spec(hidden_size, 2), 1, accuracy);
    second.status = other;
    return std::vector{ending(spec(hidden_size, 1), 1, accuracy), second};
  };
  std::vector<StoredRun> runs = two_seeds(1, 0.75f, RunStatus::diverged);
  for (const StoredRun& run : two_seeds(2, 0.5f, RunStatus::done)) runs.push_back(run);
  Comparison c = compare(results(1, runs));
  EXPECT_EQ(c.best(), 1u);
  EXPECT_EQ(c.widest_gap(), 1u);
  sort(c, "best_accuracy");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(2, 1));
  sort(c, "hidden_size");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(1, 2));
  runs.push_back(ending(spec(3), 1, 1));
  runs.back().curves[Metric::train_loss] = {2.5f, 2.5f};  // it did not learn
  c = compare(results(1, runs));
  sort(c, "best_accuracy");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(2, 1, 3));
  runs.resize(2);
  EXPECT_EQ(compare(results(1, runs)).best(), 0u);
}

/// Of four runs with gaps 0.25, 0.5, 0 and, of one that has not begun, none.
std::vector<std::int32_t> hidden_sizes_where(const std::vector<std::string>& conditions) {
  std::vector<StoredRun> runs{ending(spec(25, 1, 0.1), 1, 0.75f), ending(spec(50, 2, 0.1), 1, 0.5f),
                              ending(spec(100, 3, 0.30000000000000004), 0.75f, 0.75f),
                              stored(spec(200, 3, 0.1), RunStatus::pending, {0, 0}, {0, 0}, {0, 0})};
  runs[1].run.spec.loss = Loss::mean_squared_error;
  ResultsData data = results(1, std::move(runs));
  keep_where(data, conditions);
  return hidden_sizes(compare(data));
}

TEST(KeepWhere, ComparesAxes) {
  EXPECT_THAT(hidden_sizes_where({}), ElementsAre(25, 50, 100, 200));
  EXPECT_THAT(hidden_sizes_where({"hidden_size>=50"}), ElementsAre(50, 100, 200));
  EXPECT_THAT(hidden_sizes_where({"learning_rate=0.30000000000000004"}), ElementsAre(100));
  EXPECT_THAT(hidden_sizes_where({"learning_rate=0.3"}), testing::IsEmpty());
  EXPECT_THAT(hidden_sizes_where({"seed=2"}), ElementsAre(50));
  EXPECT_THAT(hidden_sizes_where({"loss=mean_squared_error"}), ElementsAre(50));
  EXPECT_THAT(hidden_sizes_where({"loss!=mean_squared_error"}), ElementsAre(25, 100, 200));
}

TEST(KeepWhere, ComparesWhatWasMeasured) {
  EXPECT_THAT(hidden_sizes_where({"gap>=0.25"}), ElementsAre(25, 50));
  EXPECT_THAT(hidden_sizes_where({"gap<0.25"}), ElementsAre(100));
  EXPECT_THAT(hidden_sizes_where({"gap!=0.25"}), ElementsAre(50, 100));
  EXPECT_THAT(hidden_sizes_where({"done=0"}), ElementsAre(200));
  EXPECT_THAT(hidden_sizes_where({"verdict=fits"}), ElementsAre(25, 100));
  EXPECT_THAT(hidden_sizes_where({"verdict=did_not_learn"}), ElementsAre(50));
  EXPECT_THAT(hidden_sizes_where({"verdict!=overfits"}), ElementsAre(25, 50, 100));
  EXPECT_THAT(hidden_sizes_where({"hidden_size=200 || gap=0.5"}), ElementsAre(50, 200));
}

TEST(KeepWhere, WantsAllConditions) {
  EXPECT_THAT(hidden_sizes_where({"hidden_size>=50,learning_rate=0.1"}), ElementsAre(50, 200));
  EXPECT_THAT(hidden_sizes_where({"hidden_size>=50", "learning_rate=0.1"}), ElementsAre(50, 200));
  EXPECT_THAT(hidden_sizes_where({"hidden_size=25 || hidden_size=50", "gap>0.25"}), ElementsAre(50));
}

/// Two configurations; over seeds 1 and 2 their gaps are 0.25 and 0, over seed 1 alone 0 and 0.25.
ResultsData two_configurations() {
  return results(1, {ending(spec(10, 1), 0.5f, 0.5f), ending(spec(10, 2), 1, 0.5f),
                     ending(spec(20, 1), 0.75f, 0.5f), ending(spec(20, 2), 0.5f, 0.75f)});
}

TEST(KeepWhere, MeasuresOverTheRunsThatConditionsOnAxesLeave) {
  for (const std::vector<std::string>& conditions :
       {std::vector<std::string>{"gap>0.125"}, {"seed<=2 && gap>0.125"}}) {
    ResultsData data = two_configurations();
    keep_where(data, conditions);
    EXPECT_THAT(hidden_sizes(compare(data)), ElementsAre(10));
    EXPECT_EQ(data.runs.size(), 2u);
  }
  for (const std::vector<std::string>& conditions :
       {std::vector<std::string>{"seed=1 && gap>0.125"}, {"gap>0.125", "seed=1"}}) {
    ResultsData data = two_configurations();
    keep_where(data, conditions);
    EXPECT_THAT(hidden_sizes(compare(data)), ElementsAre(20));
    EXPECT_EQ(data.runs.size(), 1u);
  }
}

TEST(KeepWhere, SaysWhatIsNotAValidCondition) {
  const auto problem = [](const std::string& condition) {
    try {
      hidden_sizes_where({condition});
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      return std::string(e.what());
    }
    return std::string("no Error");
  };
  EXPECT_EQ(problem("hidden_size>=50,"),
            "--where: \"hidden_size>=50,\" is not a valid condition: at the end: expected a name or (");
  EXPECT_THAT(problem("hiden_size=5"), HasSubstr("did you mean \"hidden_size\"?"));
  EXPECT_THAT(problem("test_acuracy>0.5"), HasSubstr("did you mean \"test_accuracy\"?"));
  EXPECT_THAT(problem("verdict=overfit"), HasSubstr("did you mean \"overfits\"?"));
  EXPECT_THAT(problem("loss=hinge"), HasSubstr("the values are cross_entropy, mean_squared_error"));
  EXPECT_EQ(problem("seed=1 || gap>0.5"),
            "--where: \"seed=1 || gap>0.5\": seed chooses runs, measured columns choose configurations: join "
            "the two with &&");
}

TEST(Compare, KeepsTheFilesOrderAndFindsSeedsApart) {
  const Comparison c = compare(results(1, {ending(spec(200), 1, 0.5f), ending(spec(50, 1), 1, 0.5f),
                                           ending(spec(100), 1, 0.5f), ending(spec(50, 2), 1, 0.5f)}));
  EXPECT_THAT(hidden_sizes(c), ElementsAre(200, 50, 100));
  EXPECT_EQ(c.configurations[1].seeds, 2u);
}

TEST(Compare, TellsConfigurationsApartByEachAxis) {
  std::vector<StoredRun> runs(7, ending(spec(50), 1, 0.5f));
  runs[1].run.spec.learning_rate = 0.2;
  runs[2].run.spec.batch_size = 10;
  runs[3].run.spec.hidden_size = 51;
  runs[4].run.spec.loss = Loss::mean_squared_error;
  runs[5].run.spec.sampling = Sampling::with_replacement;
  runs[6].run.spec.weight_init_std = 0.02;
  EXPECT_EQ(compare(results(1, runs)).configurations.size(), 7u);
}

TEST(WidestGap, IsTheLargestMeanGap) {
  const Comparison c =
      compare(results(1, {ending(spec(50), 0.75f, 0.5f), ending(spec(100), 1, 0.25f),
                          unfinished(spec(200), RunStatus::diverged), ending(spec(400), 1, 0.5f)}));
  EXPECT_EQ(c.widest_gap(), 1u);
}

TEST(WidestGap, IsTheFirstOfSeveral) {
  const Comparison c = compare(results(1, {unfinished(spec(25), RunStatus::pending),
                                           ending(spec(50), 0.75f, 0.5f), ending(spec(100), 0.5f, 0.25f)}));
  EXPECT_EQ(c.widest_gap(), 1u);
}

TEST(WidestGap, IsNoneThatIsWithinItsNoise) {
  // Below 0.
  EXPECT_EQ(compare(results(1, {ending(spec(50), 0.25f, 0.5f)})).widest_gap(), std::nullopt);
  // Of three seeds that differ by more.
  const std::vector<StoredRun> apart{ending(spec(50, 1), 0.9f, 0.8f), ending(spec(50, 2), 0.8f, 0.8f),
                                     ending(spec(50, 3), 0.8f, 0.75f)};
  EXPECT_EQ(compare(results(1, apart)).widest_gap(), std::nullopt);
  // Of few images: 1.96·√(0.9·0.1/100 + 0.8·0.2/100) is 0.098.
  ResultsData few = results(1, {ending(spec(50), 0.89f, 0.8f)});
  few.origin.data.train_size = few.origin.data.test_size = 100;
  EXPECT_EQ(compare(few).widest_gap(), std::nullopt);
  few.origin.data.train_size = few.origin.data.test_size = 200;
  EXPECT_EQ(compare(few).widest_gap(), 0u);
}

Comparison three_to_sort() {
  return compare(results(1, {unfinished(spec(25), RunStatus::diverged), ending(spec(200), 0.75f, 0.5f),
                             ending(spec(50), 1, 0.25f), ending(spec(100), 0.75f, 0.625f)}));
}

TEST(Sort, PutsTheLargestMeritFirstAndMissingNumbersLast) {
  Comparison c = three_to_sort();
  sort(c, "gap");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(50, 200, 100, 25));
  sort(c, "test_accuracy");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(100, 200, 50, 25));
}

TEST(Sort, PutsTheSmallestValueOfAnAxisFirst) {
  Comparison c = three_to_sort();
  sort(c, "hidden_size");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(25, 50, 100, 200));
}

TEST(Sort, LeavesEqualOnesInTheirOrder) {
  std::vector<StoredRun> runs;
  for (std::int32_t hidden_size = 100; hidden_size > 0; --hidden_size)
    runs.push_back(ending(spec(hidden_size), 1, 0.5f));
  Comparison c = compare(results(1, runs));
  const std::vector<std::int32_t> before = hidden_sizes(c);
  sort(c, "gap");
  EXPECT_EQ(hidden_sizes(c), before);
}

TEST(Sort, PutsConfigurationsThatDoNotOverfitLast) {
  const test::Curve flat(6, 0.5f);
  Comparison c = compare(results(5, {stored(spec(10), RunStatus::done, flat, flat, {5, 4, 3, 2, 1, 0.5f}),
                                     stored(spec(20), RunStatus::done, flat, flat, {5, 4, 3, 4, 5, 6}),
                                     stored(spec(30), RunStatus::done, flat, flat, {5, 3, 4, 5, 6, 7})}));
  sort(c, "overfits_from");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(30, 20, 10));
}

TEST(Sort, MovesTheWidestGapAlong) {
  Comparison c = three_to_sort();
  EXPECT_EQ(c.widest_gap(), 2u);
  sort(c, "gap");
  EXPECT_EQ(c.widest_gap(), 0u);
}

TEST(Sort, TakesEveryColumn) {
  for (const std::string_view column : comparison_columns()) {
    Comparison c = three_to_sort();
    EXPECT_NO_THROW(sort(c, column)) << column;
    EXPECT_EQ(c.configurations.size(), 4u);
  }
}

TEST(Sort, RefusesAnUnknownColumnAndNamesTheOnesThereAre) {
  Comparison c = three_to_sort();
  try {
    sort(c, "gapp");
    FAIL() << "should throw";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_THAT(e.what(), HasSubstr("\"gapp\""));
    EXPECT_THAT(e.what(), HasSubstr("test_accuracy, test_accuracy_ci, gap,"));
  }
  EXPECT_THAT(hidden_sizes(c), ElementsAre(25, 200, 50, 100));
}

const char* const csv_header =
    "file,learning_rate,batch_size,hidden_size,loss,sampling,gradient,optimizer,momentum,decay_rate,"
    "beta1,beta2,epsilon,decoupled_weight_decay,weight_decay,dropout,label_noise,learning_rate_schedule,"
    "schedule_factor,schedule_epochs,activation,weight_init,weight_init_std,seeds,done,measured,diverged,"
    "stopped,"
    "train_accuracy,train_accuracy_ci,clean_train_accuracy,clean_train_accuracy_ci,validation_accuracy,"
    "validation_accuracy_ci,test_accuracy,test_accuracy_"
    "ci,"
    "gap,gap_ci,train_loss,train_loss_ci,validation_loss,validation_loss_ci,test_loss,test_loss_ci,epochs,"
    "best_"
    "epoch,"
    "best_accuracy,best_accuracy_ci,best_test_accuracy,best_test_accuracy_ci,verdict,overfits_from,stop_"
    "epoch,"
    "stopping_gain,stopping_gain_ci,dataset,train_size,validation_size,test_size\r\n";

TEST(ToCsv, OfNoConfigurationsIsTheHeader) {
  EXPECT_EQ(to_csv(compare(results(1, {}))), csv_header);
}

TEST(ToCsv, WritesAllDigitsAndNothingWhereThereIsNoNumber) {
  RunSpec other = spec(1'000'000, 1, 1e-7);
  other.loss = Loss::mean_squared_error;
  other.sampling = Sampling::with_replacement;
  other.weight_init_std = 0.1;
  ResultsData data =
      results(2, {stored(spec(50, 1, 0.30000000000000004), RunStatus::done, {0, 0.5f, 0.15f},
                         {0, 0.5f, 0.25f}, {3, 1, 2}),
                  stored(other, RunStatus::diverged, {0, nan, nan}, {0, nan, nan}, {3, nan, nan})});
  data.origin.data.name = "digits";
  const Comparison unknown = compare(data);
  data.origin.data.train_size = 7;
  data.origin.data.test_size = 3;
  Comparison c = compare(data);
  c.configurations = unknown.configurations;  // with accuracies as they are
  EXPECT_EQ(to_csv(c),
            std::string(csv_header) +
                "made,0.30000000000000004,100,50,cross_entropy,shuffle,backpropagation,"
                "sgd,,,,,,,0,0,0,constant,,,sigmoid,std,0.01,1,1,1,0,0,"
                "0.15000000596046448,,,,,,0.25,,-0.09999999403953552,,0.8333333134651184,,,,2,,2,1,0.5,,0.5,,"
                "fits,,2,0,,digits,7,0,3\r\n"
                "made,1e-07,100,1000000,mean_squared_error,with_replacement,backpropagation,"
                "sgd,,,,,,,0,0,0,constant,,,sigmoid,std,0.1,1,0,0,1,0"
                ",,,,,,,,,,,,,,,,,2,,,,,,diverged,,,,,digits,7,0,3\r\n");
}

TEST(ToCsv, QuotesANameThatHasToBe) {
  ResultsData data = results(1, {ending(spec(50), 1, 0.5f)});
  data.name = "a, \"b\"";
  EXPECT_THAT(to_csv(compare(data)), HasSubstr("\r\n\"a, \"\"b\"\"\",0.1,100,"));
}

TEST(ToCsv, HasNoTextThatASpreadsheetTakesForAFormula) {
  ResultsData data = results(1, {ending(spec(50, 1, 1e-7), 0.25f, 0.5f)});
  for (const auto& [name, field] :
       std::vector<std::pair<const char*, const char*>>{{"=1+1", "\"'=1+1\""},
                                                        {"+1", "\"'+1\""},
                                                        {"-1", "\"'-1\""},
                                                        {"@SUM(A1)", "\"'@SUM(A1)\""},
                                                        {"  =1", "\"'  =1\""},
                                                        {"＝1", "\"'＝1\""},
                                                        {"=\"a\"", "\"'=\"\"a\"\"\""},
                                                        {"a=1", "a=1"},
                                                        {"1-2", "1-2"},
                                                        {" ", " "}}) {
    data.name = name;
    data.origin.data.name = name;
    EXPECT_THAT(to_csv(compare(data)), HasSubstr("\r\n" + std::string(field) + ",1e-07,100,"));
    EXPECT_THAT(to_csv(compare(data)), HasSubstr("," + std::string(field) + ",0,0,0\r\n"));
  }
  EXPECT_THAT(to_csv(compare(data)), HasSubstr(",-0.25,"));  // numbers stay numbers
}

TEST(ToCsv, HasNoNumberThatIsNotFinite) {
  ResultsData data = results(1, {ending(spec(50), 1, 0.5f)});
  Comparison c = compare(data);
  c.configurations.front().last[Metric::test_loss].mean = std::numeric_limits<double>::infinity();
  EXPECT_THAT(to_csv(c), testing::Not(HasSubstr("inf")));
  EXPECT_THAT(to_json(c), HasSubstr("\"test_loss\": null,"));
}

TEST(ToJson, HasEveryColumnAndNullWhereThereIsNoNumber) {
  const std::string json =
      to_json(compare(results(1, {ending(spec(50, 1), 0.75f, 0.5f), ending(spec(50, 2), 1, 0.5f)})));
  EXPECT_THAT(json,
              testing::StartsWith(
                  "{\n  \"chosen_by\": \"test\",\n  \"kept\": 0,\n  \"differences\": "
                  "[],\n  \"fingerprints\": [\n    {\n      \"file\": \"made\",\n      \"fingerprint\": "
                  "null\n    }\n  ],\n  \"trust\": {\n    \"compared\": 1,\n"));
  EXPECT_THAT(json, HasSubstr("\n  },\n  \"configurations\": [\n    {\n      \"file\": \"made\",\n"));
  for (const std::string_view column : comparison_columns())
    EXPECT_THAT(json, HasSubstr("\"" + std::string(column) + "\": "));
  EXPECT_THAT(json, HasSubstr("\"hidden_size\": 50,"));
  EXPECT_THAT(json, HasSubstr("\"loss\": \"cross_entropy\","));
  EXPECT_THAT(json, HasSubstr("\"train_accuracy\": 0.875,"));
  EXPECT_THAT(json, HasSubstr("\"validation_accuracy\": null,"));
  EXPECT_THAT(json, HasSubstr("\"overfits_from\": null,"));
}

}  // namespace
}  // namespace runner
