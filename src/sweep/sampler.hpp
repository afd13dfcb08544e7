#pragma once

#include "runner/sweep/space.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace runner {

/// Sobol's sequence ("On the distribution of points in a cube and the approximate evaluation of integrals",
/// 1967) with the direction numbers of Joe and Kuo, in the order of Gray codes. Not shared between threads.
class SobolSequence {
 public:
  explicit SobolSequence(std::size_t dimensions);
  ~SobolSequence();

  /// Point k, a fraction of 64 bits in each dimension; point 0 is 0.
  const std::vector<std::uint64_t>& at(std::size_t k);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
  std::vector<std::uint64_t> point_;
};

/// Draws the samples of a space. Not shared between threads.
class Sampler {
 public:
  explicit Sampler(const Space& space);

  /// The numbers of sample k, uniform over all 64-bit numbers: one for each drawn axis, in their order. In
  /// random search a number depends on search_seed, the name of its axis and k alone, not on other axes. In
  /// Sobol's sequence it also depends on the place of the axis among the drawn ones.
  std::vector<std::uint64_t> words(std::size_t k);

 private:
  std::uint64_t seed_;
  std::vector<std::uint32_t> streams_;  // of random numbers, one for each axis that is drawn
  std::optional<SobolSequence> sobol_;
};

/// Owen's nested scrambling ("Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995): each bit of the
/// number is flipped, or not, by a random bit that depends on all higher bits of the number.
std::uint32_t scrambled(std::uint32_t number, std::uint64_t seed, std::uint32_t stream);

/// The value that a draw gives for a number that is uniform over all 64-bit numbers.
double number_of(const Draw& draw, std::uint64_t word);         ///< uniform, log_uniform
std::int64_t integer_of(const Draw& draw, std::uint64_t word);  ///< int_uniform

/// Uniform on 0 … count−1. `count` > 0.
std::uint64_t index_of(std::uint64_t word, std::uint64_t count);

}  // namespace runner
