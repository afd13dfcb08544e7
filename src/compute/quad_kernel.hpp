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
  /// Images in a row of the forward product: two share the loads of digits, and have more places at which
  /// either is not zero.
  requires(Code::row_images == 1 || Code::row_images == 2);
  /// So many sets of a row's sums keep the processor busy.
  requires(Code::sets > 0);
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
  std::size_t digit_bytes(std::size_t terms) const override { return quads_of(terms) * quad_step; }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return forward_bytes(images, pixels) + ByPixel::bytes(quads_of(pixels), quads_of(images), 1);
  }

  void quantise(const float* values, FixedPointBlock out) const override {
    alignas(64) float power[lanes];
    find_scales(values, out.terms, *out.factors, power);
    write_digits(values, power, out);
  }

  void pack(ImageBytes images, bool for_backward, std::byte* packed) const override {
    pack_image_rows(images, quad_step, part_quads(images.pixels),
                    image_rows_at(packed, images.count, images.pixels));
    if (for_backward)
      pack_pixel_rows<Code::form>(images, quad_step, pixel_rows_at(packed, images.count, images.pixels));
  }

  void forward(FixedPointBlock w, const std::byte* packed, std::size_t images, float* out) const override {
    const ByImage rows = image_rows_at(packed, images, w.terms);
    const std::size_t all = image_rows(images);
    // So few rows at a time that their sums, too, stay in the level-1 cache from one part to the next.
    constexpr std::size_t together = 32 / row_images;
    for (std::size_t first = 0; first < all; first += together) {
      const std::size_t end = all - first < together ? all : first + together;
      RowSums kept[together];
      for (std::size_t part = 0; part < rows.parts; ++part)
        for (std::size_t i = first; i < end; ++i) {
          if (rows.count(i) > Code::chunk_quads) continue;
          RowSums sums;
          if (part == 0)
            clear_row(sums);
          else
            copy(kept[i - first], sums);
          add_part(rows, i, part, w.digits, sums);
          if (part + 1 < rows.parts)
            copy(sums, kept[i - first]);
          else
            store_products(sums, *w.factors, images - i * row_images, out + i * row_images * lanes);
        }
      for (std::size_t i = first; i < end; ++i)
        if (rows.count(i) > Code::chunk_quads)
          store_long_products(rows, i, w, images - i * row_images, out + i * row_images * lanes);
    }
  }

  void backward_descend(FixedPointBlock delta, const std::byte* packed, const float* rate, float* w1,
                        FixedPointBlock w) const override {
    alignas(64) std::int32_t largest[lanes];
    for (std::size_t reg = 0; reg < registers_per_block; ++reg) {
      const Descend<WriteQuad> descend{
          load(rate + reg * register_lanes), power_of(*w.factors, reg), {w.digits + reg * Code::quad_bytes}};
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
  static constexpr std::size_t row_images = Code::row_images;
  using ByImage = SparseRows<row_images, Code::form>;
  using ByPixel = PixelRows<Code::form>;

  /// The sums of a row of images, for the units of a block.
  using RowSums = typename Code::Sums[registers_per_block][row_images];

  static std::size_t image_rows(std::size_t images) { return (images + row_images - 1) / row_images; }

  /// Bytes from the digits of a quad to those of the next: those of all registers lie together.
  static constexpr std::size_t quad_step = registers_per_block * Code::quad_bytes;

  /// Of the places of the forward product, so many are a part. Their digits leave a level-1 cache of 32 KB
  /// some room. Processors with a larger one also read so fast from level 2 that parts cost more than they
  /// save.
  static std::size_t part_quads(std::size_t pixels) {
    constexpr std::size_t together = ByImage::stored_together;
    static const std::size_t most =
        (level_1_cache() > 32 * 1024 ? 60 * 1024 : 26 * 1024) / quad_step / together * together;
    const std::size_t all = quads_of(pixels), parts = (all + most - 1) / most;
    return ((all + parts - 1) / parts + together - 1) / together * together;
  }
  static std::size_t parts_of(std::size_t pixels) {
    return (quads_of(pixels) + part_quads(pixels) - 1) / part_quads(pixels);
  }
  static std::size_t forward_bytes(std::size_t images, std::size_t pixels) {
    return ByImage::bytes(image_rows(images), quads_of(pixels), parts_of(pixels));
  }

  /// The rows of packed images, const or not as these are.
  template <class Byte>
  static auto image_rows_at(Byte* packed, std::size_t images, std::size_t pixels) {
    return SparseRows<row_images, Code::form, Number<Byte>>::at(packed, image_rows(images), quads_of(pixels),
                                                                parts_of(pixels));
  }
  template <class Byte>
  static auto pixel_rows_at(Byte* packed, std::size_t images, std::size_t pixels) {
    return PixelRows<Code::form, Number<Byte>>::at(packed + forward_bytes(images, pixels), quads_of(pixels),
                                                   quads_of(images), 1);
  }
  template <class Byte>
  using Number = std::conditional_t<std::is_const_v<Byte>, const std::uint32_t, std::uint32_t>;

  /// Writes digits of the units in one register, which begin at `digits`.
  struct WriteQuad {
    std::byte* digits;

    [[gnu::always_inline]] void operator()(std::size_t quad, const Ints (&q)[quad_terms]) const {
      Code::write(q, digits + quad * quad_step);
    }
  };

  static void write_digits(const float* values, const float* power, FixedPointBlock out) {
    for_each_quad(values, out.terms, power, [&](std::size_t quad, std::size_t reg, const auto& q) {
      WriteQuad{out.digits + reg * Code::quad_bytes}(quad, q);
    });
  }

  /// Sets sums to zero one by one, so that the compiler keeps them in registers.
  template <std::size_t N>
  [[gnu::always_inline]] static void clear(typename Code::Sums (&sums)[N]) {
    unrolled<N>([&](auto i) { unrolled<Code::digits>([&](auto d) { sums[i].d[d] = Ints{}; }); });
  }

  /// body(register, image, digit) for all sums of a row of images.
  template <class Body>
  [[gnu::always_inline]] static void for_each_sum(const Body& body) {
    unrolled<registers_per_block>([&](auto r) {
      unrolled<row_images>([&](auto j) { unrolled<Code::digits>([&](auto d) { body(r, j, d); }); });
    });
  }
  [[gnu::always_inline]] static void clear_row(RowSums& sums) {
    unrolled<registers_per_block>([&](auto r) { clear(sums[r]); });
  }
  [[gnu::always_inline]] static void copy(const RowSums& from, RowSums& to) {
    for_each_sum([&](auto r, auto j, auto d) { to[r][j].d[d] = from[r][j].d[d]; });
  }

  /// Adds one part of row i, for all units of a block, whose digits these are.
  [[gnu::always_inline]] static void add_part(const ByImage& rows, std::size_t i, std::size_t part,
                                              const std::byte* digits, RowSums& sums) {
    const std::size_t end = rows.ends_of(i)[part];
    std::size_t n = part == 0 ? 0 : rows.ends_of(i)[part - 1];
    const std::uint32_t* const offset = rows.offsets_of(i);
    const std::uint32_t* const quads = rows.quads_of_row(i);
    const auto add = [&](std::size_t place, RowSums& to) {
      const std::byte* from = digits + offset[place];
      // One register for the address: with two, an instruction that also loads counts for two.
      asm("" : "+r"(from));
      unrolled<registers_per_block>([&](auto r) {
        Code::template add<row_images>(to[r], from + r * Code::quad_bytes, quads + place * ByImage::numbers);
      });
    };
    // Places in turn to several sets of sums, for an addition has to wait for the one before to the same sum.
    constexpr std::size_t others = Code::sets - 1;
    RowSums other[others + 1];
    unrolled<others>([&](auto s) { clear_row(other[s]); });
    for (; n + Code::sets <= end; n += Code::sets) {
      add(n, sums);
      unrolled<others>([&](auto s) { add(n + 1 + s, other[s]); });
    }
    for (; n < end; ++n) add(n, sums);
    unrolled<others>([&](auto s) {
      for_each_sum([&](auto r, auto j, auto d) { sums[r][j].d[d] += other[s][r][j].d[d]; });
    });
  }

  /// The products of a row of images, as far as there are `images`.
  [[gnu::always_inline]] static void store_products(const RowSums& sums, const Factors& factors,
                                                    std::size_t images, float* out) {
    unrolled<registers_per_block>([&](auto r) {
      const Floats high = load(factors.high + r * register_lanes),
                   low = load(factors.low + r * register_lanes);
      unrolled<row_images>([&](auto j) {
        if (j >= images) return;
        store(out + j * lanes + r * register_lanes,
              product(to_floats(Code::high(sums[r][j])), to_floats(Code::low(sums[r][j])), high, low));
      });
    });
  }
  [[gnu::noinline]] static void store_long_products(const ByImage& rows, std::size_t i, FixedPointBlock w,
                                                    std::size_t images, float* out) {
    for (std::size_t reg = 0; reg < registers_per_block; ++reg) {
      Floats products[row_images];
      long_products<row_images>(rows.offsets_of(i), rows.quads_of_row(i), rows.count(i),
                                w.digits + reg * Code::quad_bytes,
                                load(w.factors->high + reg * register_lanes),
                                load(w.factors->low + reg * register_lanes), products);
      for (std::size_t j = 0; j < row_images && j < images; ++j)
        store(out + j * lanes + reg * register_lanes, products[j]);
    }
  }

  /// The gradients of four pixels, whose row is i, for the units of one register.
  [[gnu::always_inline]] static void gradients(const ByPixel& rows, std::size_t i, const std::byte* digits,
                                               Floats high, Floats low, FourFloats& out) {
    const std::uint32_t* offset = rows.offsets_of(i);
    const std::uint32_t* quads = rows.quads_of_row(i);
    const std::size_t count = rows.count(i);
    if (count > Code::chunk_quads) {
      long_products<quad_terms>(offset, quads, count, digits, high, low, out);
      return;
    }
    typename Code::Sums sums[quad_terms];
    clear(sums);
    for (std::size_t n = 0; n < count; ++n, quads += rows.numbers)
      Code::template add<quad_terms>(sums, digits + offset[n], quads);
    unrolled<quad_terms>([&](auto j) {
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
    const std::byte* digits = delta.digits + reg * Code::quad_bytes;
    const Floats high = load(delta.factors->high + reg * register_lanes),
                 low = load(delta.factors->low + reg * register_lanes);
    // Else a pixel that is zero in all images has a gradient all the same: NaN.
    const bool finite = all_finite(*delta.factors, reg);

    for (std::size_t quad = 0; quad < quads_of(pixels); ++quad) {
      float* at = to + quad * quad_terms * lanes + reg * register_lanes;
      const std::size_t left = pixels - quad * quad_terms;
      if (rows.count(quad) == 0 && finite && left >= quad_terms) {
        ending.take_zeros(at, quad_terms);
        continue;
      }
      FourFloats gradient;
      gradients(rows, quad, digits, high, low, gradient);
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
