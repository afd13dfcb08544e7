#pragma once

#include "runner/data/dataset.hpp"
#include "runner/model/recorded_epochs.hpp"
#include "runner/sweep/early_stopping.hpp"
#include "runner/sweep/space.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// A validated config: every key with its value, defaults filled in.
struct Config {
  std::string name;
  std::string description;
  DatasetSource dataset;  ///< its directory is absolute
  int epochs = 10;
  int evaluate_every = 1;  ///< measure after every so many epochs
  bool save_weights = false;
  std::optional<bool> save_predictions;  ///< where it is not set, expand() decides
  std::optional<EarlyStopping> early_stopping;
  std::vector<Space> spaces;  ///< one; or one for each of its "grids"

  std::filesystem::path file;  ///< as given on the command line
  std::string text;            ///< the file as it was read
  std::string effective;       ///< overrides and defaults applied, as canonical JSON in one line

  /// The epochs to be recorded: 0, every n-th and the last.
  RecordedEpochs recorded_epochs() const { return RecordedEpochs(epochs, evaluate_every); }
};

/// The most runs one sweep may have, the most epochs of a run, and the largest config file, bytes.
inline constexpr std::size_t max_runs = 10'000'000;
inline constexpr int max_epochs = 1'000'000'000;  // so that the epoch after the last one still fits an int
inline constexpr std::size_t max_config_bytes = 1'000'000;

/// Reads a config file and applies `overrides` ("key=value"; a value that is not JSON is taken as text).
///
/// A relative "dir" is relative to the config file's folder, in an override to the current directory. The key
/// "$schema", by which editors find the schema, is ignored. A byte order mark is skipped.
///
/// Throws Error (bad_input) naming file (or "command line"), key, value and rule, for the first thing that is
/// wrong: unreadable or too large a file, a syntax error (line and column), duplicate keys, an unknown key
/// (with the nearest known one), a wrong type ("100.0 is not an integer"), an empty list, the same value
/// twice in a list (also as the float32 that training uses), a value out of its range, NaN or infinity, a
/// name that is not a plain file name, too many runs.
Config read_config(const std::filesystem::path& file, std::span<const std::string> overrides = {});

/// The same for text that comes from `file`, of any length.
Config parse_config(const std::string& text, const std::filesystem::path& file,
                    std::span<const std::string> overrides = {});

/// The effective config that a results file holds, which this version or an earlier one has accepted.
Config parse_stored_config(const std::string& text, const std::filesystem::path& file);

/// The description in the effective config of a results file; empty where there is none that can be read.
std::string stored_description(const std::string& text);

/// The same config for another number of epochs, 1 … max_epochs.
Config with_epochs(Config config, int epochs);

/// A clause for each key whose value differs between two effective configs, "epochs: 10 and 20", in
/// alphabetical order. An axis that is not set has its default, as in a config of an earlier version. Not
/// compared are name, description, a data set that is a folder (its checksums tell whether it is the same),
/// and train_size or test_size if one config does not set it (all images). Lists are compared in order.
/// Throws Error (bad_input) for a text that is not JSON.
std::vector<std::string> config_differences(const std::string& one, const std::string& other);

}  // namespace runner
