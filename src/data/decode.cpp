#include "decode.hpp"

#include "runner/error/error.hpp"

#include <bit>
#include <cassert>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace runner {
namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers of files are little-endian where nothing is said");

template <class Word>
Word swapped(Word word) {
  if constexpr (sizeof(Word) == 2) return __builtin_bswap16(word);
  if constexpr (sizeof(Word) == 4) return __builtin_bswap32(word);
  if constexpr (sizeof(Word) == 8) return __builtin_bswap64(word);
  return word;
}

/// Calls take(index, word) for each number. What does not have to be swapped is a loop that compilers
/// vectorise.
template <class Word, class Take>
void for_each_word(bool big_endian, std::span<const std::uint8_t> raw, const Take& take) {
  const std::size_t count = raw.size() / sizeof(Word);
  const auto word_at = [&](std::size_t i) {
    Word word;
    std::memcpy(&word, raw.data() + i * sizeof(Word), sizeof(Word));
    return word;
  };
  if (big_endian)
    for (std::size_t i = 0; i < count; ++i) take(i, swapped(word_at(i)));
  else
    for (std::size_t i = 0; i < count; ++i) take(i, word_at(i));
}

/// IEEE 754's binary16: a sign, five bits of exponent, ten of fraction.
double from_half(std::uint16_t half) {
  const std::uint64_t sign = std::uint64_t{half} >> 15 << 63;
  const std::uint32_t exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  if (exponent == 0) {  // zero, or less than the smallest normal number
    const double magnitude = static_cast<double>(fraction) * 0x1p-24;
    return sign == 0 ? magnitude : -magnitude;
  }
  const std::uint64_t wide = exponent == 0x1f ? 0x7ff : exponent - 15 + 1023;
  return std::bit_cast<double>(sign | wide << 52 | std::uint64_t{fraction} << 42);
}

/// Calls use() with a word of the right size and sign.
template <class Use>
void with_integer(const NumberType& type, const Use& use) {
  const bool is_signed = type.kind == NumberType::Kind::signed_integer;
  switch (type.size) {
    case 1:
      return is_signed ? use(std::int8_t{}) : use(std::uint8_t{});
    case 2:
      return is_signed ? use(std::int16_t{}) : use(std::uint16_t{});
    case 4:
      return is_signed ? use(std::int32_t{}) : use(std::uint32_t{});
    default:
      return is_signed ? use(std::int64_t{}) : use(std::uint64_t{});
  }
}

}  // namespace

void decode(const NumberType& type, std::span<const std::uint8_t> raw, std::span<double> out) {
  assert(raw.size() == out.size() * type.size);
  if (type.kind != NumberType::Kind::floating) {
    with_integer(type, [&](auto zero) {
      using Integer = decltype(zero);
      using Word = std::make_unsigned_t<Integer>;
      for_each_word<Word>(type.big_endian, raw, [&](std::size_t i, Word word) {
        out[i] = static_cast<double>(static_cast<Integer>(word));
      });
    });
    return;
  }
  switch (type.size) {
    case 2:
      for_each_word<std::uint16_t>(type.big_endian, raw,
                                   [&](std::size_t i, std::uint16_t word) { out[i] = from_half(word); });
      break;
    case 4:
      for_each_word<std::uint32_t>(type.big_endian, raw, [&](std::size_t i, std::uint32_t word) {
        out[i] = static_cast<double>(std::bit_cast<float>(word));
      });
      break;
    default:
      for_each_word<std::uint64_t>(type.big_endian, raw, [&](std::size_t i, std::uint64_t word) {
        out[i] = std::bit_cast<double>(word);
      });
  }
}

std::vector<std::int64_t> decode_integers(const NumberType& type, std::span<const std::uint8_t> raw,
                                          const std::string& name) {
  std::vector<std::int64_t> values(raw.size() / type.size);
  with_integer(type, [&](auto zero) {
    using Integer = decltype(zero);
    using Word = std::make_unsigned_t<Integer>;
    for_each_word<Word>(type.big_endian, raw, [&](std::size_t i, Word word) {
      const auto value = static_cast<Integer>(word);
      if constexpr (std::is_same_v<Integer, std::uint64_t>)
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
          throw bad_input(fmt::format("{}: number {} is {}, which is too large", name, i, value));
      values[i] = static_cast<std::int64_t>(value);
    });
  });
  return values;
}

}  // namespace runner
