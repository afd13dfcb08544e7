#include "runner/data/idx.hpp"
#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"

#include "data/idx_files.hpp"
#include "fuzz/require.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

namespace {

using namespace runner;
using namespace runner::test;

/// What a reader makes of a file: what it read, or the message it refused the file with.
template <class Read>
struct Outcome {
  std::optional<Read> read;
  std::string refusal;
};

template <class Read>
Outcome<Read> outcome(Read (*reader)(const std::filesystem::path&), const Bytes& bytes) {
  static const TemporaryDirectory folder;
  write_file(folder / "input", bytes);
  Outcome<Read> result;
  try {
    result.read = reader(folder / "input");
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::bad_input, "a file that cannot be read is bad input");
    result.refusal = error.what();
  }
  return result;
}

bool ends_with(const Bytes& all, const Bytes& end) {
  return all.size() >= end.size() && std::equal(end.rbegin(), end.rend(), all.rbegin());
}

void check(const Bytes& bytes) {
  const auto images = outcome(read_idx_images, bytes);
  const auto labels = outcome(read_idx_labels, bytes);
  require(!images.read || !labels.read, "a file holds images or labels");
  if (bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) return;

  const std::string sha256 = sha256_hex(bytes);
  if (images.read) {
    const IdxImages& r = *images.read;
    require(r.count * r.rows * r.columns == r.pixels.size(), "there are as many pixels as the sizes say");
    require(r.pixels.size() + 16 == bytes.size() && ends_with(bytes, r.pixels), "the pixels are the file's");
    require(r.sha256 == sha256, "the checksum is the file's");
  }
  if (labels.read) {
    const IdxLabels& r = *labels.read;
    require(r.labels.size() + 8 == bytes.size() && ends_with(bytes, r.labels), "the labels are the file's");
    require(r.sha256 == sha256, "the checksum is the file's");
  }
  const Bytes gzipped = gzip(bytes);
  const auto images_again = outcome(read_idx_images, gzipped);
  const auto labels_again = outcome(read_idx_labels, gzipped);
  require(images.refusal == images_again.refusal && labels.refusal == labels_again.refusal,
          "a gzipped file is refused as the plain one is");
  if (images.read) require(images.read->pixels == images_again.read->pixels, "gzip changes nothing");
  if (labels.read) require(labels.read->labels == labels_again.read->labels, "gzip changes nothing");
}

}  // namespace

/// The input is an IDX file, gzipped or not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(Bytes(data, data + size));
  return 0;
}
