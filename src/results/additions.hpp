#pragma once

#include "stored_file.hpp"

#include <string>
#include <vector>

namespace runner {

/// What is in a results file that this program has not written, in words: "the attribute note of train_loss",
/// "the variable mean", "the group analysis". Throws Error: bad_input where HDF5 cannot tell, failure when
/// reading fails.
std::vector<std::string> additions(const StoredFile& file);

}  // namespace runner
