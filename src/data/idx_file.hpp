#pragma once

#include "runner/data/idx.hpp"

#include "byte_source.hpp"

namespace runner {

/// As read_idx_images and read_idx_labels, of a file of which at most eight bytes have been read. What is
/// read is taken out of it.
IdxImages read_idx_images(BegunFile& file);
IdxLabels read_idx_labels(BegunFile& file);

}  // namespace runner
