#pragma once

// A kernel that multiplies words: four terms of a sum at a time, zeros left out, a hidden unit in each lane
// of a register. What differs between processors is a `Digits`:
//
//   name()
//   word_bytes    bytes of four terms' digits, of the units in one register
//   chunk_words   so many words may be summed in 32 bits
//   form          how the words of pixels are listed
//   Sums          the sums d[digits] of each digit
//   write(q, to)                         digits of four terms
//   add<N>(sums, digits, words)          sums[i] += digits × word i of N
//   high(sums), low(sums)                ⌊S/2^16⌋ and S mod 2^16 (any number of chunk_words)
//
// Everything here has internal linkage, because it is compiled per instruction set.

#include "endings.hpp"
#include "hot.hpp"
#include "unit_lanes.hpp"
#include "word_lists.hpp"

namespace runner {
namespace {

template <class Digits>
class WordKernel final : public Kernel {
 public:
  std::string_view name() const override { return Digits::name(); }
  std::size_t digit_bytes(std::size_t terms) const override { return parts * part_bytes(terms); }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return forward_bytes(images, pixels) + ByPixel::bytes(words_of(pixels), words_of(images));
  }

  void quantise(const float* values, FixedPointBlock out) const override {
    alignas(64) float power[lanes];
    find_scales(values, out.terms, *out.factors, power);
    write_digits(values, power, out);
  }

  void pack(ImageBytes images, bool for_backward, std::byte* packed) const override {
    list_words_of_images<Digits::form>(images, Digits::word_bytes,
                                       image_lists_at(packed, images.count, images.pixels));
    if (for_backward)
      list_words_of_pixels<Digits::form>(images, Digits::word_bytes,
                                         pixel_lists_at(packed, images.count, images.pixels));
  }

  void forward(FixedPointBlock w, const std::byte* packed, std::size_t images, float* out) const override {
    const ByImage lists = image_lists_at(const_cast<std::byte*>(packed), images, w.terms);
    for (std::size_t p = 0; p < parts; ++p) {
      const std::byte* digits = w.digits + p * part_bytes(w.terms);
      const Floats high = load(w.factors->high + p * part), low = load(w.factors->low + p * part);
      for (std::size_t i = 0; i < image_lists(images); ++i) {
        Floats a[2];
        products<2>(lists, i, digits, high, low, a);
        float* to = out + 2 * i * lanes + p * part;
        store(to, a[0]);
        if (2 * i + 1 < images) store(to + lanes, a[1]);
      }
    }
  }

  void backward_descend(FixedPointBlock delta, const std::byte* packed, const float* rate, float* w1,
                        FixedPointBlock w) const override {
    alignas(64) std::int32_t largest[lanes];
    for (std::size_t p = 0; p < parts; ++p)
      *reinterpret_cast<Ints*>(largest + p * part) =
          backward(delta, packed, w.terms, p, w1, Descend{load(rate + p * part)}).largest;
    alignas(64) float power[lanes];
    set_scales(largest, *w.factors, power);
    write_digits(w1, power, w);
  }

  void backward_store(FixedPointBlock delta, const std::byte* packed, std::size_t pixels,
                      float* gradient) const override {
    for (std::size_t p = 0; p < parts; ++p) backward(delta, packed, pixels, p, gradient, Store{});
  }

 private:
  using ByImage = ImageLists<Digits::form>;
  using ByPixel = PixelLists<Digits::form>;

  static std::size_t part_bytes(std::size_t terms) { return words_of(terms) * Digits::word_bytes; }
  static std::size_t forward_bytes(std::size_t images, std::size_t pixels) {
    return ByImage::bytes(image_lists(images), words_of(pixels));
  }
  static ByImage image_lists_at(std::byte* packed, std::size_t images, std::size_t pixels) {
    return ByImage::at(packed, image_lists(images), words_of(pixels));
  }
  static ByPixel pixel_lists_at(std::byte* packed, std::size_t images, std::size_t pixels) {
    return ByPixel::at(packed + forward_bytes(images, pixels), words_of(pixels), words_of(images));
  }

  static void write_digits(const float* values, const float* power, FixedPointBlock out) {
    for_each_word(values, out.terms, power, [&](std::size_t word, std::size_t p, const auto& q) {
      Digits::write(q, out.digits + p * part_bytes(out.terms) + word * Digits::word_bytes);
    });
  }

  /// Sets sums to zero one by one, so that the compiler keeps them in registers.
  template <std::size_t N>
  [[gnu::always_inline]] static void clear(typename Digits::Sums (&sums)[N]) {
    unrolled<N>([&](auto i) { unrolled<Digits::digits>([&](auto d) { sums[i].d[d] = Ints{}; }); });
  }

  /// The products of list i.
  template <std::size_t N>
  [[gnu::always_inline]] static void products(const WordLists<N, Digits::form>& lists, std::size_t i,
                                              const std::byte* digits, Floats high, Floats low,
                                              Floats (&out)[N]) {
    const std::uint32_t* offset = lists.offsets + i * lists.capacity;
    const std::uint32_t* words = lists.words + i * lists.capacity * lists.numbers;
    const std::size_t count = lists.counts[i];
    if (count > Digits::chunk_words) {
      long_products<N>(offset, words, count, digits, high, low, out);
      return;
    }
    typename Digits::Sums sums[N];
    clear(sums);
    for (std::size_t n = 0; n < count; ++n, words += lists.numbers)
      Digits::template add<N>(sums, digits + offset[n], words);
    unrolled<N>([&](auto j) {
      out[j] = product(to_floats(Digits::high(sums[j])), to_floats(Digits::low(sums[j])), high, low);
    });
  }

  /// The same for more words than 32 bits hold, by way of double.
  template <std::size_t N>
  [[gnu::noinline]] static void long_products(const std::uint32_t* offset, const std::uint32_t* words,
                                              std::size_t count, const std::byte* digits, Floats high,
                                              Floats low, Floats* out) {
    double totals[N][part] = {};
    for (std::size_t first = 0; first < count; first += Digits::chunk_words) {
      const std::size_t end = count - first < Digits::chunk_words ? count : first + Digits::chunk_words;
      typename Digits::Sums sums[N];
      clear(sums);
      for (std::size_t n = first; n < end; ++n)
        Digits::template add<N>(sums, digits + offset[n], words + n * WordLists<N, Digits::form>::numbers);
      for (std::size_t j = 0; j < N; ++j) {
        const Ints high_part = Digits::high(sums[j]), low_part = Digits::low(sums[j]);
        for (std::size_t l = 0; l < part; ++l) totals[j][l] += high_part[l] * 65536.0 + low_part[l];
      }
    }
    for (std::size_t j = 0; j < N; ++j)
      for (std::size_t l = 0; l < part; ++l) out[j][l] = product(totals[j][l], high[l], low[l]);
  }

  /// Gives dW1 of the units of one part to `ending`, pixel by pixel with its place in the block `to`; returns
  /// the ending as it is then.
  template <class Ending>
  static Ending backward(FixedPointBlock delta, const std::byte* packed, std::size_t pixels, std::size_t p,
                         float* to, Ending ending) {
    const ByPixel lists = pixel_lists_at(const_cast<std::byte*>(packed), delta.terms, pixels);
    const std::byte* digits = delta.digits + p * part_bytes(delta.terms);
    const Floats high = load(delta.factors->high + p * part), low = load(delta.factors->low + p * part);
    bool finite = true;  // else a pixel that is zero in all images has a gradient all the same: NaN
    for (std::size_t l = 0; l < part; ++l) finite = finite && low[l] == low[l];

    for (std::size_t word = 0; word < words_of(pixels); ++word) {
      float* at = to + word * word_terms * lanes + p * part;
      const std::size_t left = pixels - word * word_terms;
      if (lists.counts[word] == 0 && finite && left >= word_terms) {
        unrolled<word_terms>([&](auto i) { ending.take_zero(at + i * lanes); });
        continue;
      }
      Floats gradient[word_terms];
      products<word_terms>(lists, word, digits, high, low, gradient);
      const auto take = [&](auto i) { ending.take(at + i * lanes, gradient[i]); };
      if (left >= word_terms)
        unrolled<word_terms>(take);
      else
        for (std::size_t i = 0; i < left; ++i) take(i);
    }
    return ending;
  }
};

}  // namespace
}  // namespace runner
