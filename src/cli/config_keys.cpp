#include "config_keys.hpp"

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

// The schema becomes part of the program.
asm(".pushsection .rodata\n"
    ".globl runner_config_schema_begin\n"
    ".globl runner_config_schema_end\n"
    "runner_config_schema_begin:\n"
    ".incbin \"" RUNNER_CONFIG_SCHEMA
    "\"\n"
    "runner_config_schema_end:\n"
    ".popsection\n");

extern "C" {
extern const char runner_config_schema_begin[];
extern const char runner_config_schema_end[];
}

namespace runner::cli {
namespace {

using SchemaJson = nlohmann::ordered_json;

/// Adds the words of an enumeration, wherever it stands in what a key may be.
void add_words(const SchemaJson& schema, const SchemaJson& kind, std::vector<std::string>& words) {
  if (const auto alternatives = kind.find("anyOf"); alternatives != kind.end())
    for (const SchemaJson& alternative : *alternatives) add_words(schema, alternative, words);
  if (const auto reference = kind.find("$ref"); reference != kind.end())
    add_words(schema, schema.at(SchemaJson::json_pointer(reference->get<std::string>().substr(1))), words);
  if (const auto listed = kind.find("enum"); listed != kind.end())
    for (const SchemaJson& word : *listed) words.push_back(word.get<std::string>());
  if (kind.value("type", "") == "boolean") words.insert(words.end(), {"true", "false"});
}

}  // namespace

std::vector<ConfigKey> config_keys() {
  const auto schema =
      SchemaJson::parse(std::string_view(runner_config_schema_begin, runner_config_schema_end));
  std::vector<ConfigKey> keys;
  for (const auto& [name, property] : schema.at("properties").items()) {
    if (name == "$schema") continue;
    ConfigKey key{name, property.at("description").get<std::string>(), {}, {}};
    if (const auto at = property.find("default");
        at != property.end() && *at != "" && key.description.find("Default:") == std::string::npos)
      key.default_value = at->dump();
    add_words(schema, property, key.words);
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace runner::cli
