#pragma once

#include "runner/model/run_spec.hpp"

#include <cstdint>

namespace runner {

/// The learning rate of a run in an epoch, which counts from 1: float32(float32(learning_rate)·s), s in
/// double by the schedule, F = schedule_factor and n = schedule_epochs:
///
///   constant  1
///   step      F^⌊(epoch − 1)/n⌋
///   cosine    ½·(1 + cos(π·(epoch − 1)/n)), and 0 from epoch n + 1 on (Loshchilov and Hutter 2017,
///             arXiv:1608.03983, without its restarts)
///
/// It depends on no library's power or cosine. Thread-safe.
float learning_rate(const RunSpec& run, int epoch);

/// base^exponent by squaring, the lowest bit of the exponent first: each product is rounded on its own.
double power(double base, std::uint64_t exponent);

}  // namespace runner
