#include "runner/report/live.hpp"

#include "runner/report/comparison.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::Curve;
using test::results;
using test::spec;
using testing::HasSubstr;
using testing::Not;

const float nan = std::numeric_limits<float>::quiet_NaN();

/// A run whose epochs 0 … `done` are recorded, of as many as the curves are long.
StoredRun at(const RunSpec& spec, RunStatus status, int done, Curve train_accuracy, Curve test_accuracy,
             Curve test_loss) {
  StoredRun run =
      test::stored(spec, status, std::move(train_accuracy), std::move(test_accuracy), std::move(test_loss));
  run.epochs_done = done;
  for (Curve* curve : {&run.curves[Metric::train_loss], &run.curves[Metric::train_accuracy],
                       &run.curves[Metric::test_loss], &run.curves[Metric::test_accuracy]})
    std::fill(curve->begin() + done + 1, curve->end(), nan);
  return run;
}

StoredRun pending(const RunSpec& spec) {
  return at(spec, RunStatus::pending, -1, Curve(6), Curve(6), Curve(6));
}

/// Five epochs: one run that is done, two that are running, of which one overfits, one that diverged and one
/// that is pending.
ResultsData sweep() {
  ResultsData data =
      results(5, {at(spec(25), RunStatus::done, 5, {0.125f, 0.5f, 0.625f, 0.75f, 0.8125f, 0.875f},
                     {0.125f, 0.5f, 0.5625f, 0.625f, 0.6875f, 0.75f}, {4, 2, 1.5f, 1.25f, 1.125f, 1}),
                  at(spec(50), RunStatus::running, 4, {0.125f, 0.5f, 0.75f, 0.875f, 1, 0},
                     {0.125f, 0.5f, 0.5f, 0.5f, 0.5f, 0}, {4, 2, 2.5f, 3, 3.5f, 0}),
                  at(spec(100), RunStatus::running, 0, {0.125f, 0, 0, 0, 0, 0}, {0.125f, 0, 0, 0, 0, 0},
                     {4, 0, 0, 0, 0, 0}),
                  at(spec(200), RunStatus::diverged, 2, {0.125f, 1, 1, 0, 0, 0}, {0.125f, 1, 0.25f, 0, 0, 0},
                     {4, 1, 9, 0, 0, 0}),
                  pending(spec(400))});
  for (std::size_t r = 0; r < data.runs.size(); ++r) data.runs[r].run.index = static_cast<std::int32_t>(r);
  return data;
}

TEST(ToScreen, IsNoWiderWhereAFileSaysMoreEpochsThanItHas) {
  ResultsData data = sweep();
  data.runs.front().status = RunStatus::running;
  data.recorded = RecordedEpochs(1);
  for (StoredRun& run : data.runs) run.epochs_done = std::min(run.epochs_done, 1);
  data.runs.front().epochs_done = 100;
  data.runs.resize(1);
  for (const Metric metric :
       {Metric::train_loss, Metric::train_accuracy, Metric::test_loss, Metric::test_accuracy})
    data.runs.front().curves[metric].resize(101, 0.5f);
  const std::string text = to_screen(data, "", {80, 2, false});
  const std::string bar = text.substr(text.find('\n') + 1);
  EXPECT_LE(std::count_if(bar.begin(), bar.end(), [](char c) { return (c & 0xC0) != 0x80; }), 81);
  EXPECT_THAT(bar, HasSubstr("100 %"));
}

TEST(StandingOf, CountsRunsAndEpochs) {
  const Standing standing = standing_of(sweep());
  EXPECT_EQ(standing.pending, 1u);
  EXPECT_EQ(standing.running, 2u);
  EXPECT_EQ(standing.done, 1u);
  EXPECT_EQ(standing.diverged, 1u);
  EXPECT_EQ(standing.runs(), 5u);
  EXPECT_EQ(standing.epochs_done, 5u + 4 + 0 + 5 + 0);
  EXPECT_EQ(standing.epochs, 25u);
  EXPECT_FALSE(standing.finished());
}

TEST(StandingOf, IsFinishedWhereNothingIsLeftOfTheSweep) {
  ResultsData data = sweep();
  for (const std::size_t left : {1u, 2u, 4u}) data.runs[left].run.index = -1;  // no longer in the sweep
  EXPECT_EQ(leave_out_kept(data), 3u);
  const Standing standing = standing_of(data);
  EXPECT_EQ(standing.runs(), 2u);
  EXPECT_EQ(standing.epochs_done, standing.epochs);
  EXPECT_TRUE(standing.finished());
}

TEST(ToScreen, ShowsHowFarItIsWhoLeadsAndWhoOverfits) {
  EXPECT_EQ(to_screen(sweep(), "0:41 elapsed"), R"(made: 5 runs, 1 done, 2 running, 1 pending, 1 diverged
█████████████████████████████████▌░░░░░░░░░░░░░░░░░░░░░░░░░░  14/25 epochs, 56 %
0:41 elapsed

hidden          train    test            loss
  size  epoch     acc     acc     gap    rise
Leading by test accuracy                       train acc    test acc
    25      5  0.8750  0.7500  0.1250       -  ▁▃▆▇█        ▁▂▃▅▆
    50      4  1.0000  0.5000  0.5000  44.4 %  ▁▅▇█         ▁▁▁▁
Widest gap                                     train acc    test acc
    50      4  1.0000  0.5000  0.5000  44.4 %  ▁▅▇█         ▁▁▁▁
    25      5  0.8750  0.7500  0.1250       -  ▁▃▆▇█        ▁▂▃▅▆
Overfits most by test loss                     train loss   test loss
    50      4  1.0000  0.5000  0.5000  44.4 %  ▃▁▁▁         ▅▆▇█
)");
}

TEST(ToScreen, OfASweepThatHasJustBegunIsItsHead) {
  ResultsData data = results(4, {pending(spec(25))});
  data.runs[0].run.index = 0;
  EXPECT_EQ(to_screen(data, "0:00 elapsed"), R"(made: 1 run, 0 done, 0 running, 1 pending, 0 diverged
░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0/4 epochs, 0 %
0:00 elapsed
)");
}

TEST(ToScreen, LeavesOutNumbersForTheCurveWhereItIsNarrow) {
  EXPECT_EQ(to_screen(sweep(), "0:41 elapsed, 6.2 epochs/s, 0:24 left at this rate", {40, 12}),
            R"(made: 1/5 done, 2 running, 1 diverged
███████████▏░░░░░░░░  14/25 epochs, 56 %
0:41 elapsed, 6.2 epochs/s, 0:24 left at
hidden    test            loss
  size     acc     gap    rise
Leading by test accuracy
    25  0.7500  0.1250       -  ▁▃▅▇█
    50  0.5000  0.5000  44.4 %  ▅▅▅▅
Widest gap                      gap
    50  0.5000  0.5000  44.4 %  ▁▅▇█
Overfits most by test loss
    50  0.5000  0.5000  44.4 %  ▁▃▆█
)");
}

TEST(ToScreen, ShowsWhatARunIsRankedByWhereThereIsRoomForNothingElse) {
  EXPECT_EQ(to_screen(sweep(), "", {24, 12}), R"(made: 1/5 done, 2 runnin
14/25 epochs, 56 %

hidden
  size
Leading by test accuracy
    25  0.7500  ▁▃▅▇█
    50  0.5000  ▅▅▅▅
Widest gap      gap
    50  0.5000  ▁▅▇█
Overfits most by test lo
    50  44.4 %  ▁▃▆█
)");
}

TEST(ToScreen, ChoosesByTheValidationSetWhereThereIsOne) {
  ResultsData data = sweep();
  data.origin.data.validation_size = 10'000;
  for (StoredRun& run : data.runs)
    run.curves[Metric::validation_accuracy] = run.curves[Metric::validation_loss] = Curve(6, nan);
  data.runs[0].curves[Metric::validation_accuracy] = {0.125f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f};
  data.runs[0].curves[Metric::validation_loss] = {4, 2, 2.25f, 2.5f, 2.75f, 3};
  data.runs[1].curves[Metric::validation_accuracy] = {0.125f, 0.25f, 0.25f, 0.25f, 0.375f, nan};
  data.runs[1].curves[Metric::validation_loss] = {4, 3, 3, 2, 2, nan};
  EXPECT_THAT(to_screen(data, "", {120, 24}), HasSubstr(R"(
hidden          train  valid.    test            loss
  size  epoch     acc     acc     acc     gap    rise
Leading by validation accuracy                         train acc    valid. acc
    50      4  1.0000  0.3750  0.5000  0.5000       -  ▃▆▇█         ▁▁▁▂
    25      5  0.8750  0.2500  0.7500  0.1250  35.3 %  ▄▅▇██        ▁▁▁▁▁
Widest gap                                             train acc    test acc
    50      4  1.0000  0.3750  0.5000  0.5000       -  ▁▅▇█         ▁▁▁▁
    25      5  0.8750  0.2500  0.7500  0.1250  35.3 %  ▁▃▆▇█        ▁▂▃▅▆
Overfits most by validation loss                       train loss   valid. loss
    25      5  0.8750  0.2500  0.7500  0.1250  35.3 %  ▃▂▁▁▁        ▅▆▇██
)"));
}

/// As many runs as there are numbers of hidden units, all alike but for their accuracy.
ResultsData many(int count) {
  std::vector<StoredRun> runs;
  for (int r = 0; r < count; ++r) {
    const float accuracy = 0.25f + 0.5f * static_cast<float>(r) / static_cast<float>(count);
    runs.push_back(test::stored(spec(r + 1), RunStatus::done, {0.1f, 0.5f, 0.875f}, {0.1f, 0.25f, accuracy},
                                {2, 1, 1.5f}));
    runs.back().run.index = r;
  }
  return results(2, std::move(runs));
}

TEST(ToScreen, FitsTheScreenWhateverItsSize) {
  const ResultsData data = many(100);
  for (std::size_t columns = 0; columns <= 150; columns += 7)
    for (std::size_t rows = 0; rows <= 60; ++rows) {
      std::istringstream lines(to_screen(data, "0:41 elapsed", {columns, rows}));
      std::size_t count = 0;
      for (std::string line; std::getline(lines, line); ++count)
        EXPECT_LE(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }),
                  static_cast<std::ptrdiff_t>(columns));
      EXPECT_LE(count, rows);
      if (rows >= 16) {
        EXPECT_EQ(count, rows);  // as much as there is room for
      }
    }
}

TEST(ToScreen, ShowsTheFirstOfThousands) {
  const std::string text = to_screen(many(20'000), "");
  EXPECT_THAT(text, HasSubstr("Leading by test accuracy                     train acc    test acc\n 20000  "
                              "    2  0.8750  0.7500"));
  EXPECT_THAT(text, HasSubstr("Widest gap                                   train acc    test acc\n     1  "
                              "    2  0.8750  0.2500"));
}

TEST(ToScreen, HasNoColumnForAnAxisThatVariesOnlyInRunsThatHaveLeftTheSweep) {
  ResultsData data = sweep();
  for (StoredRun& run : data.runs)
    if (run.run.spec.hidden_size != 50) run.run.index = -1;
  EXPECT_THAT(to_screen(data, ""), HasSubstr("hidden"));
  leave_out_kept(data);
  const std::string text = to_screen(data, "");
  EXPECT_THAT(text, HasSubstr("made: 1 run, 0 done"));
  EXPECT_THAT(text, HasSubstr("Leading"));
  EXPECT_THAT(text, Not(HasSubstr("hidden")));
}

TEST(ToScreen, ColoursTitlesAndFirstsOnlyWhereItIsAsked) {
  EXPECT_THAT(to_screen(sweep(), ""), Not(HasSubstr("\x1b")));
  const std::string text = to_screen(sweep(), "", {80, 24, true});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\x1b'), 2 * 6);
  EXPECT_THAT(text, HasSubstr("\x1b[1mLeading by test accuracy "));
  EXPECT_THAT(text, HasSubstr("\x1b[32m    25      5"));
  EXPECT_THAT(text, HasSubstr("\x1b[33m    50      4"));
}

TEST(ToScreen, SendsNothingFromTheFileThatMovesTheCursor) {
  ResultsData data = sweep();
  data.name = "a\x1b[2J\nb";
  const std::string text = to_screen(data, "pid 1 on c\x1b]0;d\a");
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, testing::StartsWith("a\uFFFD[2J\uFFFDb: 5 runs"));
  EXPECT_THAT(text, HasSubstr("\npid 1 on c\uFFFD]0;d\uFFFD\n"));
}

TEST(ToScreen, TakesNumbersThatNoTrainingGives) {
  ResultsData data = sweep();
  data.runs[0].curves[Metric::test_accuracy] = Curve(6, nan);
  data.runs[1].curves[Metric::test_loss] = Curve(6, std::numeric_limits<float>::infinity());
  data.runs[2] = at(spec(100), RunStatus::running, 1, Curve(6, 0), Curve(6, 0), Curve(6, -1));
  data.runs[2].run.index = 2;
  const std::string text = to_screen(data, "");
  EXPECT_THAT(text, HasSubstr("\n    50      4"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
  EXPECT_THAT(text, Not(HasSubstr("Overfits")));
}

TEST(ToScreen, TakesNamesForAsWideAsTheyAre) {
  const auto repeated = [](const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  const auto first_line = [](const std::string& name) {
    ResultsData data = sweep();
    data.name = name;
    const std::string text = to_screen(data, "", {80, 24, false});
    return text.substr(0, text.find('\n'));
  };
  // Fewer than 80 characters, but not in 80 columns.
  for (const char* wide : {"学", "が", "\U0001F600"}) {
    EXPECT_EQ(first_line(repeated(wide, 10)),
              repeated(wide, 10) + ": 5 runs, 1 done, 2 running, 1 pending, 1 diverged");
    EXPECT_EQ(first_line(repeated(wide, 20)), repeated(wide, 20) + ": 1/5 done, 2 running, 1 diverged");
    EXPECT_EQ(first_line(repeated(wide, 60)), repeated(wide, 40));
    EXPECT_EQ(first_line("a" + repeated(wide, 60)), "a" + repeated(wide, 39));
  }
  // More than 80 characters, but in 80 columns.
  EXPECT_EQ(first_line(repeated("e\u0301", 20)),
            repeated("e\u0301", 20) + ": 5 runs, 1 done, 2 running, 1 pending, 1 diverged");
  EXPECT_EQ(first_line(repeated("e\u0301", 90)), repeated("e\u0301", 80));
}

}  // namespace
}  // namespace runner
