#include "runner/error/error.hpp"

#include "formats.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

// A ZIP archive as its specification (PKWARE's APPNOTE.TXT) has it, as far as NumPy makes use of it: files
// that are stored or deflated. A library for ZIP (libzip) would bring OpenSSL and bzip2 with it; what is left
// to be read besides deflate, which zlib knows, are the three records below.

namespace runner {
namespace {

namespace fs = std::filesystem;

/// The fields of a record, little-endian.
class Record {
 public:
  explicit Record(std::string_view bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }
  std::uint64_t number(std::size_t at, std::size_t width) const {
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes_[at + i]);
    return value;
  }
  std::string_view text(std::size_t at, std::size_t length) const { return bytes_.substr(at, length); }
  bool begins(std::size_t at, std::string_view signature) const {
    return bytes_.substr(at).starts_with(signature);
  }

 private:
  std::string_view bytes_;
};

constexpr std::string_view end64_signature = "PK\6\6", locator_signature = "PK\6\7";
constexpr std::size_t end_size = 22, end64_size = 56, locator_size = 20, entry_size = 46, local_size = 30;

/// A file of an archive as the archive's directory has it.
struct Entry {
  ZipMember member;  ///< its offset is that of its header
  std::uint64_t method;
  bool encrypted;
};

class Archive {
 public:
  explicit Archive(const fs::path& path)
      : path_(path),
        file_(open_input(path, "cannot read " + path.string())),
        size_(file_.is_regular() ? file_.size() : 0) {
    if (!file_.is_regular())
      throw bad_input(path.string() + " is a pipe or a device: an archive (.npz) must be a file");
    const std::string begin = file_.read_at(0, static_cast<std::size_t>(std::min<std::uint64_t>(size_, 4)));
    if (begin != zip_local && begin != zip_end)
      throw bad_input(
          path.string() +
          (begin.empty() ? " is empty" : " is not an archive of NumPy arrays (.npz): np.savez makes one"));
    read_directory();
  }

  const std::vector<Entry>& entries() const { return entries_; }

  /// Where the bytes of a file begin.
  std::uint64_t data_of(const Entry& entry) const {
    const ZipMember& member = entry.member;
    const Record local = record(member.offset, local_size);
    if (!local.begins(0, zip_local)) throw damaged("an array is not where the directory says");
    const std::uint64_t begin = member.offset + local_size + local.number(26, 2) + local.number(28, 2);
    if (begin > size_ || member.compressed_size > size_ - begin) throw damaged("it is cut short");
    return begin;
  }

  Error damaged(std::string_view what) const {
    return bad_input(fmt::format("{} is a damaged archive (.npz): {}", path_.string(), what));
  }

 private:
  /// Some bytes, which stay as long as the archive does.
  Record record(std::uint64_t offset, std::uint64_t length) const {
    if (offset > size_ || length > size_ - offset) throw damaged("it is cut short");
    buffer_ = file_.read_at(offset, static_cast<std::size_t>(length));
    return Record(buffer_);
  }

  /// Where the directory lies, and how long it is: the last record says it, which only a comment may follow.
  std::pair<std::uint64_t, std::uint64_t> directory() const {
    const std::uint64_t longest = std::min<std::uint64_t>(size_, end_size + 0xffff);
    const Record tail = record(size_ - longest, longest);
    for (std::size_t at = longest < end_size ? 0 : longest - end_size + 1; at-- > 0;) {
      if (!tail.begins(at, zip_end) || at + end_size + tail.number(at + 20, 2) != longest) continue;
      const std::uint64_t length = tail.number(at + 12, 4), offset = tail.number(at + 16, 4);
      if (offset != in_zip64 && length != in_zip64) return {offset, length};
      if (at < locator_size || !tail.begins(at - locator_size, locator_signature)) break;
      const Record end64 = record(tail.number(at - locator_size + 8, 8), end64_size);
      if (!end64.begins(0, end64_signature)) break;
      return {end64.number(48, 8), end64.number(40, 8)};
    }
    throw damaged("its directory is missing; perhaps the file was not copied completely");
  }

  void read_directory() {
    const auto [offset, length] = directory();
    constexpr std::uint64_t longest = std::uint64_t{1} << 24;
    if (length > longest) throw damaged("its directory is too long");
    const Record all = record(offset, length);
    for (std::size_t at = 0; at < all.size();) {
      if (all.size() - at < entry_size || !all.begins(at, zip_entry))
        throw damaged("its directory cannot be read");
      const std::size_t name = all.number(at + 28, 2), extra = all.number(at + 30, 2),
                        comment = all.number(at + 32, 2);
      if (all.size() - at - entry_size < name + extra + comment)
        throw damaged("its directory cannot be read");
      Entry entry{
          {std::string(all.text(at + entry_size, name)), all.number(at + 42, 4), all.number(at + 20, 4),
           all.number(at + 24, 4), static_cast<std::uint32_t>(all.number(at + 16, 4)), false},
          all.number(at + 10, 2),
          (all.number(at + 8, 2) & 1) != 0};
      take_long_fields(Record(all.text(at + entry_size + name, extra)), entry.member);
      entries_.push_back(std::move(entry));
      at += entry_size + name + extra + comment;
    }
  }

  /// Those of 64 bits, in the order in which their short forms say that they are here.
  void take_long_fields(const Record& extra, ZipMember& member) const {
    constexpr std::uint64_t zip64 = 1;
    for (std::size_t at = 0; at + 4 <= extra.size();) {
      std::size_t field = at + 4;
      const std::size_t end = field + extra.number(at + 2, 2);
      if (end > extra.size()) throw damaged("its directory cannot be read");
      if (extra.number(at, 2) == zip64)
        for (std::uint64_t* value : {&member.size, &member.compressed_size, &member.offset}) {
          if (*value != in_zip64) continue;
          if (field + 8 > end) throw damaged("its directory cannot be read");
          *value = extra.number(field, 8);
          field += 8;
        }
      at = end;
    }
  }

  fs::path path_;
  Descriptor file_;
  std::uint64_t size_;
  mutable std::string buffer_;  ///< of the record last read
  std::vector<Entry> entries_;
};

std::string_view array_name(const Entry& entry) {
  std::string_view name = entry.member.name;
  if (name.ends_with(npy_ending)) name.remove_suffix(npy_ending.size());
  return name;
}

std::vector<std::string> names_of(const Archive& archive) {
  std::vector<std::string> names;
  for (const Entry& entry : archive.entries()) names.emplace_back(array_name(entry));
  return names;
}

}  // namespace

bool is_zip(const BegunFile& file) {
  const Record begin({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()});
  return begin.begins(0, zip_local) || begin.begins(0, zip_end);
}

std::vector<std::string> npz_names(const fs::path& file) {
  return names_of(Archive(file));
}

ArrayReader open_npz_array(const fs::path& file, std::string_view name) {
  const Archive archive(file);
  const auto found =
      std::ranges::find_if(archive.entries(), [&](const Entry& e) { return array_name(e) == name; });
  if (found == archive.entries().end()) {
    const std::vector<std::string> names = names_of(archive);
    throw bad_input(fmt::format("{} holds no array {}; it holds {}", file.string(), name,
                                names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
  }
  ZipMember member = found->member;
  const std::string full_name = fmt::format("{}: {}", file.string(), name);
  if (found->encrypted) throw bad_input(full_name + " is encrypted: it cannot be read");
  if (found->method != zip_stored && found->method != zip_deflated)
    throw bad_input(
        fmt::format("{} is compressed by method {}; 0 (stored) and 8 (deflated) can be read, as np.savez "
                    "and np.savez_compressed write them",
                    full_name, found->method));
  member.deflated = found->method == zip_deflated;
  member.name = name;
  member.offset = archive.data_of(*found);
  if (!member.deflated && member.size != member.compressed_size) throw archive.damaged("a size is wrong");
  BegunFile begun(full_name, std::make_unique<ByteSource>(file, member));
  begun.read_to(longest_signature);
  if (!is_npy(begun)) throw bad_input(full_name + " is not a NumPy array (.npy)");
  return open_npy(std::move(begun));
}

}  // namespace runner
