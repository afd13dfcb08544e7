#pragma once

#include "runner/compute/aligned_buffer.hpp"
#include "runner/data/random.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace runner {

/// A number for each parameter of the stacked networks: the weights, a moment, or a gradient.
///
/// The hidden units of all networks are numbered through. Unit u is column u % lanes of block u / lanes, in
/// W1 and b1; W2 has a row for each unit, and b2 one for each network. The columns past the last unit and the
/// entries of W2 past the last class are zero.
class StackedParameters {
 public:
  /// All zero.
  StackedParameters(std::size_t pixels, std::size_t classes, std::size_t units, std::size_t networks)
      : pixels_(pixels),
        classes_(classes),
        w1_(padded(units) * pixels),
        b1_(padded(units)),
        w2_(units * padded(classes)),
        b2_(networks * classes) {}

  /// pixels × lanes.
  float* w1_block(std::size_t block) const { return w1_.data() + block * pixels_ * lanes; }
  /// Its `pixels` entries are `lanes` apart.
  float* w1_column(std::size_t unit) const { return w1_block(unit / lanes) + unit % lanes; }
  /// Of a block: `lanes`.
  float* b1_block(std::size_t block) const { return b1_.data() + block * lanes; }
  /// Of a unit; those of the next units follow.
  float* b1(std::size_t unit) const { return b1_.data() + unit; }
  /// padded(classes); those of the next units follow.
  float* w2_row(std::size_t unit) const { return w2_.data() + unit * padded(classes_); }
  float* b2(std::size_t network) const { return b2_.data() + network * classes_; }

  /// Of the network that has these units.
  WeightsView view(std::size_t network, UnitRange units) const;
  void set(std::size_t network, UnitRange units, const Weights& weights) const;

  /// Takes one of `networks` networks with `all_units` units out; those behind it move up.
  void remove(std::size_t network, UnitRange units, std::size_t networks, std::size_t all_units) const;

 private:
  std::size_t pixels_, classes_;
  AlignedBuffer<float> w1_;  // blocks of pixels × lanes
  AlignedBuffer<float> b1_;  // units, padded
  AlignedBuffer<float> w2_;  // units × padded(classes)
  AlignedBuffer<float> b2_;  // networks × classes
};

/// The networks of a cohort with their hidden layers side by side, so that one product serves all of them.
///
/// The one place that knows where a parameter lies (StackedParameters). Invariant: the units past the last
/// are zero and are left alone by every step, so that they learn nothing; and W1 in fixed point is W1, but
/// between a change of W1 and the next quantise(). Used by one thread at a time, but for what concerns one
/// block or one network, which threads may do for different ones at once.
class NetworkStack {
 public:
  /// One of the networks.
  struct Member {
    RunSpec run;
    float rate;  ///< learning rate of this epoch
    UnitRange units;

    /// Whether its step is plain gradient descent, which needs a learning rate and nothing else.
    bool is_plain() const {
      return run.optimizer == Optimizer::sgd && static_cast<float>(run.weight_decay) == 0;
    }
  };

  /// Networks for images of `data` that begin with the states `start`, or untrained if there are none. `runs`
  /// have one activation.
  NetworkStack(const Dataset& data, std::span<const RunSpec> runs, const Backend& backend,
               std::span<const TrainingState> start);

  std::size_t pixels() const { return pixels_; }
  std::size_t classes() const { return classes_; }
  std::size_t size() const { return members_.size(); }
  std::size_t units() const { return units_; }
  std::size_t blocks() const { return padded(units_) / lanes; }

  const Member& operator[](std::size_t network) const { return members_[network]; }
  WeightsView view(std::size_t network) const { return parameters_.view(network, members_[network].units); }
  const StackedParameters& parameters() const { return parameters_; }
  /// As many as the optimizer of any network has moments.
  std::span<const StackedParameters> moments() const { return moments_; }
  Activation activation() const { return members_.front().run.activation; }
  TrainingState state(std::size_t network) const;

  /// Sets the learning rates of an epoch, which counts from 1.
  void begin_epoch(int epoch);
  /// Sets what optimizers need in a step, which counts from 1 over all epochs.
  void begin_step(std::uint64_t step);
  /// Of one network in this step.
  const UpdateConstants<float>& constants(std::size_t network) const { return constants_[network]; }

  /// Whether all networks of a block are plain.
  bool is_plain(std::size_t block) const { return blocks_[block].plain; }
  /// A step of W1 of a block that is not plain, and of its moments, and its digits. gradient: pixels × lanes.
  void update_w1(std::size_t block, const float* gradient);

  /// Whether any network of a block, or of all, has dropout.
  bool has_dropout(std::size_t block) const { return blocks_[block].dropped; }
  bool has_dropout() const;
  /// Drops hidden units of a block in a step of training, as Elementwise::drop_out.
  void drop_out(std::size_t block, std::uint64_t step, std::size_t images, float* z,
                std::uint16_t* kept) const;
  /// Multiplies the hidden units of a block by the share that training keeps, as the book's Dropout does
  /// outside training.
  void weaken(std::size_t block, std::size_t images, float* z) const;

  /// Takes a network out; those behind it move up.
  void drop(std::size_t network);

  /// W1 of a block in fixed point.
  FixedPointBlock digits(std::size_t block) const;
  /// The learning rate of each unit of a block.
  const float* rates(std::size_t block) const { return rates_.data() + block * lanes; }
  /// Makes the digits of all blocks, or of those from `first` on, from W1.
  void quantise(std::size_t first = 0);

  /// Calls body(network, units) for the units of each network that are in a block.
  template <class Body>
  void for_each_network_of_block(std::size_t block, const Body& body) const {
    const std::size_t end = std::min((block + 1) * lanes, units_);
    for (std::size_t unit = block * lanes; unit < end;) {
      const std::size_t network = network_of_[unit];
      const UnitRange& all = members_[network].units;
      const std::size_t next = std::min(all.first + all.count, end);
      body(network, UnitRange{unit, next - unit});
      unit = next;
    }
  }

  /// Z1 = activation(X·W1 + b1) for a block, images × lanes.
  void forward(std::size_t block, const std::byte* packed, std::size_t images, float* z) const;
  /// Scores of one network from Z1 of all blocks, one after the other: classes × padded(images).
  void scores(std::size_t network, const float* z, std::size_t images, float* s) const;

 private:
  /// What the units of a block have from their networks.
  struct Block {
    bool plain, dropped;
    DropoutLanes dropout;
    float kept_shares[lanes];
  };

  void draw_weights();
  void draw_weights(RandomPurpose purpose, std::size_t width, float std,
                    std::span<const std::size_t> networks);
  void lay_out_members();

  const Kernel& kernel_;
  const Elementwise& ops_;
  std::size_t pixels_, classes_;
  std::vector<Member> members_;
  std::size_t units_ = 0;
  StackedParameters parameters_;
  std::vector<StackedParameters> moments_;
  std::vector<UpdateConstants<float>> constants_;  // of each network
  std::vector<Block> blocks_;
  AlignedBuffer<std::byte> digits_;      // of each block of W1
  AlignedBuffer<Factors> factors_;       // of each block
  AlignedBuffer<float> rates_;           // units, padded
  std::vector<std::size_t> network_of_;  // of each unit
};

}  // namespace runner
