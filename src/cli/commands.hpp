#pragma once

#include "options.hpp"

namespace runner::cli {

/// Each carries out one command and returns the exit code. Throws Error.
int run_sweep(const RunOptions& options);
int compare_file(const CompareOptions& options);
int report_file(const ReportOptions& options);
int watch_file(const WatchOptions& options);
int verify_file(const VerifyOptions& options);
int seal_file(const SealOptions& options);
int gradcheck(const GradcheckOptions& options);
int merge_files(const MergeOptions& options);

/// What this program was compiled with.
std::string compiler();

}  // namespace runner::cli
