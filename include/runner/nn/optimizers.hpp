#pragma once

#include "runner/nn/two_layer_net.hpp"

#include <cstddef>
#include <span>
#include <vector>

// The optimizers of chapter 6, as the book's common/optimizer.py has them. W is a parameter, g the gradient
// of the loss by it, η the learning rate; all operations go element by element. v, h and m are the
// optimizer's state: a matrix for each parameter, at first 0.
namespace runner::nn {

/// A parameter as an optimizer sees it.
struct Trainable {
  Matrix& value;
  const Matrix& gradient;  ///< the gradient of the loss by `value`, of the same shape
  bool decays = false;     ///< whether Adam's weight decay applies to it
};

/// An optimizer with its state. An object serves one list of parameters: each call of `update` passes the
/// same ones in the same order.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;

  /// One step of each parameter of the list.
  void update(std::span<const Trainable> parameters);

  /// One step of a network. The weights W1 and W2 decay, the biases do not.
  void update(Parameters& params, const Parameters& gradients);

  /// One step of a single matrix, which does not decay.
  void update(Matrix& x, const Matrix& gradient);

 protected:
  /// State of one kind: a matrix for each parameter.
  class State {
   public:
    /// The state of parameter i; at first a matrix of zeros of its shape.
    Matrix& of(std::size_t i, const Matrix& parameter);

   private:
    std::vector<Matrix> matrices_;
  };

  /// t: the number of the step, from 1 on.
  int t() const { return t_; }

 private:
  /// The step of parameter i of the list.
  virtual void step(std::size_t i, Matrix& W, const Matrix& g, bool decays) = 0;

  int t_ = 0;
};

/// Stochastic gradient descent: W ← W − η·g.
class Sgd final : public UpdateRule {
 public:
  explicit Sgd(double learning_rate) : learning_rate_(learning_rate) {}

 private:
  void step(std::size_t i, Matrix& W, const Matrix& g, bool decays) override;

  double learning_rate_;
};

/// v ← μ·v − η·g; W ← W + v. μ is the momentum.
class Momentum final : public UpdateRule {
 public:
  explicit Momentum(double learning_rate, double momentum = 0.9)
      : learning_rate_(learning_rate), momentum_(momentum) {}

 private:
  void step(std::size_t i, Matrix& W, const Matrix& g, bool decays) override;

  double learning_rate_;
  double momentum_;
  State v_;
};

/// Nesterov's accelerated gradient: v ← μ·v − η·g; W ← W + μ·v − η·g, with the new v.
///
/// From Bengio, Boulanger-Lewandowski and Pascanu 2012, arXiv:1212.0901. The book's code has
/// W ← W + μ²·v − (1 + μ)·η·g, which is the same step with the v before it. (Older versions of that code
/// take the new v there, which is another rule.)
class Nesterov final : public UpdateRule {
 public:
  explicit Nesterov(double learning_rate, double momentum = 0.9)
      : learning_rate_(learning_rate), momentum_(momentum) {}

 private:
  void step(std::size_t i, Matrix& W, const Matrix& g, bool decays) override;

  double learning_rate_;
  double momentum_;
  State v_;
};

/// h ← h + g²; W ← W − η·g/(√h + ε) (Duchi, Hazan and Singer 2011).
class AdaGrad final : public UpdateRule {
 public:
  explicit AdaGrad(double learning_rate, double epsilon = 1e-7)
      : learning_rate_(learning_rate), epsilon_(epsilon) {}

 private:
  void step(std::size_t i, Matrix& W, const Matrix& g, bool decays) override;

  double learning_rate_;
  double epsilon_;
  State h_;
};

/// h ← ρ·h + (1 − ρ)·g²; W ← W − η·g/(√h + ε) (Tieleman and Hinton 2012). ρ is the decay rate.
class RmsProp final : public UpdateRule {
 public:
  explicit RmsProp(double learning_rate, double decay_rate = 0.99, double epsilon = 1e-7)
      : learning_rate_(learning_rate), decay_rate_(decay_rate), epsilon_(epsilon) {}

 private:
  void step(std::size_t i, Matrix& W, const Matrix& g, bool decays) override;

  double learning_rate_;
  double decay_rate_;
  double epsilon_;
  State h_;
};

/// Adam (Kingma and Ba 2015, Algorithm 1), with decoupled weight decay (AdamW; Loshchilov and Hutter 2019):
///
///   W ← W − η·λ·W                      for the parameters that decay; λ is `weight_decay`
///   m ← β1·m + (1 − β1)·g
///   v ← β2·v + (1 − β2)·g²
///   W ← W − η·m̂/(√v̂ + ε)              m̂ = m/(1 − β1^t), v̂ = v/(1 − β2^t)
///
/// The book's code has the learning rate η·√(1 − β2^t)/(1 − β1^t) and adds ε = 1e-7 to √v. This is the same
/// but for an ε that is larger by 1/√(1 − β2^t), which matters in the first steps.
///
/// A network that has weight decay in its loss, too, decays twice: give it to one of the two.
class Adam final : public UpdateRule {
 public:
  explicit Adam(double learning_rate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7,
                double weight_decay = 0)
      : learning_rate_(learning_rate),
        beta1_(beta1),
        beta2_(beta2),
        epsilon_(epsilon),
        weight_decay_(weight_decay) {}

 private:
  void step(std::size_t i, Matrix& W, const Matrix& g, bool decays) override;

  double learning_rate_;
  double beta1_;
  double beta2_;
  double epsilon_;
  double weight_decay_;
  State m_;
  State v_;
};

}  // namespace runner::nn
