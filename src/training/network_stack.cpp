#include "network_stack.hpp"

#include "runner/compute/initial_weights.hpp"
#include "runner/compute/learning_rate.hpp"

#include <cassert>
#include <cmath>
#include <map>

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
                           std::span<const TrainingState> start)
    : kernel_(*backend.kernel),
      ops_(*backend.elementwise),
      pixels_(data.pixels),
      classes_(data.classes),
      parameters_(pixels_, classes_, units_of(runs), runs.size()),
      digits_(padded(units_of(runs)) / lanes * kernel_.digit_bytes(pixels_)),
      factors_(padded(units_of(runs)) / lanes),
      rates_(padded(units_of(runs))) {
  std::size_t moments = 0;
  for (const RunSpec& run : runs) {
    const auto hidden = static_cast<std::size_t>(run.hidden_size);
    members_.push_back({run, learning_rate(run, 1), {units_, hidden}});
    units_ += hidden;
    moments = std::max(moments, moment_count(run.optimizer));
  }
  for (std::size_t k = 0; k < moments; ++k) moments_.emplace_back(pixels_, classes_, units_, runs.size());
  if (start.empty()) {
    draw_weights();
  } else {
    assert(start.size() == members_.size());
    for (std::size_t m = 0; m < members_.size(); ++m) {
      parameters_.set(m, members_[m].units, start[m].weights);
      assert(start[m].moments.size() == moment_count(members_[m].run.optimizer));
      for (std::size_t k = 0; k < start[m].moments.size(); ++k)
        moments_[k].set(m, members_[m].units, start[m].moments[k]);
    }
  }
  lay_out_members();
  quantise();
}

/// A network of few units begins with those of a larger one: each is drawn once for all networks that draw as
/// wide.
void NetworkStack::draw_weights() {
  std::map<float, std::vector<std::size_t>> w1, w2;  // networks by the width of their draws
  for (std::size_t m = 0; m < members_.size(); ++m) {
    const RunSpec& run = members_[m].run;
    const auto std = [&](std::size_t inputs) {
      return static_cast<float>(initial_std(run.weight_init, run.weight_init_std, inputs));
    };
    w1[std(pixels_)].push_back(m);
    w2[std(members_[m].units.count)].push_back(m);
  }
  for (const auto& [std, networks] : w1) draw_weights(RandomPurpose::initial_W1, pixels_, std, networks);
  for (const auto& [std, networks] : w2) draw_weights(RandomPurpose::initial_W2, classes_, std, networks);
}

/// A row of `width` weights for each hidden unit of some networks.
void NetworkStack::draw_weights(RandomPurpose purpose, std::size_t width, float std,
                                std::span<const std::size_t> networks) {
  std::size_t most = 0;
  for (const std::size_t m : networks) most = std::max(most, members_[m].units.count);
  std::vector<float> drawn(most * width);
  initial_weights(ops_, static_cast<std::uint64_t>(members_.front().run.seed), purpose, most, width, std,
                  drawn.data());
  for (const std::size_t m : networks)
    for (std::size_t h = 0; h < members_[m].units.count; ++h) {
      const std::size_t unit = members_[m].units.first + h;
      const float* const row = drawn.data() + h * width;
      if (purpose == RandomPurpose::initial_W1)
        for (std::size_t d = 0; d < width; ++d) parameters_.w1_column(unit)[d * lanes] = row[d];
      else
        std::copy_n(row, width, parameters_.w2_row(unit));
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
  constants_.resize(members_.size());
  blocks_.assign(blocks(), {true, false, {}, {}});
  for (std::size_t k = 0; k < blocks(); ++k) {
    Block& block = blocks_[k];
    std::fill_n(block.kept_shares, lanes, 1.0f);
    for_each_network_of_block(k, [&](std::size_t network, UnitRange units) {
      const Member& member = members_[network];
      const auto dropped = static_cast<float>(member.run.dropout);
      block.plain = block.plain && member.is_plain();
      block.dropped = block.dropped || dropped > 0;
      for (std::size_t u = units.first; u < units.first + units.count; ++u) {
        const std::size_t lane = u - k * lanes;
        block.dropout.unit[lane] = static_cast<std::uint32_t>(u - member.units.first);
        block.dropout.threshold[lane] = static_cast<std::uint32_t>(std::lrint(dropped * 65536.0f));
        block.kept_shares[lane] = 1.0f - dropped;
      }
    });
  }
}

void NetworkStack::begin_epoch(int epoch) {
  for (Member& member : members_) {
    member.rate = learning_rate(member.run, epoch);
    std::fill_n(rates_.data() + member.units.first, member.units.count, member.rate);
  }
}

void NetworkStack::begin_step(std::uint64_t step) {
  for (std::size_t m = 0; m < members_.size(); ++m)
    constants_[m] = update_constants(members_[m].run, members_[m].rate, step);
}

void NetworkStack::update_w1(std::size_t block, const float* gradient) {
  LaneConstants constants{};
  std::uint32_t optimizers = 0;  // a bit for each that the block has
  for_each_network_of_block(block, [&](std::size_t network, UnitRange units) {
    optimizers |= 1u << static_cast<unsigned>(members_[network].run.optimizer);
    for (std::size_t u = units.first; u < units.first + units.count; ++u)
      set_lane(constants, u - block * lanes, constants_[network]);
  });
  float* moments[max_moments]{};
  for (std::size_t k = 0; k < moments_.size(); ++k) moments[k] = moments_[k].w1_block(block);
  for (unsigned optimizer = 0; optimizers >> optimizer != 0; ++optimizer) {
    if ((optimizers >> optimizer & 1) == 0) continue;
    std::uint32_t mask[lanes]{};
    for_each_network_of_block(block, [&](std::size_t network, UnitRange units) {
      if (static_cast<unsigned>(members_[network].run.optimizer) == optimizer)
        std::fill_n(mask + (units.first - block * lanes), units.count, 1u);
    });
    ops_.update(static_cast<Optimizer>(optimizer), constants, mask, gradient, pixels_ * lanes, moments,
                parameters_.w1_block(block));
  }
  kernel_.quantise(parameters_.w1_block(block), digits(block));
}

bool NetworkStack::has_dropout() const {
  return std::any_of(blocks_.begin(), blocks_.end(), [](const Block& block) { return block.dropped; });
}

void NetworkStack::drop_out(std::size_t block, std::uint64_t step, std::size_t images, float* z,
                            std::uint16_t* kept) const {
  ops_.drop_out(blocks_[block].dropout, static_cast<std::uint64_t>(members_.front().run.seed), step, images,
                z, kept);
}

void NetworkStack::weaken(std::size_t block, std::size_t images, float* z) const {
  if (blocks_[block].dropped) ops_.scale(blocks_[block].kept_shares, images, z);
}

TrainingState NetworkStack::state(std::size_t network) const {
  const Member& member = members_[network];
  TrainingState state{weights_of(view(network)), {}};
  for (std::size_t k = 0; k < moment_count(member.run.optimizer); ++k)
    state.moments.push_back(weights_of(moments_[k].view(network, member.units)));
  return state;
}

void NetworkStack::drop(std::size_t network) {
  const UnitRange units = members_[network].units;
  parameters_.remove(network, units, members_.size(), units_);
  for (const StackedParameters& moment : moments_) moment.remove(network, units, members_.size(), units_);
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
  ops_.activate(activation(), z, parameters_.b1_block(block), images);
}

void NetworkStack::scores(std::size_t network, const float* z, std::size_t images, float* s) const {
  const UnitRange units = members_[network].units;
  ops_.scores(parameters_.w2_row(units.first), parameters_.b2(network), classes_, z, images * lanes, units,
              images, s);
}

}  // namespace runner
