#include "numerical_step.hpp"

#include "runner/compute/arithmetic.hpp"
#include "runner/compute/parallel.hpp"
#include "runner/compute/update_rule.hpp"

#include <algorithm>

namespace runner {
namespace {

/// Units of a block that are no padding.
std::size_t units_in_block(std::size_t block, std::size_t hidden) {
  return std::min(lanes, hidden - block * lanes);
}

/// The sums of `count` ranges, one after the other, become `factor` times their sum, in the place of the
/// first.
void add_ranges(double* sums, std::size_t size, std::size_t count, double factor) {
  for (std::size_t range = 1; range < count; ++range)
    for (std::size_t i = 0; i < size; ++i) sums[i] += sums[range * size + i];
  for (std::size_t i = 0; i < size; ++i) sums[i] *= factor;
}

/// Doubles that hold the differences of one block.
std::size_t block_differences_size(std::size_t pixels, std::size_t classes) {
  return (pixels + 1 + classes) * lanes;
}

}  // namespace

NumericalStep::NumericalStep(const CentralDifferences& functions, std::size_t batch_size, std::size_t pixels,
                             std::size_t hidden, std::size_t classes)
    : functions_(functions),
      batch_size_(batch_size),
      pixels_(pixels),
      hidden_(hidden),
      classes_(classes),
      blocks_(padded(hidden) / lanes),
      a_(blocks_ * batch_size * lanes),
      z_(blocks_ * batch_size * lanes),
      e_(batch_size * classes),
      sum_(batch_size),
      sums_(blocks_ * ranges * block_differences_size(pixels, classes)),
      b2_sums_(ranges * classes) {}

double NumericalStep::memory(std::size_t batch_size, std::size_t pixels, std::size_t hidden,
                             std::size_t classes) {
  const std::size_t of_block = 2 * batch_size * lanes + ranges * block_differences_size(pixels, classes);
  return static_cast<double>(sizeof(double)) *
         static_cast<double>(padded(hidden) / lanes * of_block + batch_size * (classes + 1) +
                             ranges * classes);
}

HiddenBlock NumericalStep::hidden_block(std::size_t block, std::size_t image) const {
  const std::size_t at = (block * batch_size_ + image) * lanes;
  return {a_.data() + at, z_.data() + at};
}

SoftmaxParts NumericalStep::softmax_parts(std::size_t image) const {
  return {e_.data() + image * classes_, sum_.data() + image};
}

BlockDifferences NumericalStep::differences(std::size_t block, std::size_t range) const {
  double* const w1 = sums_.data() + (block * ranges + range) * block_differences_size(pixels_, classes_);
  double* const b1 = w1 + pixels_ * lanes;
  return {w1, b1, b1 + lanes};
}

void NumericalStep::find_gradient(const RunSpec& run, const RawBatch& batch, const StackedParameters& network,
                                  bool split) {
  const std::size_t length = (batch.count + ranges - 1) / ranges;
  const auto begin_of = [&](std::size_t range) { return std::min(range * length, batch.count); };
  const auto images_of = [&](std::size_t range) {
    return batch.part(begin_of(range), begin_of(range + 1) - begin_of(range));
  };
  std::fill_n(sums_.data(), sums_.size(), 0.0);
  std::fill_n(b2_sums_.data(), b2_sums_.size(), 0.0);

  for_each_part(blocks_ * ranges, split, [&](std::size_t part, std::size_t) {
    const std::size_t block = part / ranges, range = part % ranges;
    functions_.hidden(run.activation, images_of(range), network.w1_block(block), network.b1_block(block),
                      hidden_block(block, begin_of(range)));
  });
  for_each_part(ranges, split, [&](std::size_t range, std::size_t) {
    const RawBatch images = images_of(range);
    const SoftmaxParts softmax = softmax_parts(begin_of(range));
    functions_.softmax(images, network.w2_row(0), network.b2(0), classes_, hidden_block(0, begin_of(range)).z,
                       batch_size_ * lanes, hidden_, softmax);
    functions_.add_output_bias(run.loss, images, classes_, softmax, b2_sums_.data() + range * classes_);
  });
  for_each_part(blocks_ * ranges, split, [&](std::size_t part, std::size_t) {
    const std::size_t block = part / ranges, range = part % ranges;
    functions_.add_block(run.activation, run.loss, images_of(range), network.w2_row(block * lanes),
                         units_in_block(block, hidden_), classes_, hidden_block(block, begin_of(range)),
                         softmax_parts(begin_of(range)), differences(block, range));
  });

  // The loss is the mean over the images.
  const double factor = 1 / (static_cast<double>(batch.count) * (2 * difference_step));
  for_each_part(blocks_, split, [&](std::size_t block, std::size_t) { add_up(block, factor); });
  add_ranges(b2_sums_.data(), classes_, ranges, factor);
}

void NumericalStep::add_up(std::size_t block, double factor) const {
  add_ranges(differences(block, 0).w1, block_differences_size(pixels_, classes_), ranges, factor);
}

double NumericalStep::w1(std::size_t pixel, std::size_t unit) const {
  return differences(unit / lanes, 0).w1[pixel * lanes + unit % lanes];
}

double NumericalStep::b1(std::size_t unit) const {
  return differences(unit / lanes, 0).b1[unit % lanes];
}

double NumericalStep::w2(std::size_t unit, std::size_t label) const {
  return differences(unit / lanes, 0).w2[label * lanes + unit % lanes];
}

double NumericalStep::b2(std::size_t label) const {
  return b2_sums_[label];
}

void NumericalStep::move(Optimizer optimizer, const UpdateConstants<float>& constants,
                         const StackedParameters& network, std::span<const StackedParameters> moments) const {
  const auto wide = [](float number) { return static_cast<double>(number); };
  const UpdateConstants<double> widened{
      wide(constants.rate),     wide(constants.weight_decay), wide(constants.kept),
      wide(constants.momentum), wide(constants.decay_rate),   wide(constants.beta1),
      wide(constants.beta2),    wide(constants.inverse_root), wide(constants.epsilon)};
  with_update_rule(optimizer, [&](auto rule) { move_by<decltype(rule)>(widened, network, moments); });
}

template <class Rule>
void NumericalStep::move_by(const UpdateConstants<double>& constants, const StackedParameters& network,
                            std::span<const StackedParameters> moments) const {
  const UpdateConstants<double> of_biases = without_decay(constants);
  const auto step = [&](const UpdateConstants<double>& c, double gradient, const auto& place) {
    float& parameter = *place(network);
    const auto w = static_cast<double>(parameter);
    double numbers[max_moments]{};
    if constexpr (Rule::moments > 0)
      for (std::size_t k = 0; k < Rule::moments; ++k) numbers[k] = static_cast<double>(*place(moments[k]));
    parameter =
        static_cast<float>(updated<Rule>(c, w, decayed_gradient(c.weight_decay, w, gradient), numbers));
    if constexpr (Rule::moments > 0)
      for (std::size_t k = 0; k < Rule::moments; ++k) *place(moments[k]) = static_cast<float>(numbers[k]);
  };
  using Of = const StackedParameters&;
  for (std::size_t unit = 0; unit < hidden_; ++unit) {
    for (std::size_t d = 0; d < pixels_; ++d)
      step(constants, w1(d, unit), [&](Of of) { return of.w1_column(unit) + d * lanes; });
    step(of_biases, b1(unit), [&](Of of) { return of.b1(unit); });
    for (std::size_t c = 0; c < classes_; ++c)
      step(constants, w2(unit, c), [&](Of of) { return of.w2_row(unit) + c; });
  }
  for (std::size_t c = 0; c < classes_; ++c) step(of_biases, b2(c), [&](Of of) { return of.b2(0) + c; });
}

}  // namespace runner
