// How the time of a report grows with what there is to report.

#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"
#include "runner/report/figures.hpp"
#include "runner/report/live.hpp"
#include "runner/report/page.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;

using Work = std::function<void(const std::vector<ResultsData>&)>;

// Of ten times as much. Caches make it more than ten, and a square would be a hundred.
constexpr double too_much = 40;

/// Of the processor, seconds: other programs that run beside it do not count.
double time_of(const Work& work, const std::vector<ResultsData>& files) {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i == 0 || (i < 3 && least < 0.5); ++i) {  // what is short is measured again
    const std::clock_t begin = std::clock();
    work(files);
    least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return least;
}

ResultsData with_learning_rates(std::size_t count) {
  std::vector<StoredRun> runs;
  for (std::size_t i = 0; i < count; ++i)
    runs.push_back(ending(spec(50, 1, 0.001 + 0.001 * static_cast<double>(i)), 0.75f,
                          0.25f + static_cast<float>(i) / static_cast<float>(4 * count)));
  return results(1, std::move(runs));
}

void expect_no_square(const char* what, const Work& work) {
  const double ratio =
      time_of(work, {with_learning_rates(10'000)}) / time_of(work, {with_learning_rates(1'000)});
  EXPECT_LT(ratio, too_much) << what;
}

TEST(Growth, WithTheValuesOfAnAxis) {
  expect_no_square("comparison", [](const auto& files) {
    const Comparison comparison = compare(files);
    to_table(comparison);
    to_csv(comparison);
    to_json(comparison);
  });
  expect_no_square("effect", [](const auto& files) {
    const std::vector<Effect> effects = effects_of(files, "learning_rate");
    to_table(effects.front());
    to_csv(effects);
    to_json(effects);
  });
  expect_no_square("figures", [](const auto& files) { figures(files.front()); });
  expect_no_square("screen", [](const auto& files) { to_screen(files.front(), "", {}); });
}

// All else takes so long that a square shows late.
TEST(Growth, OfAPageWithTheValuesOfAnAxis) {
  const Work work = [](const std::vector<ResultsData>& files) { to_page(files); };
  EXPECT_LT(time_of(work, {with_learning_rates(40'000)}) / time_of(work, {with_learning_rates(5'000)}), 16);
}

TEST(Growth, WithTheFiles) {
  const auto made = [](std::size_t count) {
    std::vector<ResultsData> files;
    for (std::size_t i = 0; i < count; ++i) {
      files.push_back(results(1, {ending(spec(50), 0.75f, 0.5f)}));
      files.back().file = fmt::format("results/{}/sweep.h5", i);
      files.back().effective_config = fmt::format("{{\"name\":\"made\",\"description\":\"{}\"}}", i);
    }
    return files;
  };
  const Work work = [](const std::vector<ResultsData>& files) { names_of(pool_shards(files)); };
  EXPECT_LT(time_of(work, made(2000)) / time_of(work, made(200)), too_much);
}

}  // namespace
}  // namespace runner
