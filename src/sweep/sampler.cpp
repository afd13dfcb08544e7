#include "sampler.hpp"

#include "runner/data/random.hpp"

#include "rounded.hpp"

#include <algorithm>
#include <cmath>

#include <boost/random/sobol.hpp>

namespace runner {
namespace {

__extension__ typedef unsigned __int128 Uint128;  // not ISO C++, but in every compiler for 64-bit machines

/// The axis's stream of random numbers: a hash of its name (FNV-1a), so that axes to come change none.
std::uint32_t stream_of(std::string_view axis) {
  std::uint32_t hash = 2166136261;
  for (const char c : axis) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return hash;
}

/// 0 ≤ x < 1, of 53 bits.
double share_of(std::uint64_t word) {
  return static_cast<double>(word >> 11) * 0x1p-53;
}

}  // namespace

struct SobolSequence::Engine {
  boost::random::sobol numbers;
};

SobolSequence::SobolSequence(std::size_t dimensions)
    : engine_(new Engine{boost::random::sobol(dimensions)}), point_(dimensions) {}

SobolSequence::~SobolSequence() = default;

const std::vector<std::uint64_t>& SobolSequence::at(std::size_t k) {
  // Boost leaves out the point 0, which the evenness of the first 2^m points needs.
  if (k == 0) {
    std::fill(point_.begin(), point_.end(), 0);
  } else {
    engine_->numbers.seed(k - 1);
    engine_->numbers.generate(point_.begin(), point_.end());
  }
  return point_;
}

Sampler::Sampler(const Space& space) : seed_(static_cast<std::uint64_t>(space.search_seed)) {
  for (const Draw& draw : space.drawn) streams_.push_back(stream_of(draw.axis));
  if (space.search == SearchMethod::sobol) sobol_.emplace(space.drawn.size());
}

std::vector<std::uint64_t> Sampler::words(std::size_t k) {
  if (!sobol_) {
    std::vector<std::uint64_t> words;
    for (const std::uint32_t stream : streams_)
      words.push_back(random_block(seed_, RandomPurpose::search, stream, k)[0]);
    return words;
  }
  std::vector<std::uint64_t> words = sobol_->at(k);
  for (std::size_t d = 0; d < words.size(); ++d)
    words[d] = std::uint64_t{scrambled(static_cast<std::uint32_t>(words[d] >> 32), seed_, streams_[d])} << 32;
  return words;
}

std::uint32_t scrambled(std::uint32_t number, std::uint64_t seed, std::uint32_t stream) {
  std::uint32_t result = 0;
  for (int bit = 0; bit < 32; ++bit) {
    // A 1 in front of the bits above tells those of different length from each other.
    const std::uint64_t above = (std::uint64_t{1} << 32 | number) >> (32 - bit);
    const std::uint64_t flip = random_block(seed, RandomPurpose::scrambling, stream, above)[0] >> 63;
    result = result << 1 | static_cast<std::uint32_t>((number >> (31 - bit) & 1) ^ flip);
  }
  return result;
}

double number_of(const Draw& draw, std::uint64_t word) {
  const double x = share_of(word);
  const double value = draw.kind == Draw::Kind::log_uniform
                           ? std::exp(std::log(draw.from) + x * (std::log(draw.to) - std::log(draw.from)))
                           : draw.from + x * (draw.to - draw.from);
  // Rounded, it may lie beyond an end that has more digits.
  return std::clamp(rounded(value, drawn_digits), draw.from, draw.to);
}

std::int64_t integer_of(const Draw& draw, std::uint64_t word) {
  const auto least = static_cast<std::uint64_t>(draw.least);
  // 2^63 at most: the integers of all axes are from 0 on.
  const std::uint64_t count = static_cast<std::uint64_t>(draw.most) - least + 1;
  return static_cast<std::int64_t>(least + index_of(word, count));
}

std::uint64_t index_of(std::uint64_t word, std::uint64_t count) {
  return static_cast<std::uint64_t>(Uint128{word} * count >> 64);
}

}  // namespace runner
