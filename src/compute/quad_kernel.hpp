#pragma once

// A kernel that multiplies quads: four terms of a sum at a time, zeros left out (sparse_quads.hpp), a hidden
// unit in each lane of a register. What differs between processors is how a fixed-point number is cut into
// digits, a DigitCode. Everything here has internal linkage, because it is compiled per instruction set.

#include "endings.hpp"
#include "simd.hpp"
#include "sparse_quads.hpp"
#include "unit_lanes.hpp"

#include <concepts>
#include <string_view>
#include <type_traits>

namespace runner {
namespace {

/// How fixed-point numbers are written in digits and multiplied with quads of pixels, for the units in one
/// register.
template <class Code>
concept DigitCode = requires(const Ints (&q)[quad_terms], std::byte* to, const std::byte* from,
                             const std::uint32_t* quads, typename Code::Sums (&sums)[2]) {
  /// The kernel's name.
  { Code::name() } -> std::same_as<std::string_view>;
  /// Digits of a number; `sums[i].d[digits]` are the sums of each.
  requires sizeof(typename Code::Sums) == Code::digits * sizeof(Ints);
  sums[0].d[Code::digits - 1];
  /// Bytes of the digits of four terms.
  requires Code::quad_bytes % sizeof(Ints) == 0;
  /// So many quads may be summed in 32 bits.
  requires(Code::chunk_quads > 0);
  /// How quads of pixels are stored.
  requires Code::form == QuadForm::bytes || Code::form == QuadForm::pairs;
  /// Writes the digits of four terms.
  Code::write(q, to);
  /// sums[i] += digits × quad i of N.
  Code::template add<2>(sums, from, quads);
  /// ⌊S/2^16⌋ and S mod 2^16 of the whole sum S.
  Code::high(sums[0]) + Code::low(sums[0]);
};

template <DigitCode Code>
class QuadKernel final : public Kernel {
 public:
  std::string_view name() const override { return Code::name(); }
  std::size_t digit_bytes(std::size_t terms) const override {
    return registers_per_block * register_bytes(terms);
  }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return forward_bytes(images, pixels) + ByPixel::bytes(quads_of(pixels), quads_of(images));
  }

  void quantise(const float* values, FixedPointBlock out) const override {
    alignas(64) float power[lanes];
    find_scales(values, out.terms, *out.factors, power);
    write_digits(values, power, out);
  }

  void pack(ImageBytes images, bool for_backward, std::byte* packed) const override {
    pack_image_rows<Code::form>(images, Code::quad_bytes, image_rows_at(packed, images.count, images.pixels));
    if (for_backward)
      pack_pixel_rows<Code::form>(images, Code::quad_bytes,
                                  pixel_rows_at(packed, images.count, images.pixels));
  }

  void forward(FixedPointBlock w, const std::byte* packed, std::size_t images, float* out) const override {
    const ByImage rows = image_rows_at(packed, images, w.terms);
    for (std::size_t reg = 0; reg < registers_per_block; ++reg) {
      const std::byte* digits = w.digits + reg * register_bytes(w.terms);
      const Floats high = load(w.factors->high + reg * register_lanes),
                   low = load(w.factors->low + reg * register_lanes);
      for (std::size_t i = 0; i < image_rows(images); ++i) {
        Floats a[2];
        products<2>(rows, i, digits, high, low, a);
        float* to = out + 2 * i * lanes + reg * register_lanes;
        store(to, a[0]);
        if (2 * i + 1 < images) store(to + lanes, a[1]);
      }
    }
  }

  void backward_descend(FixedPointBlock delta, const std::byte* packed, const float* rate, float* w1,
                        FixedPointBlock w) const override {
    alignas(64) std::int32_t largest[lanes];
    for (std::size_t reg = 0; reg < registers_per_block; ++reg) {
      const Descend<WriteQuad> descend{load(rate + reg * register_lanes), power_of(*w.factors, reg),
                                       {w.digits + reg * register_bytes(w.terms)}};
      *reinterpret_cast<Ints*>(largest + reg * register_lanes) =
          backward(delta, packed, w.terms, reg, w1, descend).largest;
    }
    alignas(64) float power[lanes];
    if (!keep_scales(largest, *w.factors, power)) write_digits(w1, power, w);
  }

  void backward_store(FixedPointBlock delta, const std::byte* packed, std::size_t pixels,
                      float* gradient) const override {
    for (std::size_t reg = 0; reg < registers_per_block; ++reg)
      backward(delta, packed, pixels, reg, gradient, Store{});
  }

 private:
  using ByImage = ImageRows<Code::form>;
  using ByPixel = PixelRows<Code::form>;

  /// Of the units in one register.
  static std::size_t register_bytes(std::size_t terms) { return quads_of(terms) * Code::quad_bytes; }
  static std::size_t forward_bytes(std::size_t images, std::size_t pixels) {
    return ByImage::bytes(image_rows(images), quads_of(pixels));
  }

  /// The rows of packed images, const or not as these are.
  template <class Byte>
  static auto image_rows_at(Byte* packed, std::size_t images, std::size_t pixels) {
    return ImageRows<Code::form, Number<Byte>>::at(packed, image_rows(images), quads_of(pixels));
  }
  template <class Byte>
  static auto pixel_rows_at(Byte* packed, std::size_t images, std::size_t pixels) {
    return PixelRows<Code::form, Number<Byte>>::at(packed + forward_bytes(images, pixels), quads_of(pixels),
                                                   quads_of(images));
  }
  template <class Byte>
  using Number = std::conditional_t<std::is_const_v<Byte>, const std::uint32_t, std::uint32_t>;

  /// Writes digits of the units in one register, which begin at `digits`.
  struct WriteQuad {
    std::byte* digits;

    [[gnu::always_inline]] void operator()(std::size_t quad, const Ints (&q)[quad_terms]) const {
      Code::write(q, digits + quad * Code::quad_bytes);
    }
  };

  static void write_digits(const float* values, const float* power, FixedPointBlock out) {
    for_each_quad(values, out.terms, power, [&](std::size_t quad, std::size_t reg, const auto& q) {
      WriteQuad{out.digits + reg * register_bytes(out.terms)}(quad, q);
    });
  }

  /// Sets sums to zero one by one, so that the compiler keeps them in registers.
  template <std::size_t N>
  [[gnu::always_inline]] static void clear(typename Code::Sums (&sums)[N]) {
    unrolled<N>([&](auto i) { unrolled<Code::digits>([&](auto d) { sums[i].d[d] = Ints{}; }); });
  }

  /// The products of row i.
  template <std::size_t N>
  [[gnu::always_inline]] static void products(const SparseRows<N, Code::form>& rows, std::size_t i,
                                              const std::byte* digits, Floats high, Floats low,
                                              Floats (&out)[N]) {
    const std::uint32_t* offset = rows.offsets_of(i);
    const std::uint32_t* quads = rows.quads_of_row(i);
    const std::size_t count = rows.counts[i];
    if (count > Code::chunk_quads) {
      long_products<N>(offset, quads, count, digits, high, low, out);
      return;
    }
    typename Code::Sums sums[N];
    clear(sums);
    for (std::size_t n = 0; n < count; ++n, quads += rows.numbers)
      Code::template add<N>(sums, digits + offset[n], quads);
    unrolled<N>([&](auto j) {
      out[j] = product(to_floats(Code::high(sums[j])), to_floats(Code::low(sums[j])), high, low);
    });
  }

  /// The same for more quads than 32 bits hold, by way of double.
  template <std::size_t N>
  [[gnu::noinline]] static void long_products(const std::uint32_t* offset, const std::uint32_t* quads,
                                              std::size_t count, const std::byte* digits, Floats high,
                                              Floats low, Floats* out) {
    double totals[N][register_lanes] = {};
    for (std::size_t first = 0; first < count; first += Code::chunk_quads) {
      const std::size_t end = count - first < Code::chunk_quads ? count : first + Code::chunk_quads;
      typename Code::Sums sums[N];
      clear(sums);
      for (std::size_t n = first; n < end; ++n)
        Code::template add<N>(sums, digits + offset[n], quads + n * SparseRows<N, Code::form>::numbers);
      for (std::size_t j = 0; j < N; ++j) {
        const Ints high_part = Code::high(sums[j]), low_part = Code::low(sums[j]);
        for (std::size_t l = 0; l < register_lanes; ++l) totals[j][l] += high_part[l] * 65536.0 + low_part[l];
      }
    }
    for (std::size_t j = 0; j < N; ++j)
      for (std::size_t l = 0; l < register_lanes; ++l) out[j][l] = product(totals[j][l], high[l], low[l]);
  }

  /// Gives dW1 of the units of one register_lanes to `ending`, pixel by pixel with its place in the block
  /// `to`; returns the ending as it is then.
  template <class Ending>
  static Ending backward(FixedPointBlock delta, const std::byte* packed, std::size_t pixels, std::size_t reg,
                         float* to, Ending ending) {
    const ByPixel rows = pixel_rows_at(packed, delta.terms, pixels);
    const std::byte* digits = delta.digits + reg * register_bytes(delta.terms);
    const Floats high = load(delta.factors->high + reg * register_lanes),
                 low = load(delta.factors->low + reg * register_lanes);
    // Else a pixel that is zero in all images has a gradient all the same: NaN.
    const bool finite = all_finite(*delta.factors, reg);

    for (std::size_t quad = 0; quad < quads_of(pixels); ++quad) {
      float* at = to + quad * quad_terms * lanes + reg * register_lanes;
      const std::size_t left = pixels - quad * quad_terms;
      if (rows.counts[quad] == 0 && finite && left >= quad_terms) {
        ending.take_zeros(at, quad_terms);
        continue;
      }
      Floats gradient[quad_terms];
      products<quad_terms>(rows, quad, digits, high, low, gradient);
      if (left >= quad_terms) {
        ending.take(quad, at, gradient);
      } else {
        const FourFloats last = {gradient[0], gradient[1], gradient[2], gradient[3]};
        ending.take_last(quad, at, last, left);
      }
    }
    return ending;
  }
};

}  // namespace
}  // namespace runner
