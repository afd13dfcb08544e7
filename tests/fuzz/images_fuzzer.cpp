#include "runner/data/images.hpp"
#include "runner/error/error.hpp"

#include "data/idx_files.hpp"
#include "fuzz/require.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace {

using namespace runner;
using namespace runner::test;

constexpr std::size_t classes = 10;

/// What a reader makes of a file; nothing where it refuses it.
template <class Read>
auto outcome(const Read& read, const Bytes& bytes) -> std::optional<decltype(read(std::filesystem::path()))> {
  static const TemporaryDirectory folder;
  write_file(folder / "input", bytes);
  try {
    return read(folder / "input");
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::bad_input, "a file that cannot be read is bad input");
    return std::nullopt;
  }
}

void check_images(const Bytes& bytes, const ImageSize& size) {
  const auto read = [&](const std::filesystem::path& file) { return read_images(file, size); };
  const auto images = outcome(read, bytes);
  if (images) {
    require(images->count > 0, "there are images");
    require(images->pixels.size() == images->count * size.pixels,
            "each image has as many pixels as are asked for");
    require(images->picture ? images->count == 1 : images->pixels.size() < 2 * bytes.size() + 1024 * 1024,
            "a picture is one image, and a list is about as long as its file");
  }
  if (bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) return;
  constexpr std::string_view fortran = "True";  // the order is another one then
  const bool reordered =
      std::search(bytes.begin(), bytes.end(), fortran.begin(), fortran.end()) != bytes.end();
  if (images && !images->picture && !reordered)
    require(std::equal(images->pixels.rbegin(), images->pixels.rend(), bytes.rbegin()),
            "the pixels are the file's");
  const auto again = outcome(read, gzip(bytes));
  require(images.has_value() == again.has_value(), "a gzipped file is refused as the plain one is");
  if (images) require(images->pixels == again->pixels, "gzip changes nothing");
}

void check_labels(const Bytes& bytes) {
  const auto labels =
      outcome([](const std::filesystem::path& file) { return read_labels(file, classes); }, bytes);
  if (!labels) return;
  require(!labels->empty(), "there are labels");
  require(*std::max_element(labels->begin(), labels->end()) < classes, "labels are classes");
}

}  // namespace

/// The input is a file of images or labels: IDX, a NumPy array or a PNG, gzipped or not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, data + size);
  check_images(bytes, {6, 2, 3});
  check_images(bytes, {6});
  check_labels(bytes);
  return 0;
}
