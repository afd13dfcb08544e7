#include "runner/error/error.hpp"
#include "runner/sweep/config.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using Json = nlohmann::json;

Json read_json(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return Json::parse(stream);
}

bool accepted(const Json& config) {
  try {
    parse_config(config.dump(), "cases.json");
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
    EXPECT_EQ(std::string(error.what()).rfind("cases.json: ", 0), 0u) << error.what();
    return false;
  }
}

// config_schema_test.py puts the same table to the schema.
TEST(ConfigCases, ParserDecidesEachAsTheTableSays) {
  const Json cases = read_json(CASES_FILE);
  ASSERT_GT(cases.size(), 100u);
  for (const Json& c : cases)
    EXPECT_EQ(accepted(c["config"]), c["good"].get<bool>()) << c["rule"] << ": " << c["config"];
}

TEST(ConfigSchema, DefaultsAreThoseOfTheParser) {
  const Json properties =
      read_json(std::filesystem::path(CONFIGS_DIRECTORY) / "sweep.schema.json")["properties"];
  Json defaults = Json::object();
  const Json effective = Json::parse(parse_config("{}", "x.json").effective);
  // The others go with other optimizers and schedules, and with samples; config_keys_test.py compares theirs.
  for (const auto& [key, property] : properties.items())
    if (property.contains("default") && !key.starts_with("search") &&
        (effective.contains(key) || find_axis(key) == nullptr))
      defaults[key] = property["default"];
  EXPECT_EQ(parse_config(defaults.dump(), "x.json").effective, parse_config("{}", "x.json").effective);
  for (const auto& [key, value] : effective.items())
    EXPECT_TRUE(key == "name" || defaults.contains(key)) << key;
}

TEST(ShippedConfigs, AllAreGoodAndDescribed) {
  std::size_t configs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CONFIGS_DIRECTORY)) {
    const std::filesystem::path& file = entry.path();
    if (file.extension() != ".json" || file.filename() == "sweep.schema.json") continue;
    ++configs;
    const Config config = read_config(file);
    EXPECT_EQ(config.name, file.stem().string());
    EXPECT_FALSE(config.description.empty()) << file;
  }
  EXPECT_GE(configs, 4u);
}

}  // namespace
}  // namespace runner
