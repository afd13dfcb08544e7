#include "checkpoint.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/files/replacement.hpp"
#include "runner/sweep/config.hpp"

#include "layout.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

// The file: this line; for each run, in the order of the digests, its digest, its epoch, the lengths of its
// tensors, and their numbers; the SHA-256 of all that. Numbers as they lie in memory.
static_assert(std::endian::native == std::endian::little);
constexpr std::string_view first_line = "runner checkpoint 1\n";
constexpr std::size_t checksum_length = 64;

using Lengths = std::array<std::uint64_t, tensor_count>;

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A run as it lies in the file.
struct Entry {
  std::string digest;
  std::int32_t epoch = 0;
  Lengths lengths{};
  std::uint64_t offset = 0;  ///< of its first number
};

constexpr std::size_t entry_head = layout::digest_length + sizeof(Entry::epoch) + sizeof(Lengths);

bool is_digest(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool fit(const Lengths& lengths, const NetworkShape& shape) {
  for (std::size_t t = 0; t < tensor_count; ++t)
    if (lengths[t] != size(tensor_table[t], shape)) return false;
  return true;
}

/// A checkpoint that is read piece by piece: its length is not to be believed.
class StoredCheckpoint {
 public:
  explicit StoredCheckpoint(const fs::path& path) : file_(path, O_RDONLY), size_(file_.size()) {}

  /// What is in it, or nothing if it contradicts itself.
  std::optional<std::vector<Entry>> entries() const {
    if (size_ < first_line.size() + checksum_length || file_.read_at(0, first_line.size()) != first_line)
      return std::nullopt;
    std::vector<Entry> found;
    for (std::uint64_t offset = first_line.size(); offset < end();) {
      std::optional<Entry> entry = entry_at(offset);
      if (!entry || (!found.empty() && entry->digest <= found.back().digest)) return std::nullopt;
      offset = entry->offset;
      for (const std::uint64_t length : entry->lengths) offset += length * sizeof(float);
      found.push_back(std::move(*entry));
    }
    if (!has_its_checksum()) return std::nullopt;
    return found;
  }

  Snapshot snapshot(const Entry& entry) const {
    Snapshot result{entry.epoch, {}};
    std::uint64_t offset = entry.offset;
    for (std::size_t t = 0; t < tensor_count; ++t) {
      const std::string bytes = file_.read_at(offset, entry.lengths[t] * sizeof(float));
      std::vector<float>& values = result.weights.*tensor_table[t].values;
      values.resize(entry.lengths[t]);
      std::memcpy(values.data(), bytes.data(), bytes.size());
      offset += bytes.size();
    }
    return result;
  }

 private:
  /// Where the checksum begins.
  std::uint64_t end() const { return size_ - checksum_length; }

  std::optional<Entry> entry_at(std::uint64_t offset) const {
    if (entry_head > end() - offset) return std::nullopt;
    const std::string head = file_.read_at(offset, entry_head);
    Entry entry;
    entry.digest = head.substr(0, layout::digest_length);
    std::memcpy(&entry.epoch, head.data() + layout::digest_length, sizeof entry.epoch);
    std::memcpy(entry.lengths.data(), head.data() + layout::digest_length + sizeof entry.epoch,
                sizeof entry.lengths);
    entry.offset = offset + entry_head;
    if (!is_digest(entry.digest) || entry.epoch < 1 || entry.epoch > max_epochs) return std::nullopt;
    std::uint64_t room = (end() - entry.offset) / sizeof(float);
    for (const std::uint64_t length : entry.lengths) {
      if (length > room) return std::nullopt;
      room -= length;
    }
    return entry;
  }

  bool has_its_checksum() const {
    constexpr std::uint64_t piece = std::uint64_t{1} << 20;
    Sha256 checksum;
    for (std::uint64_t offset = 0; offset < end(); offset += piece)
      checksum.add(std::string_view(file_.read_at(offset, std::min(piece, end() - offset))));
    return checksum.hex() == file_.read_at(end(), checksum_length);
  }

  Descriptor file_;
  std::uint64_t size_;
};

}  // namespace

fs::path checkpoint_path(const fs::path& file) {
  return file.string() + ".checkpoint";
}

Checkpoint read_checkpoint(const fs::path& path, const std::map<std::string, NetworkShape>& runs) {
  std::error_code cause;
  const fs::file_status status = fs::status(path, cause);
  if (status.type() == fs::file_type::not_found) return {};
  if (cause) throw system_failure("cannot read " + path.string(), cause.value());
  // To open a pipe would wait for who writes into it.
  if (!fs::is_regular_file(status))
    throw bad_input(fmt::format("the checkpoint {} is no regular file", path.string()));
  if (access(path.c_str(), R_OK) != 0) throw system_failure("cannot read " + path.string(), errno);

  const auto damaged = [&] {
    return bad_input(
        fmt::format("the checkpoint {} is damaged, or of another version; without it (remove it) the runs "
                    "that were in flight are trained from their beginning",
                    path.string()));
  };
  const StoredCheckpoint stored(path);
  const auto entries = stored.entries();
  if (!entries) throw damaged();
  Checkpoint checkpoint;
  for (const Entry& entry : *entries) {
    const auto run = runs.find(entry.digest);
    if (run == runs.end()) continue;
    if (!fit(entry.lengths, run->second)) throw damaged();
    checkpoint.emplace(entry.digest, stored.snapshot(entry));
  }
  return checkpoint;
}

void write_checkpoint(const fs::path& path, const Checkpoint& checkpoint, const fs::path& of,
                      const Note& note) {
  if (checkpoint.empty()) {
    if (std::error_code cause; !fs::remove(path, cause) && cause)
      throw system_failure("cannot remove " + path.string(), cause.value());
    return;
  }
  std::string bytes(first_line);
  for (const auto& [digest, snapshot] : checkpoint) {
    bytes += digest;
    append(bytes, snapshot.epoch);
    for (const TensorInfo& tensor : tensor_table)
      append(bytes, std::uint64_t{(snapshot.weights.*tensor.values).size()});
    for (const TensorInfo& tensor : tensor_table) {
      const std::vector<float>& values = snapshot.weights.*tensor.values;
      bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    }
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
