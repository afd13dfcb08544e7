#include "network_stack.hpp"

#include "runner/compute/initial_weights.hpp"

#include <cassert>

namespace runner {
namespace {

std::size_t units_of(std::span<const RunSpec> runs) {
  std::size_t units = 0;
  for (const RunSpec& run : runs) units += static_cast<std::size_t>(run.hidden_size);
  return units;
}

}  // namespace

WeightsView StackedParameters::view(std::size_t network, UnitRange units) const {
  return {w1_.data(),  units.first, b1(units.first), w2_row(units.first), padded(classes_), b2(network),
          units.count, pixels_,     classes_};
}

void StackedParameters::set(std::size_t network, UnitRange units, const Weights& weights) const {
  for (std::size_t h = 0; h < units.count; ++h) {
    float* column = w1_column(units.first + h);
    for (std::size_t d = 0; d < pixels_; ++d) column[d * lanes] = weights.W1[d * units.count + h];
    std::copy_n(weights.W2.data() + h * classes_, classes_, w2_row(units.first + h));
  }
  std::copy_n(weights.b1.data(), units.count, b1(units.first));
  std::copy_n(weights.b2.data(), classes_, b2(network));
}

void StackedParameters::remove(std::size_t network, UnitRange units, std::size_t networks,
                               std::size_t all_units) const {
  const std::size_t left = all_units - units.count;
  for (std::size_t unit = units.first; unit < left; ++unit) {
    float* to = w1_column(unit);
    const float* from = w1_column(unit + units.count);
    for (std::size_t d = 0; d < pixels_; ++d) to[d * lanes] = from[d * lanes];
    *b1(unit) = *b1(unit + units.count);
  }
  for (std::size_t unit = left; unit < all_units; ++unit) {
    float* column = w1_column(unit);
    for (std::size_t d = 0; d < pixels_; ++d) column[d * lanes] = 0.0f;
    *b1(unit) = 0.0f;
  }
  std::copy(w2_row(units.first + units.count), w2_row(all_units), w2_row(units.first));
  std::copy(b2(network + 1), b2(networks), b2(network));
}

NetworkStack::NetworkStack(const Dataset& data, std::span<const RunSpec> runs, const Backend& backend,
                           std::span<const Weights> start)
    : kernel_(*backend.kernel),
      ops_(*backend.elementwise),
      pixels_(data.pixels),
      classes_(data.classes),
      parameters_(pixels_, classes_, units_of(runs), runs.size()),
      digits_(padded(units_of(runs)) / lanes * kernel_.digit_bytes(pixels_)),
      factors_(padded(units_of(runs)) / lanes),
      rates_(padded(units_of(runs))) {
  for (const RunSpec& run : runs) {
    const auto hidden = static_cast<std::size_t>(run.hidden_size);
    members_.push_back({run.loss, static_cast<float>(run.learning_rate), {units_, hidden}});
    units_ += hidden;
  }
  if (start.empty()) {
    draw_weights(runs);
  } else {
    assert(start.size() == members_.size());
    for (std::size_t m = 0; m < members_.size(); ++m) parameters_.set(m, members_[m].units, start[m]);
  }
  lay_out_members();
  quantise();
}

/// A network of few units begins with those of a larger one: each is drawn once for all networks with the
/// same weight_init_std.
void NetworkStack::draw_weights(std::span<const RunSpec> runs) {
  const auto seed = static_cast<std::uint64_t>(runs.front().seed);
  std::vector<bool> drawn(runs.size());
  std::vector<float> drawn_w1, drawn_w2;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (drawn[i]) continue;
    const auto same = [&](const RunSpec& run) { return run.weight_init_std == runs[i].weight_init_std; };
    std::size_t most = 0;
    for (std::size_t m = i; m < runs.size(); ++m)
      if (same(runs[m])) most = std::max(most, members_[m].units.count);
    const auto std = static_cast<float>(runs[i].weight_init_std);
    drawn_w1.resize(most * pixels_);
    drawn_w2.resize(most * classes_);
    initial_weights(ops_, seed, RandomPurpose::initial_W1, most, pixels_, std, drawn_w1.data());
    initial_weights(ops_, seed, RandomPurpose::initial_W2, most, classes_, std, drawn_w2.data());
    for (std::size_t m = i; m < runs.size(); ++m) {
      if (!same(runs[m])) continue;
      drawn[m] = true;
      for (std::size_t h = 0; h < members_[m].units.count; ++h) {
        const std::size_t unit = members_[m].units.first + h;
        float* column = parameters_.w1_column(unit);
        for (std::size_t d = 0; d < pixels_; ++d) column[d * lanes] = drawn_w1[h * pixels_ + d];
        std::copy_n(drawn_w2.data() + h * classes_, classes_, parameters_.w2_row(unit));
      }
    }
  }
}

/// What each unit has to know of its network.
void NetworkStack::lay_out_members() {
  network_of_.resize(units_);
  std::fill_n(rates_.data(), rates_.size(), 0.0f);
  for (std::size_t m = 0; m < members_.size(); ++m) {
    const auto [first, count] = members_[m].units;
    std::fill_n(network_of_.data() + first, count, m);
    std::fill_n(rates_.data() + first, count, members_[m].rate);
  }
}

void NetworkStack::drop(std::size_t network) {
  const UnitRange units = members_[network].units;
  parameters_.remove(network, units, members_.size(), units_);
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(network));
  for (std::size_t m = network; m < members_.size(); ++m) members_[m].units.first -= units.count;
  units_ -= units.count;
  lay_out_members();
  quantise(units.first / lanes);
}

FixedPointBlock NetworkStack::digits(std::size_t block) const {
  return {digits_.data() + block * kernel_.digit_bytes(pixels_), &factors_[block], pixels_};
}

void NetworkStack::quantise(std::size_t first) {
  for (std::size_t k = first; k < blocks(); ++k) kernel_.quantise(parameters_.w1_block(k), digits(k));
}

void NetworkStack::forward(std::size_t block, const std::byte* packed, std::size_t images, float* z) const {
  kernel_.forward(digits(block), packed, images, z);
  ops_.activate(activation, z, parameters_.b1_block(block), images);
}

void NetworkStack::scores(std::size_t network, const float* z, std::size_t images, float* s) const {
  const UnitRange units = members_[network].units;
  ops_.scores(parameters_.w2_row(units.first), parameters_.b2(network), classes_, z, images * lanes, units,
              images, s);
}

}  // namespace runner
