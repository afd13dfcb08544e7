#include "byte_source.hpp"

#include "runner/error/error.hpp"

#include <algorithm>
#include <new>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr std::size_t input_buffer = std::size_t{1} << 18;

// What deflate makes smallest are runs of one byte: 258 of them in two bits.
constexpr std::uint64_t most_by_deflate = 1032;

}  // namespace

// zlib's own gzFile passes plain data through, ignores garbage after the stream and reports a truncated one
// only at close; inflate() is told what to expect and leaves each of these to be seen here.

ByteSource::ByteSource(const std::filesystem::path& file)
    : path_(file),
      name_(file.string()),
      file_(open_input(file, "cannot read " + file.string())),
      buffer_(input_buffer) {
  const bool gzip = fill() && input_.size() >= 2 && input_[0] == 0x1f && input_[1] == 0x8b;
  constexpr int gzip_only = 16 + MAX_WBITS;
  if (gzip) begin_inflating(gzip_only);
}

ByteSource::ByteSource(const std::filesystem::path& archive, const ZipMember& member)
    : path_(archive),
      name_(fmt::format("{}: {}", archive.string(), member.name)),
      member_(member),
      file_(open_input(archive, "cannot read " + archive.string())),
      buffer_(input_buffer) {
  constexpr int no_header = -MAX_WBITS;
  if (member.deflated) begin_inflating(no_header);
}

void ByteSource::begin_inflating(int window_bits) {
  auto stream = std::make_unique<z_stream>();
  if (inflateInit2(stream.get(), window_bits) != Z_OK) throw std::bad_alloc();
  inflating_.reset(stream.release());
}

std::size_t ByteSource::read(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::size_t got = inflating_ ? inflate_some(out.subspan(done)) : read_plain(out.subspan(done));
    if (got == 0) break;
    if (member_) crc_ = static_cast<std::uint32_t>(crc32_z(crc_, &out[done], got));
    done += got;
    given_ += got;
  }
  if (member_ && done < out.size()) check_member();
  return done;
}

void ByteSource::rewind() {
  file_.rewind();
  input_ = {};
  taken_ = given_ = 0;
  crc_ = 0;
  ended_ = false;
  if (inflating_) inflateReset(inflating_.get());
}

std::optional<std::uint64_t> ByteSource::most() const {
  if (!member_ && !file_.is_regular()) return std::nullopt;
  const std::uint64_t there = member_ ? member_->compressed_size : file_.size();
  const std::uint64_t most = inflating_ ? there * most_by_deflate : there;
  return member_ ? std::min(most, member_->size) : most;
}

bool ByteSource::fill() {
  if (!input_.empty()) return true;
  std::size_t got = buffer_.size();
  if (member_) {
    got = static_cast<std::size_t>(std::min<std::uint64_t>(got, member_->compressed_size - taken_));
    file_.read_at(member_->offset + taken_, buffer_.data(), got);
  } else {
    got = file_.read_next(buffer_.data(), got);
  }
  taken_ += got;
  input_ = {buffer_.data(), got};
  return got > 0;
}

std::size_t ByteSource::read_plain(std::span<std::uint8_t> out) {
  if (input_.empty() && !member_ && out.size() >= buffer_.size())
    return file_.read_next(out.data(), out.size());
  if (!fill()) return 0;
  const std::size_t count = std::min(out.size(), input_.size());
  std::copy_n(input_.begin(), count, out.begin());
  input_ = input_.subspan(count);
  return count;
}

std::size_t ByteSource::inflate_some(std::span<std::uint8_t> out) {
  const std::string kind = member_ ? "compressed data" : "gzip data";
  constexpr std::size_t most = std::size_t{1} << 30;  // zlib counts in unsigned int
  const std::size_t room = std::min(out.size(), most);
  inflating_->next_out = out.data();
  inflating_->avail_out = static_cast<uInt>(room);
  while (!ended_ && inflating_->avail_out == room) {
    if (!fill()) throw bad_input(fmt::format("{} is truncated: its {} ends too early", name_, kind));
    inflating_->next_in = input_.data();
    inflating_->avail_in = static_cast<uInt>(input_.size());
    const int status = inflate(inflating_.get(), Z_NO_FLUSH);
    input_ = input_.last(inflating_->avail_in);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END)
      throw bad_input(fmt::format("{} is corrupt {}: {}", name_, member_ ? "deflate data" : "gzip",
                                  inflating_->msg ? inflating_->msg : "it needs a preset dictionary"));
    if (status == Z_STREAM_END) ended_ = !another_member();
  }
  return room - inflating_->avail_out;
}

/// Goes on to the next gzip member; false at the end.
bool ByteSource::another_member() {
  if (!fill()) return false;
  if (member_ || input_[0] != 0x1f)
    throw bad_input(fmt::format("{} is corrupt: there are more bytes after the end of its {}", name_,
                                member_ ? "compressed data" : "gzip data"));
  inflateReset(inflating_.get());
  return true;
}

void ByteSource::check_member() const {
  if (given_ != member_->size || crc_ != member_->crc)
    throw bad_input(fmt::format("{} is damaged: its checksum in the archive is another one", name_));
}

bool BegunFile::read_to(std::uint64_t size) {
  while (bytes.size() < size) {
    const std::size_t had = bytes.size();
    bytes.resize(std::min(size, std::max(std::uint64_t{2} * had, std::uint64_t{1} << 20)));
    const std::size_t got = source->read(std::span(bytes).subspan(had));
    if (had + got == bytes.size()) continue;
    bytes.resize(had + got);
    return false;
  }
  return true;
}

}  // namespace runner
