#include "runner/data/array.hpp"

#include "runner/error/error.hpp"

#include "formats.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

std::string NumberType::name() const {
  switch (kind) {
    case Kind::boolean:
      return "bool";
    case Kind::unsigned_integer:
      return fmt::format("uint{}", 8 * size);
    case Kind::signed_integer:
      return fmt::format("int{}", 8 * size);
    case Kind::floating:
      return fmt::format("float{}", 8 * size);
  }
  return "";
}

std::string text_of(const Shape& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

std::uint64_t bytes_of(const std::string& name, const Shape& shape, std::size_t size) {
  std::uint64_t bytes = size;
  for (const std::uint64_t length : shape)
    if (__builtin_mul_overflow(bytes, length, &bytes) || bytes > std::uint64_t{1} << 62)
      throw bad_input(
          fmt::format("{} has the shape {}, which is too large for any file", name, text_of(shape)));
  return bytes;
}

ArrayReader::ArrayReader(ArrayFormat format, std::string name, NumberType type, Shape shape,
                         bool fortran_order, std::unique_ptr<ByteSource> source, std::uint64_t header)
    : format_(format),
      name_(std::move(name)),
      type_(type),
      shape_(std::move(shape)),
      // One dimension is in both orders.
      fortran_order_(fortran_order && std::ranges::count_if(shape_, [](auto n) { return n > 1; }) > 1),
      source_(std::move(source)),
      header_(header),
      bytes_(bytes_of(name_, shape_, type_.size)) {}

ArrayReader::~ArrayReader() = default;
ArrayReader::ArrayReader(ArrayReader&&) noexcept = default;
ArrayReader& ArrayReader::operator=(ArrayReader&&) noexcept = default;

const std::filesystem::path& ArrayReader::file() const {
  return source_->path();
}

void ArrayReader::refuse_short() const {
  throw bad_input(
      fmt::format("{} holds {} bytes after its header, but the header says {}", name_, read_, bytes_));
}

void ArrayReader::read(std::span<std::uint8_t> out) {
  const std::size_t got = source_->read(out);
  read_ += got;
  if (got < out.size()) refuse_short();
}

void ArrayReader::finish() {
  std::uint8_t beyond;
  if (read_ < bytes_) refuse_short();
  if (source_->read({&beyond, 1}) != 0)
    throw bad_input(fmt::format("{} holds more than the {} bytes that its header announces", name_, bytes_));
}

std::vector<std::uint8_t> ArrayReader::read_all() {
  std::vector<std::uint8_t> all;
  const std::optional<std::uint64_t> most = source_->most();
  const bool believed = most && bytes_ <= *most;
  // A claim that cannot be true is read for the sake of its message, and not kept.
  while (read_ < bytes_) {
    const std::uint64_t left = bytes_ - read_;
    constexpr std::uint64_t little = std::uint64_t{1} << 20;
    const std::uint64_t step = believed ? left : std::min(left, std::max(little, most ? little : read_));
    const std::size_t had = most && !believed ? 0 : all.size();
    all.resize(had + step);
    read(std::span(all).subspan(had));
  }
  finish();
  return all;
}

void ArrayReader::require_bytes() {
  const std::optional<std::uint64_t> most = source_->most();
  if (!most)
    throw bad_input(fmt::format(
        "{} is a pipe or a device, which can be read only once; numbers of type {} must be in a file", name_,
        type_.name()));
  if (bytes_ > *most) read_all();
}

void ArrayReader::rewind() {
  source_->rewind();
  read_ = 0;
  std::vector<std::uint8_t> header(header_);
  if (source_->read(header) < header_) throw bad_input(name_ + " has become shorter while it was read");
}

BegunFile begun(const std::filesystem::path& path) {
  BegunFile file(path);
  file.read_to(longest_signature);
  if (file.bytes.empty()) throw bad_input(file.name + " is empty");
  return file;
}

ArrayReader open_array(BegunFile file, std::string_view what, std::string_view formats) {
  if (is_npy(file)) return open_npy(std::move(file));
  if (is_idx(file)) return open_idx(std::move(file));
  if (is_zip(file))
    throw bad_input(fmt::format(
        R"({} is an archive of arrays (.npz), not one array: "dataset": {{"npz": "…"}} reads x_train, t_train, x_test and t_test out of it)",
        file.name));
  throw bad_input(fmt::format("{} is not {}: it is {}", file.name, what, formats));
}

ArrayReader open_array(const std::filesystem::path& path) {
  return open_array(begun(path), "an array", "neither a NumPy array (.npy) nor IDX");
}

}  // namespace runner
