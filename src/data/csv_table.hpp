#pragma once

#include "image_source.hpp"
#include "labels.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace runner {

/// A table of numbers, in which each line after the first is an image.
struct CsvTable {
  std::vector<std::string> columns;     ///< names of the columns that are pixels, in their order
  std::unique_ptr<ImageSource> images;  ///< of the shape (n, columns)
  LabelNumbers labels;                  ///< none where there is no column of labels
};

/// Reads a table of comma-separated values (RFC 4180), gzipped or not: a line with the names of its columns,
/// then numbers in each line. `label` is the name of the column of labels, which are integers; all others are
/// pixels. Numbers that are all integers from 0 to 255 are bytes.
///
/// Throws Error (bad_input) that names the file, line and column: no column `label` (if `needs_label`), two
/// columns with the same name, no lines, a line with more or fewer cells than the first, a cell that is not a
/// number, a label that is not an integer, semicolons or tabs as separators, UTF-16, more than max_terms
/// columns.
CsvTable read_csv(const std::filesystem::path& file, const std::string& label, bool needs_label = true);

}  // namespace runner
