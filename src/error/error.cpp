#include "runner/error/error.hpp"

#include <system_error>

namespace runner {

Error::Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

Error bad_input(const std::string& message) {
  return Error(ErrorKind::bad_input, message);
}

Error failure(const std::string& message) {
  return Error(ErrorKind::failure, message);
}

Error stopped(const std::string& message) {
  return Error(ErrorKind::stopped, message);
}

Error system_failure(const std::string& message, int error_number) {
  return failure(message + ": " + std::generic_category().message(error_number));
}

}  // namespace runner
