#pragma once

#include <string>
#include <vector>

namespace runner::cli {

/// A key of the config as help and completion need it.
struct ConfigKey {
  std::string name;
  std::string description;         ///< "Step size of the gradient descent. Above 0, …"
  std::string default_value;       ///< as JSON; empty where the description says it, or there is none
  std::vector<std::string> words;  ///< that it takes, such as sgd and adam; empty where it takes others
};

/// All keys but `$schema`, in the order of the schema for editors (configs/sweep.schema.json), where their
/// texts are.
std::vector<ConfigKey> config_keys();

}  // namespace runner::cli
