#pragma once

#include "runner/error/error.hpp"

#include <string>

namespace runner::test {

/// The message of the Error (bad_input) that a call throws; says so if it throws none.
template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::bad_input ? error.what()
                                                : std::string("not bad_input: ") + error.what();
  }
  return "no error";
}

}  // namespace runner::test
