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

// The file: the first line; for each run, in the order of the digests, its digest, its epoch, how many
// moments its optimizer has, the lengths of its tensors, their numbers, and as many for each moment; the
// SHA-256 of all that. Numbers as they lie in memory. Version 1 knows no moments.
static_assert(std::endian::native == std::endian::little);
constexpr std::string_view first_line = "runner checkpoint 2\n";
constexpr std::string_view first_line_of_version_1 = "runner checkpoint 1\n";
static_assert(first_line.size() == first_line_of_version_1.size());
constexpr std::size_t checksum_length = 64;

using Lengths = std::array<std::uint64_t, tensor_count>;

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append(std::string& bytes, const Weights& weights) {
  for (const TensorInfo& tensor : tensor_table) {
    const std::vector<float>& values = weights.*tensor.values;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  }
}

/// A run as it lies in the file.
struct Entry {
  std::string digest;
  std::int32_t epoch = 0;
  std::int32_t moments = 0;
  Lengths lengths{};
  std::uint64_t offset = 0;  ///< of its first number

  /// How often each tensor is there.
  std::uint64_t copies() const { return 1 + static_cast<std::uint64_t>(moments); }
};

bool is_digest(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool fit(const Entry& entry, const SnapshotShape& shape) {
  for (std::size_t t = 0; t < tensor_count; ++t)
    if (entry.lengths[t] != size(tensor_table[t], shape.network)) return false;
  return entry.moments == static_cast<std::int64_t>(shape.moments);
}

/// A checkpoint that is read piece by piece: its length is not to be believed.
class StoredCheckpoint {
 public:
  explicit StoredCheckpoint(const fs::path& path) : file_(path, O_RDONLY), size_(file_.size()) {}

  /// What is in it, or nothing if it contradicts itself.
  std::optional<std::vector<Entry>> entries() const {
    if (size_ < first_line.size() + checksum_length) return std::nullopt;
    const std::string line = file_.read_at(0, first_line.size());
    const bool with_moments = line == first_line;
    if (!with_moments && line != first_line_of_version_1) return std::nullopt;
    std::vector<Entry> found;
    for (std::uint64_t offset = first_line.size(); offset < end();) {
      std::optional<Entry> entry = entry_at(offset, with_moments);
      if (!entry || (!found.empty() && entry->digest <= found.back().digest)) return std::nullopt;
      offset = entry->offset;
      for (const std::uint64_t length : entry->lengths) offset += length * entry->copies() * sizeof(float);
      found.push_back(std::move(*entry));
    }
    if (!has_its_checksum()) return std::nullopt;
    return found;
  }

  Snapshot snapshot(const Entry& entry) const {
    Snapshot result{entry.epoch, {}};
    std::uint64_t offset = entry.offset;
    result.state.weights = weights_at(entry, offset);
    for (std::int32_t k = 0; k < entry.moments; ++k)
      result.state.moments.push_back(weights_at(entry, offset));
    return result;
  }

 private:
  /// Where the checksum begins.
  std::uint64_t end() const { return size_ - checksum_length; }

  /// A number for each parameter; `offset` moves behind the last.
  Weights weights_at(const Entry& entry, std::uint64_t& offset) const {
    Weights weights;
    for (std::size_t t = 0; t < tensor_count; ++t) {
      const std::string bytes = file_.read_at(offset, entry.lengths[t] * sizeof(float));
      std::vector<float>& values = weights.*tensor_table[t].values;
      values.resize(entry.lengths[t]);
      std::memcpy(values.data(), bytes.data(), bytes.size());
      offset += bytes.size();
    }
    return weights;
  }

  std::optional<Entry> entry_at(std::uint64_t offset, bool with_moments) const {
    Entry entry;
    const std::size_t head_length = layout::digest_length + sizeof entry.epoch +
                                    (with_moments ? sizeof entry.moments : 0) + sizeof entry.lengths;
    if (head_length > end() - offset) return std::nullopt;
    const std::string head = file_.read_at(offset, head_length);
    std::size_t at = 0;
    const auto take = [&](auto& value) {
      std::memcpy(&value, head.data() + at, sizeof value);
      at += sizeof value;
    };
    entry.digest = head.substr(0, layout::digest_length);
    at = layout::digest_length;
    take(entry.epoch);
    if (with_moments) take(entry.moments);
    take(entry.lengths);
    entry.offset = offset + head_length;
    if (!is_digest(entry.digest) || entry.epoch < 1 || entry.epoch > max_epochs || entry.moments < 0 ||
        entry.moments > static_cast<std::int32_t>(max_moments))
      return std::nullopt;
    std::uint64_t room = (end() - entry.offset) / (sizeof(float) * entry.copies());
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

Checkpoint read_checkpoint(const fs::path& path, const std::map<std::string, SnapshotShape>& runs) {
  std::error_code cause;
  const fs::file_status status = fs::status(path, cause);
  if (status.type() == fs::file_type::not_found) return {};
  if (cause) throw system_failure("cannot read " + path.string(), cause.value());
  // To open a pipe would wait for who writes into it.
  if (!fs::is_regular_file(status))
    throw bad_input(fmt::format("the checkpoint {} is not a regular file", path.string()));
  if (access(path.c_str(), R_OK) != 0) throw system_failure("cannot read " + path.string(), errno);

  const auto damaged = [&] {
    return bad_input(
        fmt::format("the checkpoint {} is damaged, or of another version; remove it, and the runs that were "
                    "in training begin anew",
                    path.string()));
  };
  const StoredCheckpoint stored(path);
  const auto entries = stored.entries();
  if (!entries) throw damaged();
  Checkpoint checkpoint;
  for (const Entry& entry : *entries) {
    const auto run = runs.find(entry.digest);
    if (run == runs.end()) continue;
    if (!fit(entry, run->second)) throw damaged();
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
    append(bytes, std::int32_t{snapshot.epoch});
    append(bytes, static_cast<std::int32_t>(snapshot.state.moments.size()));
    for (const TensorInfo& tensor : tensor_table)
      append(bytes, std::uint64_t{(snapshot.state.weights.*tensor.values).size()});
    append(bytes, snapshot.state.weights);
    for (const Weights& moment : snapshot.state.moments) append(bytes, moment);
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
