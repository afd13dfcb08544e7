#include "runner/sweep/condition.hpp"

#include "message_of.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using Json = nlohmann::json;
using test::message_of;
using testing::ElementsAre;

Json cases() {
  std::ifstream file(CONDITION_CASES);
  return Json::parse(file);
}

/// Its texts are those in `json`, which has to live as long.
std::vector<ConditionName> names_in(const Json& json) {
  std::vector<ConditionName> names;
  for (const Json& one : json) {
    ConditionName name{one["name"].get_ref<const std::string&>()};
    if (const auto words = one.find("words"); words != one.end())
      for (const Json& word : *words) name.words.push_back(word.get_ref<const std::string&>());
    names.push_back(std::move(name));
  }
  return names;
}

long double value_in(const Json& values, const ConditionName& name) {
  const Json& value = values[std::string(name.name)];
  if (value.is_null()) return std::numeric_limits<long double>::quiet_NaN();
  if (value.is_number()) return value.get<double>();
  const auto found = std::find(name.words.begin(), name.words.end(), value.get_ref<const std::string&>());
  return static_cast<long double>(found - name.words.begin());
}

// The page tries the same cases: tests/browser/condition.test.mjs.
TEST(ConditionCases, HoldOrAreRefusedAsTheTableSays) {
  const Json table = cases();
  const std::vector<ConditionName> names = names_in(table["names"]);
  for (const Json& one : table["cases"]) {
    const auto text = one["condition"].get<std::string>();
    SCOPED_TRACE(text);
    if (const auto error = one.find("error"); error != one.end()) {
      EXPECT_EQ(message_of([&] { parse_condition(text, names, "here"); }),
                "here: " + error->get<std::string>());
      continue;
    }
    Json values = table["values"];
    if (const auto others = one.find("values"); others != one.end()) values.update(*others);
    const Condition condition = parse_condition(text, names, "here");
    EXPECT_EQ(holds(condition, [&](std::size_t i) { return value_in(values, names[i]); }), one["holds"]);
  }
}

const std::vector<ConditionName> names{{"a"}, {"b"}};

bool holds(const std::string& text, long double a, long double b = 0) {
  return holds(parse_condition(text, names, ""), [&](std::size_t i) { return i == 0 ? a : b; });
}

TEST(Condition, ComparesIntegersThatNoDoubleIs) {
  constexpr std::int64_t large = (std::int64_t{1} << 53) + 1;
  EXPECT_TRUE(holds("a=9007199254740993", large));
  EXPECT_FALSE(holds("a=9007199254740993", large - 1));
  EXPECT_TRUE(holds("a<=9223372036854775807", std::numeric_limits<std::int64_t>::max()));
  EXPECT_FALSE(holds("a<9223372036854775807", std::numeric_limits<std::int64_t>::max()));
}

TEST(Condition, IsATreeWithoutNestedAlls) {
  const Condition condition = parse_condition("a=1 && (b=2 && a<3), (a=4 || (b=5 || b=6))", names, "");
  EXPECT_EQ(condition.kind, Condition::Kind::all);
  ASSERT_EQ(condition.parts.size(), 4u);
  EXPECT_EQ(condition.parts[1].kind, Condition::Kind::comparison);
  EXPECT_EQ(condition.parts[1].name, 1u);
  EXPECT_EQ(condition.parts[1].value, 2);
  EXPECT_EQ(condition.parts[3].kind, Condition::Kind::any);
  EXPECT_EQ(condition.parts[3].parts.size(), 3u);
}

TEST(Condition, SaysWhichNamesItUses) {
  const auto used = [](const std::string& text) {
    const Condition condition = parse_condition(text, names, "");
    std::vector<bool> found;
    for (const std::size_t name : {std::size_t{0}, std::size_t{1}})
      found.push_back(uses(condition, [&](std::size_t n) { return n == name; }));
    return found;
  };
  EXPECT_THAT(used("a=1"), ElementsAre(true, false));
  EXPECT_THAT(used("b=1 || b=2"), ElementsAre(false, true));
  EXPECT_THAT(used("b=1 || (b=2 && a=3)"), ElementsAre(true, true));
}

TEST(Condition, MayBeNestedAHundredTimes) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '(') + "a=1" + std::string(levels, ')');
  };
  EXPECT_TRUE(holds(nested(100), 1));
  EXPECT_THAT(message_of([&] { holds(nested(1'000'000), 1); }),
              testing::EndsWith("at position 101: parentheses are nested more than 100 levels deep"));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "(a=1)&&";
  EXPECT_TRUE(holds(many + "b=0", 1));
}

}  // namespace
}  // namespace runner
