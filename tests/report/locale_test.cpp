// What is written is for programs, too: it has points, whatever the locale of the program that links the
// library.

#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"
#include "runner/report/figures.hpp"
#include "runner/report/live.hpp"
#include "runner/report/page.hpp"

#include "report/hand_made.hpp"

#include <clocale>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;

/// What the layer writes of a sweep whose numbers have decimals.
std::vector<std::string> outputs() {
  ResultsData data = results(1, {ending(spec(10, 1, 0.1), 0.3f, 0.2f), ending(spec(10, 2, 0.1), 0.7f, 0.3f),
                                 ending(spec(10, 3, 0.1), 0.6f, 0.1f), ending(spec(10, 1, 0.5), 0.9f, 0.4f),
                                 ending(spec(10, 2, 0.5), 0.8f, 0.3f), ending(spec(10, 3, 0.5), 0.8f, 0.6f)});
  const std::vector<std::string> conditions{"learning_rate = 0.1 || gap > 0.125"};
  keep_where(data, conditions);
  const std::vector<Effect> effects = effects_of(std::vector{data}, "learning_rate");
  std::vector<std::string> all{to_page(data),          to_table(compare(data)), to_csv(compare(data)),
                               to_json(compare(data)), to_table(effects[0]),    to_csv(effects),
                               to_json(effects),       to_screen(data, "")};
  for (const Figure& figure : figures(data)) all.push_back(figure.svg);
  return all;
}

TEST(Locale, OfADecimalCommaChangesNothing) {
  const std::vector<std::string> expected = outputs();
  setenv("LOCPATH", RUNNER_LOCALES, 1);
  if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr)
    GTEST_SKIP() << "no locale with a decimal comma: install the package locales and build again";
  ASSERT_STREQ(std::localeconv()->decimal_point, ",");
  const std::vector<std::string> found = outputs();
  std::setlocale(LC_ALL, "C");
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(found[i] == expected[i]) << i;
}

}  // namespace
}  // namespace runner
