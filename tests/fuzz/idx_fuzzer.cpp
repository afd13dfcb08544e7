#include "runner/data/array.hpp"
#include "runner/error/error.hpp"

#include "data/idx_files.hpp"
#include "fuzz/require.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace {

using namespace runner;
using namespace runner::test;

/// What the reader makes of a file: what it read, or the message it refused the file with.
struct Outcome {
  std::optional<Bytes> numbers;
  Shape shape;
  NumberType type;
  std::string refusal;
};

Outcome outcome(const Bytes& bytes) {
  static const TemporaryDirectory folder;
  write_file(folder / "input", bytes);
  Outcome result;
  try {
    ArrayReader array = open_array(folder / "input");
    result.shape = array.shape();
    result.type = array.type();
    result.numbers = array.read_all();
    array.rewind();
    require(array.read_all() == *result.numbers, "an array that is read again is the same");
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::bad_input, "a file that cannot be read is bad input");
    result.refusal = error.what();
  }
  return result;
}

void check(const Bytes& bytes) {
  const Outcome read = outcome(bytes);
  if (bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) return;
  if (read.numbers) {
    std::uint64_t size = read.type.size;
    for (const std::uint64_t length : read.shape) size *= length;
    require(read.numbers->size() == size, "there are as many numbers as the shape says");
    require(bytes.size() > size && std::equal(read.numbers->rbegin(), read.numbers->rend(), bytes.rbegin()),
            "the numbers are the file's");
  }
  const Outcome again = outcome(gzip(bytes));
  require(read.refusal == again.refusal, "a gzipped file is refused as the plain one is");
  require(read.numbers == again.numbers, "gzip changes nothing");
}

}  // namespace

/// The input is an array, IDX or NumPy's, gzipped or not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(Bytes(data, data + size));
  return 0;
}
