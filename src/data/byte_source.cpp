#include "byte_source.hpp"

#include "runner/error/error.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <fmt/format.h>

namespace runner {

// zlib's own gzFile passes plain data through, ignores garbage after the stream and reports a truncated one
// only at close; inflate() is told what to expect and leaves each of these to be seen here.

ByteSource::ByteSource(const std::filesystem::path& file)
    : path_(file), file_(open_input(file, "cannot read " + file.string())), buffer_(std::size_t{1} << 18) {
  const bool gzip = fill() && input_.size() >= 2 && input_[0] == 0x1f && input_[1] == 0x8b;
  if (!gzip) return;
  auto stream = std::make_unique<z_stream>();
  constexpr int gzip_only = 16 + MAX_WBITS;
  if (inflateInit2(stream.get(), gzip_only) != Z_OK) throw std::bad_alloc();
  inflating_.reset(stream.release());
}

std::size_t ByteSource::read(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::size_t got = inflating_ ? inflate_some(out.subspan(done)) : read_plain(out.subspan(done));
    if (got == 0) break;
    done += got;
  }
  return done;
}

bool ByteSource::fill() {
  if (!input_.empty()) return true;
  const std::size_t got = file_.read_next(buffer_.data(), buffer_.size());
  input_ = {buffer_.data(), got};
  return got > 0;
}

std::size_t ByteSource::read_plain(std::span<std::uint8_t> out) {
  if (!fill()) return 0;
  const std::size_t count = std::min(out.size(), input_.size());
  std::copy_n(input_.begin(), count, out.begin());
  input_ = input_.subspan(count);
  return count;
}

std::size_t ByteSource::inflate_some(std::span<std::uint8_t> out) {
  constexpr std::size_t most = std::size_t{1} << 30;  // zlib counts in unsigned int
  const std::size_t room = std::min(out.size(), most);
  inflating_->next_out = out.data();
  inflating_->avail_out = static_cast<uInt>(room);
  while (!ended_ && inflating_->avail_out == room) {
    if (!fill()) throw bad_input(path_.string() + " is truncated: its gzip data stops before their end");
    inflating_->next_in = input_.data();
    inflating_->avail_in = static_cast<uInt>(input_.size());
    const int status = inflate(inflating_.get(), Z_NO_FLUSH);
    input_ = input_.last(inflating_->avail_in);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END)
      throw bad_input(path_.string() + " is corrupt gzip: " +
                      (inflating_->msg ? inflating_->msg : "it needs a preset dictionary"));
    ended_ = status == Z_STREAM_END;
    if (ended_ && fill())
      throw bad_input(path_.string() + " is corrupt: there are more bytes after the end of its gzip data");
  }
  return room - inflating_->avail_out;
}

bool BegunFile::read_to(std::uint64_t size) {
  while (bytes.size() < size) {
    const std::size_t had = bytes.size();
    bytes.resize(std::min(size, std::max(std::uint64_t{2} * had, std::uint64_t{1} << 20)));
    const std::size_t got = source.read(std::span(bytes).subspan(had));
    if (had + got == bytes.size()) continue;
    bytes.resize(had + got);
    return false;
  }
  return true;
}

void BegunFile::read_body(std::uint64_t size) {
  const std::uint64_t header = bytes.size();
  if (!read_to(header + size))
    throw bad_input(
        fmt::format("{} holds {} bytes after its header, which says {}", name, bytes.size() - header, size));
  std::uint8_t beyond;
  if (source.read({&beyond, 1}) != 0)
    throw bad_input(fmt::format("{} holds more than the {} bytes that its header says", name, size));
}

std::vector<std::uint8_t> without_header(std::vector<std::uint8_t> bytes, std::size_t header) {
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header));
  return bytes;
}

}  // namespace runner
