#include "runner/training/inference.hpp"

#include "runner/compute/parallel.hpp"
#include "runner/compute/portable_math.hpp"

#include "group_scores.hpp"

#include <algorithm>
#include <cassert>

namespace runner {
namespace {

/// softmax of the scores of one image, of which one class's is `stride` from the next's; the largest is that
/// of class `best`.
void softmax(const float* scores, std::size_t stride, std::size_t best, std::span<double> y) {
  double sum = 0;
  for (std::size_t c = 0; c < y.size(); ++c) {
    y[c] = portable::exp_negative(static_cast<double>(scores[c * stride]) -
                                  static_cast<double>(scores[best * stride]));
    sum += y[c];
  }
  for (double& probability : y) probability /= sum;
}

}  // namespace

Inference infer(const RunSpec& like, const Weights& weights, std::span<const std::uint8_t> images,
                const Backend& backend) {
  RunSpec run;
  run.activation = like.activation;
  run.dropout = like.dropout;
  run.hidden_size = static_cast<std::int32_t>(weights.b1.size());
  Dataset shape;
  shape.pixels = weights.W1.size() / weights.b1.size();
  shape.classes = weights.b2.size();
  const std::size_t pixels = shape.pixels, classes = shape.classes, count = images.size() / pixels;
  assert(images.size() == count * pixels);
  const TrainingState start{weights, {}};
  const NetworkStack stack(shape, std::span(&run, 1), backend, std::span(&start, 1));

  Inference inference{std::vector<std::uint8_t>(count), std::vector<double>(count * classes)};
  std::vector<GroupScores> memory(slots());
  for_each_part(GroupScores::groups_of(count), true, [&](std::size_t group, std::size_t slot) {
    const std::size_t begin = group * GroupScores::group_size;
    const std::size_t size = std::min(GroupScores::group_size, count - begin);
    memory[slot].forward(stack, *backend.kernel, images.data() + begin * pixels, size);
    const float* const scores = memory[slot].of(stack, 0);
    backend.elementwise->classify(scores, size, classes, padded(size), inference.classes.data() + begin);
    for (std::size_t i = 0; i < size; ++i)
      softmax(scores + i, padded(size), inference.classes[begin + i],
              std::span(inference.probabilities).subspan((begin + i) * classes, classes));
  });
  return inference;
}

}  // namespace runner
