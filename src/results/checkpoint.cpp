#include "checkpoint.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/files/replacement.hpp"

#include "layout.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

// The file: this line; for each run its digest, its epoch, the lengths of W1, b1, W2 and b2, and their
// numbers; the SHA-256 of all that. Numbers as they lie in memory.
static_assert(std::endian::native == std::endian::little);
constexpr std::string_view first_line = "runner checkpoint 1\n";
constexpr std::size_t checksum_length = 64;

using Lengths = std::array<std::uint64_t, 4>;

template <class Object>
auto parts(Object& weights) {
  return std::array{&weights.W1, &weights.b1, &weights.W2, &weights.b2};
}

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Takes values off the front of some bytes.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }

  /// False if there are not so many.
  template <class T>
  bool take(T* values, std::uint64_t count) {
    if (count > rest_.size() / sizeof(T)) return false;
    std::memcpy(values, rest_.data(), count * sizeof(T));
    rest_.remove_prefix(count * sizeof(T));
    return true;
  }

  /// The same for a vector, which is given room for what is there alone.
  bool take(std::vector<float>& values, std::uint64_t count) {
    if (count > rest_.size() / sizeof(float)) return false;
    values.resize(count);
    return take(values.data(), count);
  }

 private:
  std::string_view rest_;
};

bool take_run(Reader& reader, Checkpoint& checkpoint) {
  std::string digest(layout::digest_length, '\0');
  Snapshot snapshot{};
  Lengths lengths;
  if (!reader.take(digest.data(), digest.size()) || !reader.take(&snapshot.epoch, 1) ||
      !reader.take(lengths.data(), lengths.size()))
    return false;
  const auto all = parts(snapshot.weights);
  for (std::size_t p = 0; p < all.size(); ++p)
    if (!reader.take(*all[p], lengths[p])) return false;
  checkpoint.insert_or_assign(std::move(digest), std::move(snapshot));
  return true;
}

}  // namespace

fs::path checkpoint_path(const fs::path& file) {
  return file.string() + ".checkpoint";
}

Checkpoint read_checkpoint(const fs::path& path) {
  if (!fs::exists(path)) return {};
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream || stream.bad()) throw system_failure("cannot read " + path.string(), errno);

  const auto damaged = [&] {
    return bad_input(
        fmt::format("the checkpoint {} is damaged, or of another version; without it (remove it) the runs "
                    "that were in flight are trained from their beginning",
                    path.string()));
  };
  std::string_view text = bytes;
  if (!text.starts_with(first_line) || text.size() < first_line.size() + checksum_length) throw damaged();
  const std::string_view checksum = text.substr(text.size() - checksum_length);
  text.remove_suffix(checksum_length);
  if (sha256_hex(text) != checksum) throw damaged();
  Reader reader(text.substr(first_line.size()));
  Checkpoint checkpoint;
  while (!reader.at_end())
    if (!take_run(reader, checkpoint)) throw damaged();
  return checkpoint;
}

void write_checkpoint(const fs::path& path, const Checkpoint& checkpoint, const fs::path& of,
                      const Note& note) {
  if (checkpoint.empty()) {
    fs::remove(path);
    return;
  }
  std::string bytes(first_line);
  for (const auto& [digest, snapshot] : checkpoint) {
    bytes += digest;
    append(bytes, snapshot.epoch);
    for (const auto* part : parts(snapshot.weights)) append(bytes, std::uint64_t{part->size()});
    for (const auto* part : parts(snapshot.weights))
      bytes.append(reinterpret_cast<const char*>(part->data()), part->size() * sizeof(float));
  }
  bytes += sha256_hex(bytes);
  replace_file(
      path,
      [&](const fs::path& temporary) {
        Descriptor::open_as(path, temporary, O_WRONLY).write_at(0, bytes.data(), bytes.size());
      },
      note, of);
}

}  // namespace runner
