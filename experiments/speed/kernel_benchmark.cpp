// Times the parts of a training step, for every kernel this processor has, on images of a data set:
// kernel_benchmark [DATASET] [--benchmark_filter=…]
//
// One thread, batches that follow one another as in training, a stack of `blocks` blocks of hidden units.
// GFLOP/s are those of the dense products (2·784·16 a block and image each way), whatever a kernel leaves
// out; ns is for one image and one block of 16 hidden units. For the two products, bound is what their
// multiplications (and additions, where these are instructions of their own) would take at the pace that the
// processor keeps when it does nothing else, and of_bound the share of it that is reached.

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/elementwise.hpp"
#include "runner/compute/kernel.hpp"
#include "runner/data/batch_order.hpp"
#include "runner/data/dataset.hpp"

#include "instruction_pace.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <random>
#include <string>

#include <benchmark/benchmark.h>

namespace runner {
namespace {

constexpr std::size_t blocks = 10;
constexpr std::size_t batches = 20;

/// A stack of hidden units and some batches, packed.
struct Bench {
  const Dataset& data;
  const Kernel& kernel;
  const Elementwise& ops;
  InstructionSet set;
  std::size_t images;
  AlignedBuffer<float> w1, z, delta, bias, rate, w2, b2, dy, db1, dw2;
  AlignedBuffer<std::byte> w1_digits, delta_digits, packed;
  AlignedBuffer<Factors> w1_factors, delta_factors;
  AlignedBuffer<std::uint8_t> gathered, labels;
  std::size_t digit_bytes, image_bytes;

  Bench(const Dataset& dataset, const Kernel& k, InstructionSet instructions, std::size_t batch)
      : data(dataset),
        kernel(k),
        ops(elementwise(instructions)),
        set(instructions),
        images(batch),
        w1(blocks * data.pixels * lanes),
        z(blocks * images * lanes),
        delta(images * lanes),
        bias(lanes),
        rate(lanes),
        w2(blocks * lanes * padded(data.classes)),
        b2(data.classes),
        dy(data.classes * padded(images)),
        db1(lanes),
        dw2(lanes * padded(data.classes)),
        w1_digits(blocks * kernel.digit_bytes(data.pixels)),
        delta_digits(kernel.digit_bytes(images)),
        packed(batches * kernel.image_bytes(images, data.pixels)),
        w1_factors(blocks),
        delta_factors(1),
        gathered(batches * images * data.pixels),
        labels(images),
        digit_bytes(kernel.digit_bytes(data.pixels)),
        image_bytes(kernel.image_bytes(images, data.pixels)) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0f, 0.01f);
    for (const AlignedBuffer<float>* buffer : {&w1, &delta, &w2, &dy})
      for (std::size_t i = 0; i < buffer->size(); ++i) (*buffer)[i] = normal(random);
    std::fill_n(z.data(), z.size(), 0.5f);
    std::fill_n(rate.data(), rate.size(), 1e-6f);
    std::vector<std::uint32_t> order;
    epoch_order(Sampling::shuffle, 1, 1, data.train.count, images, order);
    for (std::size_t i = 0; i < batches * images; ++i)
      std::copy_n(data.train.pixels.data() + order[i] * data.pixels, data.pixels,
                  gathered.data() + i * data.pixels);
    for (std::size_t t = 0; t < batches; ++t) pack(t);
    for (std::size_t b = 0; b < blocks; ++b)
      kernel.quantise(w1.data() + b * data.pixels * lanes, digits_of(b));
    kernel.quantise(delta.data(), delta_of());
  }

  void pack(std::size_t t) {
    kernel.pack({gathered.data() + t * images * data.pixels, images, data.pixels}, true,
                packed.data() + t * image_bytes);
  }
  FixedPointBlock digits_of(std::size_t b) {
    return {w1_digits.data() + b * digit_bytes, &w1_factors[b], data.pixels};
  }
  FixedPointBlock delta_of() { return {delta_digits.data(), delta_factors.data(), images}; }
};

/// Of so many rows by columns of bytes, where at(row, column) is the byte: the tiles of height × width with
/// anything but zeros.
template <class At>
std::size_t used_tiles(std::size_t rows, std::size_t columns, std::size_t height, std::size_t width,
                       const At& at) {
  std::size_t used = 0;
  for (std::size_t r = 0; r < rows; r += height)
    for (std::size_t c = 0; c < columns; c += width) {
      bool any = false;
      for (std::size_t i = r; i < std::min(r + height, rows); ++i)
        for (std::size_t j = c; j < std::min(c + width, columns); ++j) any = any || at(i, j) != 0;
      used += any ? 1 : 0;
    }
  return used;
}

/// ns that the instructions of one product take for an image and a block, all batches together.
double bound_of(const Bench& bench, InstructionSet set, bool forward) {
  const std::string_view kernel = bench.kernel.name();
  const bool wide = set >= InstructionSet::x86_64_v4;
  // For every tile of so many rows and columns that is not all zeros, so many instructions are needed; rows
  // are images and columns pixels forward, and the other way round backward.
  struct Tile {
    std::size_t rows, columns;
    double instructions;
    double ns;  ///< of one
  } tile{};
  if (kernel == "avx2")
    tile = {forward ? 1u : 4u, 4, forward ? 8.0 : 32.0, ns_of(Instruction::madd_and_add)};
  else if (kernel == "vnni" && wide)
    tile = {forward ? 2u : 4u, 4, forward ? 6.0 : 12.0, ns_of(Instruction::dot_product_512)};
  else if (kernel == "vnni")
    tile = {forward ? 1u : 4u, 4, forward ? 6.0 : 24.0, ns_of(Instruction::dot_product_256)};
  else if (kernel == "amx")
    tile = {32, 64, 6.0, ns_of(Instruction::tile_product)};
  else
    return 0;
  const std::size_t pixels = bench.data.pixels;
  std::size_t used = 0;
  for (std::size_t t = 0; t < batches; ++t) {
    const std::uint8_t* x = bench.gathered.data() + t * bench.images * pixels;
    used += forward ? used_tiles(bench.images, pixels, tile.rows, tile.columns,
                                 [&](std::size_t b, std::size_t d) { return x[b * pixels + d]; })
                    : used_tiles(pixels, bench.images, tile.rows, tile.columns,
                                 [&](std::size_t d, std::size_t b) { return x[b * pixels + d]; });
  }
  return static_cast<double>(used) * tile.instructions * tile.ns /
         static_cast<double>(batches * bench.images);
}

void set_bound(benchmark::State& state, const Bench& bench, double bound) {
  if (bound == 0) return;
  const double images = static_cast<double>(bench.images * blocks * state.iterations());
  state.counters["bound"] = bound;
  state.counters["of_bound"] = benchmark::Counter(images * bound / 1e9, benchmark::Counter::kIsRate);
}

/// body(batch) for one batch after another; it does `work` images × blocks.
template <class Body>
void time(benchmark::State& state, const Bench& bench, double work, const Body& body) {
  std::size_t t = 0;
  for (auto _ : state) {
    body(t);
    t = (t + 1) % batches;
  }
  const double total = work * static_cast<double>(state.iterations());
  // Inverted, a rate is seconds: total counts in 1e9, so that these are ns.
  state.counters["ns"] =
      benchmark::Counter(total / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["GFLOP/s"] = benchmark::Counter(
      total * 2.0 * static_cast<double>(bench.data.pixels * lanes) / 1e9, benchmark::Counter::kIsRate);
}

using Part = std::function<void(benchmark::State&, Bench&)>;

const std::pair<const char*, Part> parts[] = {
    {"pack",
     [](benchmark::State& state, Bench& bench) {
       time(state, bench, static_cast<double>(bench.images), [&](std::size_t t) { bench.pack(t); });
     }},
    {"forward",
     [](benchmark::State& state, Bench& bench) {
       time(state, bench, static_cast<double>(bench.images * blocks), [&](std::size_t t) {
         for (std::size_t b = 0; b < blocks; ++b)
           bench.kernel.forward(bench.digits_of(b), bench.packed.data() + t * bench.image_bytes, bench.images,
                                bench.z.data() + b * bench.images * lanes);
       });
       set_bound(state, bench, bound_of(bench, bench.set, true));
     }},
    {"backward",
     [](benchmark::State& state, Bench& bench) {
       time(state, bench, static_cast<double>(bench.images * blocks), [&](std::size_t t) {
         for (std::size_t b = 0; b < blocks; ++b)
           bench.kernel.backward_descend(bench.delta_of(), bench.packed.data() + t * bench.image_bytes,
                                         bench.rate.data(), bench.w1.data() + b * bench.data.pixels * lanes,
                                         bench.digits_of(b));
       });
       set_bound(state, bench, bound_of(bench, bench.set, false));
     }},
    {"quantise",
     [](benchmark::State& state, Bench& bench) {
       time(state, bench, static_cast<double>(bench.images * blocks), [&](std::size_t) {
         for (std::size_t b = 0; b < blocks; ++b) bench.kernel.quantise(bench.delta.data(), bench.delta_of());
       });
     }},
    {"sigmoid",
     [](benchmark::State& state, Bench& bench) {
       time(state, bench, static_cast<double>(bench.images * blocks), [&](std::size_t) {
         for (std::size_t b = 0; b < blocks; ++b)
           bench.ops.activate(Activation::sigmoid, bench.z.data() + b * bench.images * lanes,
                              bench.bias.data(), bench.images);
       });
     }},
    {"scores",
     [](benchmark::State& state, Bench& bench) {
       time(state, bench, static_cast<double>(bench.images * blocks), [&](std::size_t) {
         bench.ops.scores(bench.w2.data(), bench.b2.data(), bench.data.classes, bench.z.data(),
                          bench.images * lanes, {0, blocks * lanes}, bench.images, bench.dy.data());
       });
     }},
    {"score_gradient",
     [](benchmark::State& state, Bench& bench) {
       time(state, bench, static_cast<double>(bench.images), [&](std::size_t) {
         bench.ops.score_gradient(Loss::cross_entropy, bench.labels.data(), bench.images, bench.data.classes,
                                  padded(bench.images), bench.dy.data());
       });
     }},
    {"hidden_gradient",
     [](benchmark::State& state, Bench& bench) {
       time(state, bench, static_cast<double>(bench.images * blocks), [&](std::size_t) {
         for (std::size_t b = 0; b < blocks; ++b)
           bench.ops.hidden_gradient(Activation::sigmoid, bench.dy.data(), bench.data.classes, bench.images,
                                     bench.z.data() + b * bench.images * lanes, nullptr, 0, lanes,
                                     bench.w2.data() + b * lanes * padded(bench.data.classes),
                                     bench.dw2.data(), bench.db1.data(), bench.delta.data());
       });
     }},
    {"evaluate",
     [](benchmark::State& state, Bench& bench) {
       time(state, bench, static_cast<double>(bench.images), [&](std::size_t) {
         double loss;
         std::uint64_t correct;
         bench.ops.evaluate(Loss::cross_entropy, bench.dy.data(), bench.labels.data(), bench.images,
                            bench.data.classes, padded(bench.images), &loss, &correct);
         benchmark::DoNotOptimize(loss);
       });
     }},
};

void register_all(const Dataset& data) {
  for (const InstructionSet set : instruction_sets()) {
    if (!supported(set)) continue;
    for (const std::string_view name : kernel_names()) {
      if (name == "reference" || !kernel_usable(name, set)) continue;
      for (const std::size_t images : {50u, 100u, 200u, 256u})
        for (const auto& [part, body] : parts)
          benchmark::RegisterBenchmark((std::string(name) + "/" + std::string(to_string(set)) + "/" +
                                        std::to_string(images) + "/" + part)
                                           .c_str(),
                                       [&data, set, name, images, body = body](benchmark::State& state) {
                                         Bench bench(data, find_kernel(name, set), set, images);
                                         body(state, bench);
                                       });
    }
  }
}

}  // namespace
}  // namespace runner

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  try {
    runner::DatasetSource source;
    if (argc > 1) source.name = argv[1];
    const runner::Dataset data = runner::load_dataset(source);
    runner::register_all(data);
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "kernel_benchmark: %s\n", e.what());
    return 2;
  }
}
