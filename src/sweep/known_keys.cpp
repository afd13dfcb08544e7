#include "known_keys.hpp"

#include "runner/error/error.hpp"
#include "runner/error/nearest_key.hpp"
#include "runner/model/run_spec.hpp"

#include "foreign_keys.hpp"
#include "json_text.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace runner {
namespace {

std::vector<std::string_view> known_keys() {
  std::vector<std::string_view> keys{
      "name",   "description",    "dataset",      "train_size",       "validation_size", "test_size",
      "epochs", "evaluate_every", "save_weights", "save_predictions", "early_stopping"};
  const std::vector<std::string_view> axes_of_a_sweep = axis_names();
  keys.insert(keys.end(), axes_of_a_sweep.begin(), axes_of_a_sweep.end());
  keys.push_back("grids");
  keys.insert(keys.end(), space_keys.begin(), space_keys.end());
  keys.push_back("$schema");  // what editors find the schema by; it means nothing here
  return keys;
}

}  // namespace

void check_key(const std::string& where, const std::string& key) {
  const std::vector<std::string_view> known = known_keys();
  if (std::find(known.begin(), known.end(), key) != known.end()) return;
  const std::optional<std::string> advice = advice_on_foreign_key(key);
  throw bad_input(
      fmt::format("{}: unknown key {}: {}", where, shown(key), advice ? *advice : suggest_key(key, known)));
}

}  // namespace runner
