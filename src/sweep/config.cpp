#include "runner/sweep/config.hpp"

#include "runner/error/error.hpp"
#include "runner/error/nearest_key.hpp"
#include "runner/error/printable.hpp"
#include "runner/files/descriptor.hpp"

#include "config_values.hpp"
#include "early_stopping_config.hpp"
#include "effective_config.hpp"
#include "known_keys.hpp"
#include "loose_readings.hpp"
#include "space_settings.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <limits>
#include <map>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr std::int64_t max_int32 = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t max_name_bytes = 200;  // leaves room for ".h5" and the like in a file name of 255 bytes

Settings file_settings(const std::string& text, const std::string& where) {
  const Json json = parse_edited_json(text, where);
  if (json.is_object() && json.contains("nbformat") && json.contains("cells"))
    throw bad_input(fmt::format("{}: this is a Jupyter notebook, and not a config", where));
  if (!json.is_object())
    throw bad_input(fmt::format("{}: {} is not a config: a config is a JSON object", where, shown(json)));
  Settings settings;
  for (const auto& [key, value] : json.items()) {
    check_key(where, key);
    settings[key] = {where, key, value};
  }
  return settings;
}

Setting parse_override(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (!is_utf8(text) || equals == std::string::npos)
    throw bad_input(fmt::format("{}: {} is not an override: write key=value, such as epochs=20", command_line,
                                shown(text)));
  const std::string key = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  check_key(std::string(command_line), key);
  try {
    return {std::string(command_line), key, parse_json(value, fmt::format("{}: {}", command_line, key))};
  } catch (const SyntaxError&) {
    return {std::string(command_line), key, value};
  }
}

void apply_overrides(Settings& settings, std::span<const std::string> overrides) {
  std::map<std::string, bool> overridden;
  for (const std::string& text : overrides) {
    Setting setting = parse_override(text);
    if (std::exchange(overridden[setting.key], true))
      throw bad_input(fmt::format("{}: {} is given twice", command_line, setting.key));
    settings[setting.key] = std::move(setting);
  }
}

std::string name_value(const Setting& setting, const Json& value) {
  const std::string name = string_value(setting, value);
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name != printable(name) || name.size() > max_name_bytes)
    throw bad_value(
        setting, value, "is not a plain file name",
        fmt::format("1 to {} bytes of UTF-8 without slashes and invisible characters, not \".\" or \"..\"",
                    max_name_bytes));
  return name;
}

/// The forms of a data set that is no built-in one: the keys that each has.
struct DatasetForm {
  std::span<const std::string_view> keys;
  std::string_view text;  ///< as messages show it
};
constexpr std::array<std::string_view, 1> folder_keys{"dir"}, archive_keys{"npz"};
constexpr std::array<std::string_view, 2> table_keys{"csv_train", "csv_test"};
constexpr std::array dataset_forms{
    DatasetForm{folder_keys, R"({"dir": "…"} with a folder of IDX files)"},
    DatasetForm{archive_keys, R"({"npz": "…"})"},
    DatasetForm{dataset_array_names, R"({"x_train": "…", "t_train": "…", "x_test": "…", "t_test": "…"})"},
    DatasetForm{table_keys, R"({"csv_train": "…", "csv_test": "…", "label": "…"})"}};

std::string forms_text() {
  std::vector<std::string_view> texts;
  for (const DatasetForm& form : dataset_forms) texts.push_back(form.text);
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// The path that a key stands for: relative to the config file, or on the command line to the current
/// directory.
std::filesystem::path dataset_path(const Setting& setting, std::string_view key,
                                   const std::filesystem::path& config_file) {
  const Json& value = setting.value.at(std::string(key));
  const std::string path = value.is_string() ? value.get<std::string>() : "";
  if (path.empty() || path.size() >= PATH_MAX || path.find('\0') != std::string::npos)
    throw bad_input(fmt::format("{}: dataset: {}: {} is not a path: write the path of a {} in quotes",
                                setting.where, key, shown(value), key == folder_keys[0] ? "folder" : "file"));
  const std::filesystem::path base = setting.where == command_line ? "" : config_file.parent_path();
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(base / path, error);
  if (error)
    throw bad_input(fmt::format("{}: {}: cannot find the current folder, which {} is relative to: {}",
                                setting.where, setting.key, shown(path), error.message()));
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(absolute, error);
  return error ? absolute : canonical;  // what is wrong with it, the data set's loader says better
}

/// The form that an object has by its keys: all of one form, and none of another.
const DatasetForm& dataset_form(const Setting& setting) {
  std::vector<std::string_view> known;
  for (const DatasetForm& form : dataset_forms) known.insert(known.end(), form.keys.begin(), form.keys.end());
  known.insert(known.end(), {"label", "standardise"});
  for (const auto& [key, unused] : setting.value.items())
    if (std::ranges::find(known, key) == known.end())
      throw bad_input(
          fmt::format("{}: dataset: unknown key {}: {}", setting.where, shown(key), suggest_key(key, known)));
  const auto is_given = [&](std::string_view key) { return setting.value.contains(std::string(key)); };
  const auto form = std::ranges::find_if(dataset_forms, [&](const DatasetForm& candidate) {
    return std::ranges::any_of(candidate.keys, is_given);
  });
  if (form == dataset_forms.end()) throw bad_value(setting, setting.value, "names no files", forms_text());
  for (const std::string_view key : form->keys)
    if (!is_given(key))
      throw bad_input(fmt::format("{}: dataset: {} is missing beside {}: {}", setting.where, key,
                                  *std::ranges::find_if(form->keys, is_given), form->text));
  for (const auto& [key, unused] : setting.value.items())
    if (key != "standardise" && !(key == "label" && form->keys[0] == table_keys[0]) &&
        std::ranges::find(form->keys, key) == form->keys.end())
      throw bad_input(fmt::format("{}: dataset: {} and {} belong to different forms: give one of {}",
                                  setting.where, form->keys[0], key, forms_text()));
  return *form;
}

void read_dataset(const Setting& setting, const std::filesystem::path& config_file, DatasetSource& dataset) {
  if (!setting.value.is_object()) {
    if (setting.value != "fashion-mnist" && setting.value != "mnist")
      throw bad_value(setting, setting.value, "is not known",
                      fmt::format(R"("fashion-mnist", "mnist", {})", forms_text()));
    dataset.name = setting.value.get<std::string>();
    return;
  }
  const DatasetForm& form = dataset_form(setting);
  const auto path = [&](std::string_view key) { return dataset_path(setting, key, config_file); };
  if (form.keys[0] == folder_keys[0]) dataset.directory = path(folder_keys[0]);
  if (form.keys[0] == archive_keys[0]) dataset.npz = path(archive_keys[0]);
  if (form.keys[0] == dataset_array_names[0])
    for (std::size_t part = 0; part < dataset.arrays.size(); ++part)
      dataset.arrays[part] = path(dataset_array_names[part]);
  if (form.keys[0] == table_keys[0])
    for (std::size_t set = 0; set < dataset.csv.size(); ++set) dataset.csv[set] = path(table_keys[set]);
  if (const auto at = setting.value.find("label"); at != setting.value.end()) {
    if (!at->is_string() || at->get<std::string>().empty())
      throw bad_input(
          fmt::format("{}: dataset: label: {} is not a name: write the name of a column in quotes",
                      setting.where, shown(*at)));
    dataset.label = at->get<std::string>();
  }
  if (const auto at = setting.value.find("standardise"); at != setting.value.end()) {
    if (!at->is_boolean())
      throw bad_input(fmt::format("{}: dataset: standardise: {} is not a boolean: write true or false",
                                  setting.where, shown(*at)));
    dataset.standardise = at->get<bool>();
  }
}

/// A kind of file that is not a config, and how it begins.
struct ForeignFile {
  std::string_view beginning;
  std::string_view problem;
};

constexpr std::string_view utf16_problem = "the config is encoded in UTF-16: save it as UTF-8";
constexpr std::array foreign_files{
    ForeignFile{"\x89HDF\r\n\x1a\n",
                "this is a results file (HDF5), and not a config: `runner compare` shows a results file"},
    ForeignFile{"\xFF\xFE", utf16_problem},
    ForeignFile{"\xFE\xFF", utf16_problem},
    ForeignFile{std::string_view("{\0", 2), utf16_problem},
    ForeignFile{std::string_view("\0{", 2), utf16_problem},
    ForeignFile{"\x1f\x8b", "the file is compressed by gzip: unpack it with gunzip"},
    ForeignFile{"PK\x03\x04", "this is a ZIP archive, and not a config"},
    ForeignFile{"\x89PNG", "this is a PNG picture, and not a config"},
    ForeignFile{"\x93NUMPY", "this is a NumPy array, and not a config"},
};

void refuse_foreign_file(std::string_view text, const std::string& where) {
  for (const ForeignFile& file : foreign_files)
    if (text.starts_with(file.beginning)) throw bad_input(fmt::format("{}: {}", where, file.problem));
}

/// Reads an integer from `least` to `most`.
template <class Integer>
auto integer(std::int64_t least, std::int64_t most) {
  return [=](const Setting& setting, const Json& value) {
    return static_cast<Integer>(integer_value(setting, value, least, most));
  };
}

/// The overrides that may make a description untrue; none where one is given on the command line itself.
std::string changes_of(std::span<const std::string> overrides) {
  std::vector<std::string> changes;
  for (const std::string& text : overrides) {
    if (text.starts_with("description=")) return "";
    if (!text.starts_with("name=")) changes.push_back(text);
  }
  return fmt::format("{}", fmt::join(changes, " "));
}

Config config_of(const Settings& settings, const std::string& text, const std::filesystem::path& file,
                 std::span<const std::string> overrides, ConfigSource source) {
  Config config;
  config.file = file;
  config.text = text;
  const auto given = [&](std::string_view key, auto read) {
    if (const auto at = settings.find(std::string(key)); at != settings.end()) read(at->second);
  };
  const auto scalar = [&](std::string_view key, auto& member, auto read) {
    given(key, [&](const Setting& setting) {
      if (setting.value.is_array())
        throw bad_value(
            setting, setting.value, "is a list",
            fmt::format("it takes one value; lists are for {}. For several values of {} run the config once "
                        "for each, with a name of its own, such as 'name=a' '{}=…'",
                        fmt::join(axis_names(), ", "), key, key));
      member = read(setting, setting.value);
    });
  };
  scalar("name", config.name, name_value);
  scalar("description", config.description, string_value);
  if (const std::string changes = changes_of(overrides); !config.description.empty() && !changes.empty())
    config.description += fmt::format(" (changed on the command line: {})", changes);
  given("dataset", [&](const Setting& setting) { read_dataset(setting, file, config.dataset); });
  scalar("train_size", config.dataset.train_size, integer<std::size_t>(1, max_int32));
  scalar("validation_size", config.dataset.validation_size, integer<std::size_t>(0, max_int32));
  scalar("test_size", config.dataset.test_size, integer<std::size_t>(1, max_int32));
  scalar("epochs", config.epochs, integer<int>(1, max_epochs));
  scalar("evaluate_every", config.evaluate_every, integer<int>(1, max_epochs));
  scalar("save_weights", config.save_weights, boolean_value);
  scalar("save_predictions", config.save_predictions, boolean_value);
  scalar("early_stopping", config.early_stopping,
         [&](const Setting& setting, const Json&) { return early_stopping_value(setting, config); });
  config.spaces = read_spaces(settings, file.string(), config.epochs, source);
  given("$schema", [](const Setting& setting) { string_value(setting, setting.value); });
  config.effective = effective_config(config);
  return config;
}

/// A value as whoever gave it would write it: "\"seed\": [1,2]" in a config, also within a grid; in a shell,
/// which takes whole keys, "'seed=[1,2]'".
std::string as_written(const Setting& setting, const Json::json_pointer& place) {
  const bool in_shell = setting.where == command_line;
  const Json& given = in_shell ? setting.value : setting.value.at(place);
  const std::string dumped = given.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (!in_shell) return fmt::format("\"{}\": {}", place.empty() ? setting.key : place.back(), dumped);
  const std::string value = given.is_string() ? given.get<std::string>() : dumped;
  const std::string_view quote = value.find_first_of("[{") == std::string::npos ? "" : "'";
  return fmt::format("{}{}={}{}", quote, setting.key, value, quote);
}

/// "; did you mean seed=5?" where a value that was refused is accepted as soon as it is read in another way
/// (loose_readings); empty where it is not. `read` reads a config of such settings.
template <class Read>
std::string hint(const BadValue& refused, Settings settings, const Read& read) {
  constexpr std::size_t longest = 80;
  // The key of the config, and the place within its value.
  std::string key = refused.key();
  Json::json_pointer place;
  for (Json::json_pointer rest = refused.place(); !rest.empty(); rest.pop_back()) {
    key = rest.back();
    if (!rest.parent_pointer().empty()) place = Json::json_pointer() / key / place;
  }
  const auto at = settings.find(key);
  if (at == settings.end() || at->second.where != refused.where()) return "";
  Json& value = at->second.value.at(place);
  for (const Json& reading : loose_readings(Json(value))) {
    value = reading;
    const std::string written = as_written(at->second, place);
    if (written.size() > longest) continue;
    try {
      read(settings);
    } catch (const BadValue& next) {
      if (next.key() == refused.key()) continue;
    } catch (const Error&) {
      continue;
    }
    return fmt::format("; did you mean {}?", written);
  }
  return "";
}

Config parse(const std::string& text, const std::filesystem::path& file,
             std::span<const std::string> overrides, ConfigSource source) {
  Settings settings = file_settings(text, file.string());
  apply_overrides(settings, overrides);
  if (!settings.contains("name")) settings["name"] = {file.string(), "name", file.stem().string()};
  const auto read = [&](const Settings& given) { return config_of(given, text, file, overrides, source); };
  try {
    return read(settings);
  } catch (const BadValue& refused) {
    throw bad_input(refused.what() + hint(refused, settings, read));
  }
}

}  // namespace

Config parse_config(const std::string& text, const std::filesystem::path& file,
                    std::span<const std::string> overrides) {
  return parse(text, file, overrides, ConfigSource::user);
}

Config parse_stored_config(const std::string& text, const std::filesystem::path& file) {
  return parse(text, file, {}, ConfigSource::results_file);
}

Config with_epochs(Config config, int epochs) {
  config.epochs = epochs;
  config.effective = effective_config(config);
  return config;
}

Config read_config(const std::filesystem::path& file, std::span<const std::string> overrides) {
  const std::string unreadable = fmt::format("{}: cannot read the config", file.string());
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) throw bad_input(unreadable + ": it is a folder");
  Descriptor stream = open_input(file, unreadable);
  // A byte more than is allowed is enough to refuse it.
  std::string text(max_config_bytes + 1, '\0');
  std::size_t size = 0;
  while (const std::size_t got = stream.read_next(text.data() + size, text.size() - size)) size += got;
  text.resize(size);
  refuse_foreign_file(text, file.string());
  if (text.size() > max_config_bytes)
    throw bad_input(fmt::format("{}: the config has more than {} bytes", file.string(), max_config_bytes));
  return parse_config(text, file, overrides);
}

}  // namespace runner
