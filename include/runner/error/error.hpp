#pragma once

#include <stdexcept>
#include <string>

namespace runner {

/// The kind of an error; decides the program's exit code.
enum class ErrorKind {
  bad_input,  ///< the user's input cannot be used: config, data files, arguments, a results file that is
              ///< foreign or held by another process
  failure,    ///< the work failed although the input was good: an I/O error, a full disk
  stopped     ///< the work was asked to stop before it was done; nothing is wrong
};

/// The one exception type of the library.
///
/// Its message is one complete sentence for the user: it names the file, the key, the value and the rule
/// that was broken, as far as there are any. Programmers' mistakes are assertions, not Errors.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message);
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// Shorthands, so that a throw reads as a sentence: `throw bad_input("…")`.
Error bad_input(const std::string& message);
Error failure(const std::string& message);
Error stopped(const std::string& message);

/// `failure` with the text of an errno value behind the message: "cannot write x.h5: No space left on
/// device".
Error system_failure(const std::string& message, int error_number);

}  // namespace runner
