#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <zlib.h>

namespace runner::test {

using Bytes = std::vector<std::uint8_t>;

/// An IDX file: the magic number and the sizes as big-endian words, then the body.
inline Bytes idx(std::uint32_t magic, const std::vector<std::uint32_t>& sizes, const Bytes& body) {
  Bytes bytes;
  const auto append = [&](std::uint32_t word) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(word >> shift));
  };
  append(magic);
  for (std::uint32_t size : sizes) append(size);
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

/// `count` images, all pixels of image i are i.
inline Bytes idx_images(std::uint32_t count, std::uint32_t rows, std::uint32_t columns) {
  Bytes pixels;
  for (std::uint32_t i = 0; i < count; ++i)
    pixels.insert(pixels.end(), rows * columns, static_cast<std::uint8_t>(i));
  return idx(0x00000803, {count, rows, columns}, pixels);
}

inline Bytes idx_labels(const Bytes& labels) {
  return idx(0x00000801, {static_cast<std::uint32_t>(labels.size())}, labels);
}

/// The bytes as one gzip member.
inline Bytes gzip(const Bytes& bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2 failed");
  Bytes out(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<std::uint8_t*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("deflate failed");
  return out;
}

inline void write_file(const std::filesystem::path& file, const Bytes& bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace runner::test
