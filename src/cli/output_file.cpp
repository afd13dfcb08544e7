#include "output_file.hpp"

#include "runner/error/error.hpp"

#include "standard_streams.hpp"

#include <system_error>

namespace runner::cli {

void write_output(const std::filesystem::path& output, const std::function<void(const Sink&)>& make,
                  const std::vector<std::filesystem::path>& results) {
  for (const std::filesystem::path& file : results) {
    std::error_code ignored;
    if (std::filesystem::equivalent(output, file, ignored))
      throw bad_input(fmt::format("cannot write {}: that is the results file", output.string()));
  }
  write_file(output, make);
  // What was written into a pipe may be read by whoever reads this.
  if (std::filesystem::is_regular_file(output)) print_out("{}\n", output.string());
}

}  // namespace runner::cli
