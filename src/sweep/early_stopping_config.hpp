#pragma once

#include "runner/sweep/config.hpp"

#include "config_values.hpp"

namespace runner {

/// The value of the key `early_stopping`. `config`: validation_size, epochs and evaluate_every have been
/// read. Throws Error (bad_input) naming what is wrong.
EarlyStopping early_stopping_value(const Setting& setting, const Config& config);

/// The same as JSON, with every key.
Json json_of(const EarlyStopping& rule);

}  // namespace runner
