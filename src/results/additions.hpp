#pragma once

#include "stored_file.hpp"

#include <string>
#include <vector>

namespace runner {

/// What other programs have added to a results file, in words: "the attribute note of train_loss", "the
/// variable mean", "the group analysis". Throws Error: bad_input if HDF5 cannot tell, failure if reading
/// fails.
std::vector<std::string> additions(const StoredFile& file);

}  // namespace runner
