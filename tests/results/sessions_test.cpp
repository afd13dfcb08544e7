// How long sessions of training were expected to take, and took.

#include "runner/results/merge.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/results_file.hpp"
#include "runner/sweep/cohorts.hpp"

#include "example.hpp"
#include "results/layout.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_dataset.hpp"

#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

const Dataset data = tiny_dataset();
const Sweep sweep = sweep_of(example_config, data);

class SessionsOfAFile : public testing::Test {
 protected:
  static void add(const fs::path& file, const SessionTimes& session, const Sweep& of = sweep) {
    ResultsFile results(file, of, data, example_provenance, {});
    results.note_session(session);
    results.close();
  }

  static std::vector<double> starts(const fs::path& file) {
    std::vector<double> all;
    for (const SessionTimes& session : read_results(file).sessions) all.push_back(session.start);
    return all;
  }

  TemporaryDirectory folder;
  const fs::path path = folder / "example.h5";
};

TEST_F(SessionsOfAFile, AreNoneAtFirst) {
  ResultsFile(path, sweep, data, example_provenance, {}).close();
  EXPECT_THAT(read_results(path).sessions, IsEmpty());
}

TEST_F(SessionsOfAFile, AreNotedAtTheirBeginningAndAtTheirEnd) {
  ResultsFile file(path, sweep, data, example_provenance, {});
  file.note_session({1000, 20});
  std::vector<SessionTimes> sessions = read_results(path).sessions;
  ASSERT_EQ(sessions.size(), 1);
  EXPECT_EQ(sessions[0].start, 1000);
  EXPECT_EQ(sessions[0].expected, 20);
  EXPECT_TRUE(std::isnan(sessions[0].taken));
  write_run(file, 0);
  file.note_session({1000, 20, 30});
  file.close();
  sessions = read_results(path).sessions;
  ASSERT_EQ(sessions.size(), 1);
  EXPECT_EQ(sessions[0].taken, 30);
}

TEST_F(SessionsOfAFile, AreKeptTheLatestOfThem) {
  for (int i = 0; i < 70; ++i) add(path, {1000.0 + i, 1, 2});
  const std::vector<double> kept = starts(path);
  ASSERT_EQ(kept.size(), layout::session_count);
  EXPECT_EQ(kept.front(), 1006);
  EXPECT_EQ(kept.back(), 1069);
}

TEST_F(SessionsOfAFile, StayWhereTheFileIsReplaced) {
  add(path, {1000, 20, 30});
  std::string text = example_config;
  const Sweep longer = sweep_of(text.replace(text.find("\"epochs\": 2"), 11, "\"epochs\": 3"), data);
  add(path, {2000, 5, 6}, longer);
  EXPECT_THAT(starts(path), ElementsAre(1000, 2000));
  EXPECT_EQ(read_results(path).sessions[0].taken, 30);
}

TEST_F(SessionsOfAFile, AreThoseOfAllPartsThatAreMerged) {
  for (const std::size_t shard : std::array<std::size_t, 2>{1, 2}) {
    const fs::path part = folder / ("part" + std::to_string(shard) + ".h5");
    ResultsFile file(part, share_of(sweep, data, shard, 2), data, example_provenance, {});
    file.note_session({1000.0 * static_cast<double>(3 - shard), 20, 30});
    file.close();
  }
  const std::array parts{folder / "part1.h5", folder / "part2.h5"};
  for (int time = 0; time < 2; ++time) {
    merge_results(path, parts, example_provenance);
    EXPECT_THAT(starts(path), ElementsAre(1000, 2000));
  }
}

}  // namespace
}  // namespace runner::test
