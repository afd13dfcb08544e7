#include "runner/nn/two_layer_net.hpp"

#include "runner/compute/initial_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace runner::nn {
namespace {

using Labels = std::vector<std::uint8_t>;

Matrix random_matrix(std::mt19937& random, Eigen::Index rows, Eigen::Index columns, double scale) {
  return Matrix::NullaryExpr(rows, columns,
                             [&] { return scale * (static_cast<double>(random()) / 2147483648.0 - 1); });
}

Parameters random_parameters(std::mt19937& random, Eigen::Index pixels, Eigen::Index hidden,
                             Eigen::Index classes) {
  return {random_matrix(random, pixels, hidden, 0.5), random_matrix(random, 1, hidden, 0.5),
          random_matrix(random, hidden, classes, 0.5), random_matrix(random, 1, classes, 0.5)};
}

Parameters zero_parameters(Eigen::Index pixels, Eigen::Index hidden, Eigen::Index classes) {
  return {Matrix::Zero(pixels, hidden), Matrix::Zero(1, hidden), Matrix::Zero(hidden, classes),
          Matrix::Zero(1, classes)};
}

double largest_difference(const Matrix& a, const Matrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return std::numeric_limits<double>::infinity();
  return (a - b).cwiseAbs().maxCoeff();
}

double largest_difference(const Parameters& a, const Parameters& b) {
  return std::max({largest_difference(a.W1, b.W1), largest_difference(a.b1, b.b1),
                   largest_difference(a.W2, b.W2), largest_difference(a.b2, b.b2)});
}

TEST(TwoLayerNet, HasTheBooksShapes) {
  const TwoLayerNet net(784, 100, 10, 1);
  EXPECT_EQ(net.params.W1.rows(), 784);
  EXPECT_EQ(net.params.W1.cols(), 100);
  EXPECT_EQ(net.params.b1.cols(), 100);
  EXPECT_EQ(net.params.W2.rows(), 100);
  EXPECT_EQ(net.params.W2.cols(), 10);
  EXPECT_EQ(net.params.b2.cols(), 10);

  std::mt19937 random(1);
  const Matrix y = net.predict(random_matrix(random, 3, 784, 1));
  EXPECT_EQ(y.rows(), 3);
  EXPECT_EQ(y.cols(), 10);
}

TEST(TwoLayerNet, StartsFromTheProductsOwnWeightsAndZeroBiases) {
  const std::size_t pixels = 21, hidden = 5, classes = 3;
  const TwoLayerNet net(pixels, hidden, classes, 42, 0.1);
  const Elementwise& ops = elementwise(best_instruction_set());
  float W1[hidden * pixels], W2[hidden * classes];
  initial_weights(ops, 42, RandomPurpose::initial_W1, hidden, pixels, 0.1f, W1);
  initial_weights(ops, 42, RandomPurpose::initial_W2, hidden, classes, 0.1f, W2);

  for (std::size_t h = 0; h < hidden; ++h) {
    const auto row = static_cast<Eigen::Index>(h);
    for (std::size_t i = 0; i < pixels; ++i)
      EXPECT_EQ(net.params.W1(static_cast<Eigen::Index>(i), row), W1[h * pixels + i]);
    for (std::size_t c = 0; c < classes; ++c)
      EXPECT_EQ(net.params.W2(row, static_cast<Eigen::Index>(c)), W2[h * classes + c]);
  }
  EXPECT_TRUE(net.params.b1.isZero(0));
  EXPECT_TRUE(net.params.b2.isZero(0));
}

TEST(TwoLayerNet, StartsFromWeightsOfTheStandardDeviationAsked) {
  const TwoLayerNet net(784, 100, 10, 1, 0.01);
  const double n = static_cast<double>(net.params.W1.size());
  EXPECT_NEAR(net.params.W1.sum() / n, 0, 2e-4);
  EXPECT_NEAR(std::sqrt(net.params.W1.squaredNorm() / n), 0.01, 2e-4);
}

TEST(InitialStd, IsAsAskedOrFollowsTheInputs) {
  EXPECT_EQ(initial_std(WeightInit::std, 0.01, 100), 0.01);
  EXPECT_EQ(initial_std(WeightInit::xavier, 0.01, 100), 0.1);
  EXPECT_EQ(initial_std(WeightInit::he, 0.01, 50), 0.2);
}

TEST(TwoLayerNet, StartsEachLayerFromTheStdOfItsInputs) {
  const std::size_t pixels = 21, hidden = 5, classes = 3;
  const Elementwise& ops = elementwise(best_instruction_set());
  for (const WeightInit init : {WeightInit::xavier, WeightInit::he}) {
    const TwoLayerNet net(pixels, hidden, classes, 42, 0.1, LossFunction::cross_entropy_error,
                          {.weight_init = init});
    const double scale = init == WeightInit::he ? 2 : 1;
    float W1[hidden * pixels], W2[hidden * classes];
    initial_weights(ops, 42, RandomPurpose::initial_W1, hidden, pixels,
                    static_cast<float>(std::sqrt(scale / 21)), W1);
    initial_weights(ops, 42, RandomPurpose::initial_W2, hidden, classes,
                    static_cast<float>(std::sqrt(scale / 5)), W2);
    for (std::size_t h = 0; h < hidden; ++h) {
      const auto row = static_cast<Eigen::Index>(h);
      for (std::size_t i = 0; i < pixels; ++i)
        EXPECT_FLOAT_EQ(static_cast<float>(net.params.W1(static_cast<Eigen::Index>(i), row)),
                        W1[h * pixels + i]);
      for (std::size_t c = 0; c < classes; ++c)
        EXPECT_FLOAT_EQ(static_cast<float>(net.params.W2(row, static_cast<Eigen::Index>(c))),
                        W2[h * classes + c]);
    }
  }
}

TEST(TwoLayerNet, DiffersWithTheSeed) {
  const TwoLayerNet one(4, 3, 2, 1), again(4, 3, 2, 1), two(4, 3, 2, 2);
  EXPECT_EQ(one.params.W1, again.params.W1);
  EXPECT_NE(one.params.W1, two.params.W1);
  EXPECT_NE(one.params.W2, two.params.W2);
}

TEST(TwoLayerNet, RefusesParametersWhoseShapesDiffer) {
  Parameters parameters = zero_parameters(4, 3, 2);
  parameters.b1 = Matrix::Zero(1, 4);
  EXPECT_DEBUG_DEATH(TwoLayerNet{parameters}, "b1");
}

// One pixel, one hidden unit, two classes: σ(2·1 − 2) = ½, scores (½·2, ½·(−2) + 2) = (1, 1), so ½ and ½;
// with the pixel 0: σ(−2) = 0.119203, scores (0.238406, 1.761594), so 0.178993 and 0.821007.
TEST(TwoLayerNet, PredictsAsComputedByHand) {
  Parameters parameters = zero_parameters(1, 1, 2);
  parameters.W1 << 2;
  parameters.b1 << -2;
  parameters.W2 << 2, -2;
  parameters.b2 << 0, 2;
  const TwoLayerNet net(parameters);
  Matrix x(2, 1);
  x << 1, 0;
  Matrix y(2, 2);
  y << 0.5, 0.5,  //
      0.178993, 0.821007;
  EXPECT_LT(largest_difference(net.predict(x), y), 1e-6);
}

// One pixel, two hidden units, two classes; a = (1, −1) for the pixel 1, (−0.5, 0.25) for the pixel 0. The
// score of class 1 is the sum of the hidden units, that of class 0 is 0: y1 = sigmoid(z1 + z2).
Parameters two_units() {
  Parameters parameters = zero_parameters(1, 2, 2);
  parameters.W1 << 1.5, -1.25;
  parameters.b1 << -0.5, 0.25;
  parameters.W2 << 0, 1,  //
      0, 1;
  return parameters;
}

TEST(TwoLayerNet, HasTheActivationAskedFor) {
  Matrix x(2, 1);
  x << 1, 0;
  const auto sum_of_units = [&](Activation activation) -> Matrix {
    const TwoLayerNet net(two_units(), LossFunction::cross_entropy_error, {.activation = activation});
    const Matrix y = net.predict(x);
    EXPECT_LT(largest_difference(net.hidden(x).rowwise().sum(),
                                 (y.col(1).array() / y.col(0).array()).log().matrix()),
              1e-15);
    return net.hidden(x).rowwise().sum();
  };
  Matrix expected(2, 1);
  expected << 1, 0.25;
  EXPECT_EQ(sum_of_units(Activation::relu), expected);
  expected << 0, -0.21719849486;  // tanh(0.25) − tanh(0.5) = 0.24491866240 − 0.46211715726
  EXPECT_LT(largest_difference(sum_of_units(Activation::tanh), expected), 1e-10);
  expected << 1, 0.93971716968;  // sigmoid(−0.5) + sigmoid(0.25) = 0.37754066880 + 0.56217650089
  EXPECT_LT(largest_difference(sum_of_units(Activation::sigmoid), expected), 1e-10);
}

TEST(TwoLayerNetDropout, MasksInTrainingAndScalesInEvaluation) {
  const TwoLayerNet net(two_units(), LossFunction::cross_entropy_error_exact,
                        {.activation = Activation::tanh, .dropout = 0.2});
  Matrix x(2, 1), mask(2, 2);
  x << 1, 0;
  mask << 1, 0,  //
      0, 1;
  const Labels labels{1, 1};
  const auto sigmoid_of = [](double a) { return 1 / (1 + std::exp(-a)); };
  const double first = sigmoid_of(std::tanh(1)), second = sigmoid_of(std::tanh(0.25));
  EXPECT_NEAR(net.predict(x, mask)(0, 1), first, 1e-15);
  EXPECT_NEAR(net.predict(x, mask)(1, 1), second, 1e-15);
  EXPECT_NEAR(net.loss(x, labels, mask), -(std::log(first) + std::log(second)) / 2, 1e-15);

  const double scaled = sigmoid_of(0.8 * (std::tanh(0.25) + std::tanh(-0.5)));
  EXPECT_NEAR(net.predict(x)(0, 1), 0.5, 1e-15);  // tanh(1) + tanh(−1) = 0
  EXPECT_NEAR(net.predict(x)(1, 1), scaled, 1e-15);
  EXPECT_NEAR(net.loss(x, labels), -(std::log(0.5) + std::log(scaled)) / 2, 1e-15);
}

TEST(TwoLayerNetDropout, OfNoUnitChangesNothing) {
  std::mt19937 random(9);
  const Parameters parameters = random_parameters(random, 6, 4, 3);
  const Matrix x = random_matrix(random, 5, 6, 1), ones = Matrix::Ones(5, 4);
  const Labels labels{0, 1, 2, 1, 0};
  const TwoLayerNet plain(parameters),
      dropout(parameters, LossFunction::cross_entropy_error, {.dropout = 0.5});
  EXPECT_EQ(dropout.predict(x, ones), plain.predict(x));
  EXPECT_EQ(dropout.loss(x, labels, ones), plain.loss(x, labels));
  EXPECT_EQ(largest_difference(dropout.gradient(x, labels, ones), plain.gradient(x, labels)), 0);
}

// ΣW1² = 1.5² + 1.25² = 3.8125, ΣW2² = 2; the biases do not count.
TEST(TwoLayerNetWeightDecay, AddsHalfTheSquaresOfTheWeights) {
  Matrix x(2, 1);
  x << 1, 0;
  const Labels labels{1, 0};
  const TwoLayerNet plain(two_units());
  const TwoLayerNet net(two_units(), LossFunction::cross_entropy_error, {.weight_decay = 0.1});
  EXPECT_NEAR(net.decay_loss(), 0.290625, 1e-15);
  EXPECT_EQ(net.data_loss(x, labels), plain.loss(x, labels));
  EXPECT_NEAR(net.loss(x, labels), plain.loss(x, labels) + 0.290625, 1e-15);
  EXPECT_EQ(plain.decay_loss(), 0);
}

TEST(TwoLayerNetWeightDecay, AddsTheWeightsToTheirGradients) {
  Matrix x(2, 1);
  x << 1, 0;
  const Labels labels{1, 0};
  const TwoLayerNet plain(two_units());
  const TwoLayerNet net(two_units(), LossFunction::cross_entropy_error, {.weight_decay = 0.1});
  Parameters expected = plain.gradient(x, labels);
  expected.W1 += 0.1 * plain.params.W1;
  expected.W2 += 0.1 * plain.params.W2;
  EXPECT_LT(largest_difference(net.gradient(x, labels), expected), 1e-16);
}

TEST(TwoLayerNet, PredictsProbabilities) {
  std::mt19937 random(2);
  const TwoLayerNet net(random_parameters(random, 6, 4, 3));
  const Matrix y = net.predict(random_matrix(random, 5, 6, 100));
  EXPECT_LT(largest_difference(y.rowwise().sum(), Matrix::Ones(5, 1)), 1e-15);
  EXPECT_GE(y.minCoeff(), 0);
}

// All weights 0: each of the 10 classes has y = 0.1.
TEST(TwoLayerNet, HasTheLossOfAGuessWhenItKnowsNothing) {
  const Matrix x = Matrix::Ones(2, 4);
  const Labels labels{3, 9};
  const Parameters zero = zero_parameters(4, 3, 10);
  EXPECT_NEAR(TwoLayerNet(zero).loss(x, labels), -std::log(0.1 + 1e-7), 1e-15);
  EXPECT_NEAR(TwoLayerNet(zero, LossFunction::cross_entropy_error_exact).loss(x, labels), std::log(10.0),
              1e-15);
  EXPECT_NEAR(TwoLayerNet(zero, LossFunction::mean_squared_error).loss(x, labels), 0.45, 1e-15);
}

TEST(TwoLayerNet, CountsTheShareOfRightAnswers) {
  // The hidden unit follows the pixel; class 1 follows the hidden unit.
  Parameters parameters = zero_parameters(1, 1, 2);
  parameters.W1 << 1;
  parameters.W2 << -1, 1;
  parameters.b2 << 0.5, -0.5;
  const TwoLayerNet net(parameters);
  Matrix x(4, 1);
  x << -5, 5, -5, 5;  // predicted 0, 1, 0, 1
  EXPECT_EQ(net.accuracy(x, Labels{0, 1, 0, 1}), 1);
  EXPECT_EQ(net.accuracy(x, Labels{0, 1, 0, 0}), 0.75);
  EXPECT_EQ(net.accuracy(x, Labels{1, 0, 1, 0}), 0);
}

TEST(TwoLayerNet, AnswersTheFirstOfEquallyLikelyClasses) {
  const TwoLayerNet net(zero_parameters(4, 3, 10));
  EXPECT_EQ(net.accuracy(Matrix::Ones(2, 4), Labels{0, 1}), 0.5);
}

TEST(TwoLayerNet, HasNoLossAndNoAccuracyOnNoImages) {
  const TwoLayerNet net(zero_parameters(4, 3, 10));
  EXPECT_TRUE(std::isnan(net.loss(Matrix(0, 4), Labels{})));
  EXPECT_TRUE(std::isnan(net.accuracy(Matrix(0, 4), Labels{})));
}

// How far back-propagation is from central differences: 5 images of 12 pixels, 7 hidden units, 10 classes.
double gradient_error(LossFunction loss) {
  std::mt19937 random(3);
  TwoLayerNet net(random_parameters(random, 12, 7, 10), loss);
  const Matrix x = random_matrix(random, 5, 12, 1);
  const Labels labels{0, 9, 4, 4, 7};
  return largest_difference(net.gradient(x, labels), net.numerical_gradient(x, labels));
}

TEST(TwoLayerNetGradient, IsTheDerivativeOfTheExactCrossEntropy) {
  EXPECT_LT(gradient_error(LossFunction::cross_entropy_error_exact), 1e-9);
}

TEST(TwoLayerNetGradient, IsTheDerivativeOfTheMeanSquaredError) {
  EXPECT_LT(gradient_error(LossFunction::mean_squared_error), 1e-9);
}

// The book's y − t is not the derivative of log(y + 1e-7): the difference is there, and it is small.
TEST(TwoLayerNetGradient, IsTheDerivativeOfTheCrossEntropyButForThe1e7InTheLogarithm) {
  const double error = gradient_error(LossFunction::cross_entropy_error);
  EXPECT_LT(error, 2e-6);
  EXPECT_GT(error, 1e-8);
}

// Each activation, without and with weight decay and dropout, on both losses whose derivative is exact.
class TwoLayerNetGradients
    : public testing::TestWithParam<std::tuple<Activation, double, double, LossFunction>> {};

TEST_P(TwoLayerNetGradients, AreThoseOfCentralDifferences) {
  const auto [activation, weight_decay, dropout, loss] = GetParam();
  std::mt19937 random(10);
  TwoLayerNet net(random_parameters(random, 12, 7, 10), loss,
                  {.activation = activation, .weight_decay = weight_decay, .dropout = dropout});
  const Matrix x = random_matrix(random, 5, 12, 1);
  const Labels labels{0, 9, 4, 4, 7};
  // Central differences have no meaning at a kink of relu: none is within reach of a step.
  ASSERT_GT(((x * net.params.W1).rowwise() + net.params.b1.row(0)).cwiseAbs().minCoeff(), 2 * step);
  EXPECT_LT(largest_difference(net.gradient(x, labels), net.numerical_gradient(x, labels)), 1e-8);

  const Matrix mask = Matrix::NullaryExpr(5, 7, [&] { return random() % 3 == 0 ? 0.0 : 1.0; });
  const Parameters masked = net.gradient(x, labels, mask);
  EXPECT_LT(largest_difference(masked, net.numerical_gradient(x, labels, mask)), 1e-8);
  EXPECT_GT(largest_difference(masked, net.gradient(x, labels)), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(All, TwoLayerNetGradients,
                         testing::Combine(testing::Values(Activation::sigmoid, Activation::tanh,
                                                          Activation::relu),
                                          testing::Values(0.0, 0.1), testing::Values(0.0, 0.25),
                                          testing::Values(LossFunction::cross_entropy_error_exact,
                                                          LossFunction::mean_squared_error)));

TEST(TwoLayerNetGradient, VanishesForAUnitThatIsMaskedInEachImage) {
  std::mt19937 random(11);
  const TwoLayerNet net(random_parameters(random, 4, 3, 2), LossFunction::cross_entropy_error,
                        {.dropout = 0.5});
  Matrix mask(2, 3);
  mask << 1, 0, 1,  //
      0, 0, 1;
  const Parameters gradient = net.gradient(random_matrix(random, 2, 4, 1), Labels{0, 1}, mask);
  EXPECT_TRUE(gradient.W1.col(1).isZero(0) && gradient.b1.col(1).isZero(0) && gradient.W2.row(1).isZero(0));
  EXPECT_GT(gradient.W1.col(0).cwiseAbs().minCoeff(), 0);
}

TEST(TwoLayerNetGradient, VanishesForOneClass) {
  std::mt19937 random(4);
  const TwoLayerNet net(random_parameters(random, 4, 3, 1));
  const Parameters gradient = net.gradient(random_matrix(random, 2, 4, 1), Labels{0, 0});
  EXPECT_EQ(largest_difference(gradient, zero_parameters(4, 3, 1)), 0);
}

TEST(TwoLayerNetGradient, IsTheMeanOfThoseOfTheImages) {
  std::mt19937 random(5);
  const TwoLayerNet net(random_parameters(random, 4, 3, 2));
  const Matrix x = random_matrix(random, 2, 4, 1);
  const Parameters both = net.gradient(x, Labels{0, 1});
  const Parameters first = net.gradient(x.row(0), Labels{0});
  const Parameters second = net.gradient(x.row(1), Labels{1});
  EXPECT_LT(largest_difference(both.W1, (first.W1 + second.W1) / 2), 1e-16);
  EXPECT_LT(largest_difference(both.b2, (first.b2 + second.b2) / 2), 1e-16);
}

TEST(TwoLayerNetNumericalGradient, LeavesTheParametersAsTheyWere) {
  std::mt19937 random(6);
  TwoLayerNet net(random_parameters(random, 4, 3, 2));
  const Parameters before = net.params;
  net.numerical_gradient(random_matrix(random, 2, 4, 1), Labels{0, 1});
  EXPECT_EQ(largest_difference(net.params, before), 0);
}

TEST(TwoLayerNetUpdate, StepsAgainstTheGradient) {
  TwoLayerNet net(zero_parameters(2, 2, 2));
  net.update({Matrix::Constant(2, 2, 1), Matrix::Constant(1, 2, 2), Matrix::Constant(2, 2, 3),
              Matrix::Constant(1, 2, -4)},
             0.5);
  const Parameters expected{Matrix::Constant(2, 2, -0.5), Matrix::Constant(1, 2, -1),
                            Matrix::Constant(2, 2, -1.5), Matrix::Constant(1, 2, 2)};
  EXPECT_EQ(largest_difference(net.params, expected), 0);
}

// Needs the hidden layer: no line divides the classes of the exclusive or.
TEST(TwoLayerNetUpdate, LearnsTheExclusiveOr) {
  std::mt19937 random(8);
  TwoLayerNet net(random_parameters(random, 2, 8, 2));
  Matrix x(4, 2);
  x << 0, 0,  //
      0, 1,   //
      1, 0,   //
      1, 1;
  const Labels labels{0, 1, 1, 0};
  for (int i = 0; i < 3000; ++i) net.update(net.gradient(x, labels), 1.0);
  EXPECT_EQ(net.accuracy(x, labels), 1);
  EXPECT_LT(net.loss(x, labels), 0.05);
}

}  // namespace
}  // namespace runner::nn
