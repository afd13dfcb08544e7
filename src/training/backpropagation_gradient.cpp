#include "runner/training/backpropagation_gradient.hpp"

#include "training_step.hpp"

#include <atomic>
#include <cstdint>

namespace runner {

Derivatives backpropagation_gradient(const RunSpec& like, const Dataset& batch, const Weights& weights,
                                     const Backend& backend) {
  RunSpec run;
  run.loss = like.loss;
  run.activation = like.activation;
  run.hidden_size = static_cast<std::int32_t>(weights.b1.size());
  const LabelledImages& images = batch.train;
  AlignedBuffer<std::byte> packed(backend.kernel->image_bytes(images.count, batch.pixels));
  backend.kernel->pack({images.pixels.data(), images.count, batch.pixels}, true, packed.data());

  const TrainingState start{weights, {}};
  NetworkStack stack(batch, std::span(&run, 1), backend, std::span(&start, 1));
  const StackedParameters gradient(stack.pixels(), stack.classes(), stack.units(), stack.size());
  const std::atomic<bool> split{false};
  TrainingStep(stack, backend, Gradient::backpropagation, images.count, split)
      .find_gradient(
          {{images.pixels.data(), images.labels.data(), images.count, batch.pixels}, packed.data()},
          gradient);

  Weights derivatives = weights_of(gradient.view(0, stack[0].units));
  const auto decay = [&](std::vector<float>& gradients, const std::vector<float>& of) {
    for (std::size_t i = 0; i < gradients.size(); ++i)
      gradients[i] = decayed_gradient(static_cast<float>(like.weight_decay), of[i], gradients[i]);
  };
  decay(derivatives.W1, weights.W1);
  decay(derivatives.W2, weights.W2);
  const auto widened = [](const std::vector<float>& numbers) {
    return std::vector<double>(numbers.begin(), numbers.end());
  };
  return {widened(derivatives.W1), widened(derivatives.b1), widened(derivatives.W2), widened(derivatives.b2)};
}

}  // namespace runner
