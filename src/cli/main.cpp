#include "runner/error/error.hpp"
#include "runner/results/hdf5.hpp"

#include "arguments.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"

#include <exception>
#include <new>
#include <string_view>
#include <system_error>

namespace {

/// Without memory of its own: there may be none.
int failed(std::string_view reason, int exit_code) {
  for (const std::string_view part : {std::string_view("runner: "), reason, std::string_view("\n")})
    runner::cli::put_message(part);
  return exit_code;
}

/// What std::thread throws names nothing.
const char* reason(const std::system_error& error) {
  return error.code() == std::errc::resource_unavailable_try_again
             ? "cannot make a thread: Resource temporarily unavailable; --threads N asks for fewer"
             : error.what();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace runner::cli;
  try {
    prepare_standard_streams();
    runner::leave_out_hdf5_clean_up();
    return parse_arguments(argc, argv)();
  } catch (const ReaderGone&) {
    return exit_failed;  // who reads no further wants no message either
  } catch (const runner::Error& e) {
    if (e.kind() == runner::ErrorKind::stopped) return exit_stopped;
    return failed(e.what(), e.kind() == runner::ErrorKind::bad_input ? exit_bad_input : exit_failed);
  } catch (const std::bad_alloc&) {
    return failed("there is not enough memory", exit_failed);
  } catch (const std::system_error& e) {
    return failed(reason(e), exit_failed);
  } catch (const std::exception& e) {
    return failed(e.what(), exit_failed);
  }
}
