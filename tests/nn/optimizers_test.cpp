#include "runner/nn/optimizers.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace runner::nn {
namespace {

Matrix pair(double a, double b) {
  Matrix m(1, 2);
  m << a, b;
  return m;
}

// Three steps from (1, −2) with these gradients.
const std::vector<Matrix> gradients{pair(0.5, -1), pair(0.25, 2), pair(-1, 0)};

void expect_path(UpdateRule&& rule, const std::vector<Matrix>& expected) {
  Matrix W = pair(1, -2);
  for (std::size_t t = 0; t < gradients.size(); ++t) {
    rule.update(W, gradients[t]);
    EXPECT_NEAR(W(0), expected[t](0), 1e-14) << "step " << t + 1;
    EXPECT_NEAR(W(1), expected[t](1), 1e-14) << "step " << t + 1;
  }
}

// The numbers are those of NumPy from the sums that the recursions stand for:
//
//   g = np.array([[0.5, -1.0], [0.25, 2.0], [-1.0, 0.0]]); lr = 0.1
//   def ema(rho, x): return [(1 - rho) * sum(rho ** (t - i) * x[i] for i in range(t + 1)) for t in range(3)]
//   v = [-lr * sum(0.9 ** (t - i) * g[i] for i in range(t + 1)) for t in range(3)]
//   old = [0 * g[0], *v]
//   steps = {
//    "Sgd": -lr * g, "Momentum": v,
//    "Nesterov": [0.9 ** 2 * old[t] - 1.9 * lr * g[t] for t in range(3)],  # as in the book's code
//    "AdaGrad": [-lr * g[t] / (np.sqrt((g[: t + 1] ** 2).sum(0)) + 1e-7) for t in range(3)],
//    "RmsProp": [-lr * g[t] / (np.sqrt(h) + 1e-7) for t, h in enumerate(ema(0.99, g**2))],
//    "Adam": [-lr * m / (1 - 0.9 ** t) / (np.sqrt(h / (1 - 0.999 ** t)) + 1e-8)
//             for t, (m, h) in enumerate(zip(ema(0.9, g), ema(0.999, g**2)), 1)]}
//   for name, s in steps.items(): print(name, [1, -2] + np.cumsum(s, 0))

TEST(Sgd, StepsAgainstTheGradient) {
  expect_path(Sgd(0.1), {pair(0.95, -1.9), pair(0.925, -2.1), pair(1.025, -2.1)});
}

TEST(Momentum, StepsAsNumPyDoes) {
  expect_path(Momentum(0.1), {pair(0.95, -1.9), pair(0.88, -2.01), pair(0.917, -2.109)});
}

TEST(Momentum, IsSgdWithoutMomentum) {
  expect_path(Momentum(0.1, 0), {pair(0.95, -1.9), pair(0.925, -2.1), pair(1.025, -2.1)});
}

TEST(Nesterov, StepsAsNumPyDoesWithTheBooksForm) {
  expect_path(Nesterov(0.1), {pair(0.905, -1.81), pair(0.817, -2.109), pair(0.9503, -2.1981)});
}

// Nesterov's own form: the gradient is taken at the point to which the momentum will lead, W + μ·v. That
// point is what the rule here moves.
TEST(Nesterov, IsMomentumWithTheGradientAtThePointAhead) {
  const auto gradient = [](const Matrix& x) -> Matrix { return pair(0.1, 2).cwiseProduct(x); };
  Nesterov rule(0.1, 0.9);
  Matrix ahead = pair(-7, 2);
  Matrix W = ahead, v = pair(0, 0);
  for (int t = 0; t < 10; ++t) {
    rule.update(ahead, gradient(ahead));
    v = 0.9 * v - 0.1 * gradient(W + 0.9 * v);
    W += v;
    EXPECT_LT((W + 0.9 * v - ahead).cwiseAbs().maxCoeff(), 1e-14) << "step " << t + 1;
  }
}

TEST(AdaGrad, StepsAsNumPyDoes) {
  expect_path(AdaGrad(0.1),
              {pair(0.900000019999996, -1.900000009999999), pair(0.8552786684499988, -1.9894427250999909),
               pair(0.9425658169253488, -1.9894427250999909)});
}

TEST(RmsProp, StepsAsNumPyDoes) {
  expect_path(RmsProp(0.1),
              {pair(1.999996000479065e-06, -1.0000009999990005), pair(-0.449010448620772, -1.895323561269267),
               pair(0.4257284532205097, -1.895323561269267)});
}

TEST(Adam, StepsAsNumPyDoes) {
  expect_path(Adam(0.1, 0.9, 0.999, 1e-8),
              {pair(0.900000002, -1.900000001), pair(0.8067820404774624, -1.9366103534720749),
               pair(0.8274177428854114, -1.9649102620009302)});
}

// The book's code: lr_t = lr·√(1 − β2^t)/(1 − β1^t), and ε added to √v.
TEST(Adam, IsThatOfTheBookButForTheEpsilonOfTheFirstSteps) {
  Matrix book = pair(1, -2), m = pair(0, 0), v = pair(0, 0);
  std::vector<Matrix> expected;
  for (std::size_t t = 1; t <= gradients.size(); ++t) {
    const Matrix& g = gradients[t - 1];
    const double correction = std::sqrt(1 - std::pow(0.999, t));
    m += (1 - 0.9) * (g - m);
    v += (1 - 0.999) * (g.cwiseProduct(g) - v);
    const double rate = 0.1 * correction / (1 - std::pow(0.9, t));
    book.array() -=
        rate * m.array() / (v.array().sqrt() + 1e-7 * correction);  // the book has no correction here
    expected.push_back(book);
  }
  expect_path(Adam(0.1, 0.9, 0.999, 1e-7), expected);
}

TEST(Adam, TakesAFirstStepOfTheLearningRateWhateverTheGradient) {
  for (const double g : {1e-3, 1.0, 1e3}) {
    Matrix W = pair(0, 0);
    Adam(0.01).update(W, pair(g, -g));
    EXPECT_NEAR(W(0), -0.01, 1e-6);
    EXPECT_NEAR(W(1), 0.01, 1e-6);
  }
}

// What does not decay goes the way of Adam. What decays is multiplied by 1 − 0.1·0.2 before each of these
// steps: in NumPy, `for s in steps["Adam"]: W = W - 0.1 * 0.2 * W + s`.
TEST(Adam, DecaysOnlyWhatItIsTold) {
  Adam rule(0.1, 0.9, 0.999, 1e-8, 0.2);
  Matrix W = pair(1, -2), b = pair(1, -2);
  for (const Matrix& g : gradients) {
    const Trainable both[] = {{W, g, true}, {b, g, false}};
    rule.update(both);
  }
  EXPECT_NEAR(W(0), 0.7744341020366623, 1e-14);
  EXPECT_NEAR(W(1), -1.850522054911889, 1e-14);
  EXPECT_NEAR(b(0), 0.8274177428854114, 1e-14);
  EXPECT_NEAR(b(1), -1.9649102620009302, 1e-14);
}

TEST(Adam, DecaysTheWeightsOfANetworkAndNotItsBiases) {
  const auto all = [](double value) {
    return Parameters{Matrix::Constant(2, 3, value), Matrix::Constant(1, 3, value),
                      Matrix::Constant(3, 2, value), Matrix::Constant(1, 2, value)};
  };
  Parameters params = all(1);
  Adam(0.1, 0.9, 0.999, 1e-8, 0.5).update(params, all(0));
  EXPECT_EQ(params.W1, Matrix::Constant(2, 3, 0.95));
  EXPECT_EQ(params.b1, Matrix::Constant(1, 3, 1));
  EXPECT_EQ(params.W2, Matrix::Constant(3, 2, 0.95));
  EXPECT_EQ(params.b2, Matrix::Constant(1, 2, 1));
}

// A network's four parameters go as each of them goes alone, with a rule of its own: states do not mix.
template <class Rule>
class UpdateRuleTest : public testing::Test {};
using Rules = testing::Types<Sgd, Momentum, Nesterov, AdaGrad, RmsProp, Adam>;
TYPED_TEST_SUITE(UpdateRuleTest, Rules);

TYPED_TEST(UpdateRuleTest, KeepsAStateForEachParameterOfANetwork) {
  TwoLayerNet net(4, 3, 2, 1, 0.5), alone(4, 3, 2, 1, 0.5);
  Matrix x(2, 4);
  x << 0.1, 0.9, 0.3, 0.5,  //
      0.8, 0.2, 0.4, 0.7;
  const std::vector<std::uint8_t> labels{0, 1};
  TypeParam rule(0.01), for_W1(0.01), for_b1(0.01), for_W2(0.01), for_b2(0.01);
  for (int t = 0; t < 4; ++t) {
    const Parameters g = net.gradient(x, labels);
    rule.update(net.params, g);
    for_W1.update(alone.params.W1, g.W1);
    for_b1.update(alone.params.b1, g.b1);
    for_W2.update(alone.params.W2, g.W2);
    for_b2.update(alone.params.b2, g.b2);
  }
  EXPECT_EQ(net.params.W1, alone.params.W1);
  EXPECT_EQ(net.params.b1, alone.params.b1);
  EXPECT_EQ(net.params.W2, alone.params.W2);
  EXPECT_EQ(net.params.b2, alone.params.b2);
}

TYPED_TEST(UpdateRuleTest, LowersTheLossOfANetwork) {
  TwoLayerNet net(4, 3, 2, 1, 0.5);
  Matrix x(2, 4);
  x << 0.1, 0.9, 0.3, 0.5,  //
      0.8, 0.2, 0.4, 0.7;
  const std::vector<std::uint8_t> labels{0, 1};
  TypeParam rule(0.1);
  const double before = net.loss(x, labels);
  for (int t = 0; t < 100; ++t) rule.update(net.params, net.gradient(x, labels));
  EXPECT_LT(net.loss(x, labels), 0.95 * before);
}

#ifndef NDEBUG
TYPED_TEST(UpdateRuleTest, RefusesAGradientOfAnotherShape) {
  TypeParam rule(0.1);
  Matrix W = pair(1, -2);
  EXPECT_DEATH(rule.update(W, W.transpose()), "rows");
}
#endif

}  // namespace
}  // namespace runner::nn
