#pragma once

// A vector register as the compiler's vector types, and the few operations on it that C++ cannot say. Each
// architecture has a header with both. Everything in it has internal linkage, because it is compiled per
// instruction set:
//
//   register_lanes           32-bit lanes of a register
//   Ints, Uints, Floats      a register of int32, uint32, float32
//   Longs                    a register of half as many uint64
//   to_ints(Floats)          each lane rounded half to even
//   multiply_low_halves      of each 64-bit number the low half; their products, 64 bits each
//   bits_of(Uints)           bit i: lane i, which has all bits set or none

#if defined(__x86_64__)
#include "registers_x86_64.hpp"
#elif defined(__aarch64__)
#include "registers_aarch64.hpp"
#endif
