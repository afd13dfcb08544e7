#include "runner/nn/functions.hpp"

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// Figures "as printed" are those of "Deep Learning from Scratch", chapters 3 and 4.
namespace runner::nn {
namespace {

const double infinity = std::numeric_limits<double>::infinity();

Matrix row(std::initializer_list<double> values) {
  Matrix m(1, static_cast<Eigen::Index>(values.size()));
  Eigen::Index i = 0;
  for (const double v : values) m(0, i++) = v;
  return m;
}

void expect_near(const Matrix& actual, const Matrix& expected, double tolerance) {
  ASSERT_EQ(actual.rows(), expected.rows());
  ASSERT_EQ(actual.cols(), expected.cols());
  for (Eigen::Index i = 0; i < actual.rows(); ++i)
    for (Eigen::Index j = 0; j < actual.cols(); ++j)
      EXPECT_NEAR(actual(i, j), expected(i, j), tolerance) << "at (" << i << ", " << j << ")";
}

TEST(Sigmoid, HasThePrintedValues) {
  expect_near(sigmoid(row({-1.0, 1.0, 2.0})), row({0.26894142, 0.73105858, 0.88079708}), 5e-9);
}

TEST(Sigmoid, GoesToZeroAndOneWithoutOverflow) {
  const Matrix y = sigmoid(row({-infinity, -1000, 0, 1000, infinity}));
  expect_near(y, row({0, 0, 0.5, 1, 1}), 1e-300);
}

TEST(SigmoidGrad, IsAQuarterAtZeroAndVanishesFarOut) {
  expect_near(sigmoid_grad(row({-1000, 0, 1000})), row({0, 0.25, 0}), 1e-300);
}

TEST(SigmoidGrad, IsTheDerivativeOfTheSigmoid) {
  for (const double x : {-3.0, -0.5, 0.0, 1.25, 4.0}) {
    const auto f = [](double v) { return sigmoid(row({v}))(0, 0); };
    EXPECT_NEAR(sigmoid_grad(row({x}))(0, 0), numerical_diff(f, x), 1e-9) << "at " << x;
  }
}

// By hand: e = exp(0.5) = 1.6487212707, (e − 1/e)/(e + 1/e) = 1.0421906109/2.2552519304.
TEST(Tanh, HasTheValuesOfItsFormula) {
  expect_near(tanh(row({-0.5, 0, 0.5, 1})), row({-0.46211715726, 0, 0.46211715726, 0.76159415596}), 5e-12);
}

TEST(Tanh, GoesToMinusOneAndOneWithoutOverflow) {
  expect_near(tanh(row({-infinity, -1000, 1000, infinity})), row({-1, -1, 1, 1}), 0);
}

TEST(Tanh, IsASigmoidStretchedFromMinusOneToOne) {
  const Matrix x = row({-3, -0.5, 0.25, 4});
  expect_near(tanh(x), (2 * sigmoid(2 * x).array() - 1).matrix(), 1e-15);
}

TEST(TanhGrad, IsOneAtZeroAndVanishesFarOut) {
  expect_near(tanh_grad(row({-1000, 0, 1000})), row({0, 1, 0}), 0);
}

TEST(Relu, LetsThroughWhatIsPositive) {
  expect_near(relu(row({-infinity, -2, -0.0, 0, 0.5, 3})), row({0, 0, 0, 0, 0.5, 3}), 0);
  EXPECT_EQ(relu(row({infinity}))(0, 0), infinity);
}

TEST(Relu, OfNotANumberIsNotANumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Matrix y = relu(row({1, nan, -1, nan, 2, nan, nan}));
  for (const Eigen::Index i : {1, 3, 5, 6}) EXPECT_TRUE(std::isnan(y(0, i))) << i;
}

TEST(ReluGrad, IsOneAboveZeroAndZeroAtZero) {
  expect_near(relu_grad(row({-2, -1e-300, 0, 1e-300, 3})), row({0, 0, 0, 1, 1}), 0);
}

class Activations : public testing::TestWithParam<Activation> {};

TEST_P(Activations, HaveTheDerivativesOfTheirs) {
  for (const double x : {-3.0, -0.5, 0.001, 1.25, 4.0}) {
    const auto f = [](double v) { return activate(GetParam(), row({v}))(0, 0); };
    EXPECT_NEAR(activation_grad(GetParam(), row({x}))(0, 0), numerical_diff(f, x), 1e-8) << "at " << x;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Activations,
                         testing::Values(Activation::sigmoid, Activation::tanh, Activation::relu),
                         [](const auto& named) { return std::string(to_string(named.param)); });

TEST(Activate, TakesTheFunctionNamed) {
  const Matrix x = row({-1, 2});
  EXPECT_EQ(activate(Activation::sigmoid, x), sigmoid(x));
  EXPECT_EQ(activate(Activation::tanh, x), tanh(x));
  EXPECT_EQ(activate(Activation::relu, x), relu(x));
  EXPECT_EQ(activation_grad(Activation::sigmoid, x), sigmoid_grad(x));
  EXPECT_EQ(activation_grad(Activation::tanh, x), tanh_grad(x));
  EXPECT_EQ(activation_grad(Activation::relu, x), relu_grad(x));
}

TEST(Softmax, HasThePrintedValues) {
  expect_near(softmax(row({0.3, 2.9, 4.0})), row({0.01821127, 0.24519181, 0.73659691}), 5e-9);
}

TEST(Softmax, DoesNotOverflow) {
  expect_near(softmax(row({1010, 1000, 990})), row({9.99954600e-01, 4.53978686e-05, 2.06106005e-09}), 5e-10);
}

TEST(Softmax, TakesEachRowOnItsOwn) {
  Matrix x(2, 3);
  x << 1010, 1000, 990,  //
      0.3, 2.9, 4.0;
  const Matrix y = softmax(x);
  expect_near(y.row(0), softmax(row({1010, 1000, 990})), 0);
  expect_near(y.row(1), softmax(row({0.3, 2.9, 4.0})), 0);
}

TEST(Softmax, OfOneClassIsOneAndOfNoRowsIsEmpty) {
  expect_near(softmax(row({-7})), row({1}), 0);
  EXPECT_EQ(softmax(Matrix(0, 3)).rows(), 0);
}

TEST(OneHot, SetsAOneAtEachLabel) {
  Matrix expected(2, 3);
  expected << 0, 0, 1,  //
      1, 0, 0;
  expect_near(one_hot(std::vector<std::uint8_t>{2, 0}, 3), expected, 0);
}

TEST(MeanSquaredError, HasThePrintedValue) {
  const Matrix y = row({0.1, 0.05, 0.6, 0, 0.05, 0.1});
  EXPECT_NEAR(mean_squared_error(y, row({0, 0, 1, 0, 0, 0})), 0.0925, 1e-15);
}

TEST(MeanSquaredError, IsZeroForAPerfectAnswer) {
  EXPECT_EQ(mean_squared_error(row({0, 1, 0}), row({0, 1, 0})), 0);
}

TEST(MeanSquaredError, IsAMeanOverTheBatch) {
  Matrix y(2, 2);
  y << 0.5, 0.5,  // ½·(0.25 + 0.25)
      0, 1;       // ½·(1 + 1)
  EXPECT_NEAR(mean_squared_error(y, std::vector<std::uint8_t>{0, 0}), 0.625, 1e-15);
}

TEST(MeanSquaredError, OfNoRowsIsNotANumber) {
  EXPECT_TRUE(std::isnan(mean_squared_error(Matrix(0, 3), Matrix(0, 3))));
}

// The figures are printed without the 1e-7, which takes 1e-7/y_t from them.
TEST(CrossEntropyError, HasThePrintedValueButForThe1e7InTheLogarithm) {
  const Matrix y = row({0.1, 0.05, 0.3, 0.2});
  EXPECT_NEAR(cross_entropy_error(y, row({0, 0, 1, 0})), 1.2039728 - 1e-7 / 0.3, 5e-8);
}

TEST(CrossEntropyErrorExact, HasThePrintedValue) {
  EXPECT_NEAR(cross_entropy_error_exact(row({0.1, 0.05, 0.3, 0.2}), std::vector<std::uint8_t>{2}), 1.2039728,
              5e-8);
}

TEST(CrossEntropyErrorExact, IsAMeanOverTheBatch) {
  Matrix y(2, 2);
  y << 0.5, 0.5,  //
      0.25, 0.75;
  const double expected = -(std::log(0.5) + std::log(0.75)) / 2;
  EXPECT_NEAR(cross_entropy_error_exact(y, std::vector<std::uint8_t>{0, 1}), expected, 1e-15);
}

TEST(CrossEntropyErrorExact, IsInfiniteWhenTheAnswerIsRuledOut) {
  EXPECT_EQ(cross_entropy_error_exact(row({0, 1}), std::vector<std::uint8_t>{0}), infinity);
}

TEST(CrossEntropyErrorExact, OfNoRowsIsNotANumber) {
  EXPECT_TRUE(std::isnan(cross_entropy_error_exact(Matrix(0, 3), std::vector<std::uint8_t>{})));
}

TEST(CrossEntropyError, StaysFiniteWhenTheAnswerIsRuledOut) {
  EXPECT_NEAR(cross_entropy_error(row({0, 1}), row({1, 0})), 16.11809565095832, 1e-13);
}

TEST(CrossEntropyError, IsAMeanOverTheBatch) {
  Matrix y(2, 2);
  y << 0.5, 0.5,  //
      0.25, 0.75;
  const double expected = -(std::log(0.5 + 1e-7) + std::log(0.75 + 1e-7)) / 2;
  EXPECT_NEAR(cross_entropy_error(y, std::vector<std::uint8_t>{0, 1}), expected, 1e-15);
}

TEST(CrossEntropyError, OfNoRowsIsNotANumber) {
  EXPECT_TRUE(std::isnan(cross_entropy_error(Matrix(0, 3), Matrix(0, 3))));
}

TEST(Losses, AreTheSameForLabelsAndOneHot) {
  Matrix y(3, 4);
  y << 0.1, 0.2, 0.3, 0.4,  //
      0.7, 0.1, 0.1, 0.1,   //
      0.25, 0.25, 0.25, 0.25;
  Matrix t(3, 4);
  t << 0, 0, 0, 1,  //
      0, 1, 0, 0,   //
      1, 0, 0, 0;
  const std::vector<std::uint8_t> labels{3, 1, 0};
  EXPECT_EQ(mean_squared_error(y, labels), mean_squared_error(y, t));
  EXPECT_EQ(cross_entropy_error(y, labels), cross_entropy_error(y, t));
}

TEST(NumericalDiff, HasThePrintedValues) {
  const auto f = [](double x) { return 0.01 * x * x + 0.1 * x; };
  EXPECT_NEAR(numerical_diff(f, 5), 0.2, 1e-11);   // printed 0.1999999999990898
  EXPECT_NEAR(numerical_diff(f, 10), 0.3, 1e-11);  // printed 0.2999999999986347
}

double sum_of_squares(const Matrix& x) {
  return x.squaredNorm();
}

TEST(NumericalGradient, HasThePrintedValues) {
  expect_near(numerical_gradient(sum_of_squares, row({3, 4})), row({6, 8}), 1e-9);
  expect_near(numerical_gradient(sum_of_squares, row({0, 2})), row({0, 4}), 1e-9);
  expect_near(numerical_gradient(sum_of_squares, row({3, 0})), row({6, 0}), 1e-9);
}

TEST(NumericalGradient, HasTheShapeOfItsArgument) {
  Matrix x(2, 3);
  x << 1, 2, 3,  //
      4, 5, 6;
  expect_near(numerical_gradient(sum_of_squares, x), 2 * x, 1e-9);
  EXPECT_EQ(numerical_gradient(sum_of_squares, Matrix(0, 3)).size(), 0);
}

TEST(NumericalGradient, TakesAPartOfAnArray) {
  Matrix x(2, 2);
  x << 1, 2,  //
      3, 4;
  const Matrix gradient = numerical_gradient([&] { return sum_of_squares(x); }, x.rightCols(1));
  Matrix expected(2, 1);
  expected << 4, 8;
  expect_near(gradient, expected, 1e-9);
}

TEST(NumericalGradient, LeavesItsArgumentAsItWas) {
  Matrix x = row({0.1, 1e300, -0.0});
  numerical_gradient([&] { return x(0, 0); }, x);
  EXPECT_EQ(x(0, 0), 0.1);
  EXPECT_EQ(x(0, 1), 1e300);
  EXPECT_TRUE(std::signbit(x(0, 2)));
}

TEST(NumericalGradient, LeavesItsArgumentAsItWasWhenTheFunctionThrows) {
  Matrix x = row({1, 2});
  const auto f = [&]() -> double {
    if (x(0, 1) != 2) throw std::runtime_error("moved");
    return 0;
  };
  EXPECT_THROW(numerical_gradient(f, x), std::runtime_error);
  EXPECT_EQ(x(0, 0), 1);
  EXPECT_EQ(x(0, 1), 2);
}

TEST(GradientDescent, ReachesTheMinimum) {
  const Matrix x = gradient_descent(sum_of_squares, row({-3, 4}), 0.1, 100);
  EXPECT_LT(x.norm(), 1e-8);  // printed [-6.11110793e-10, 8.14814391e-10]
}

TEST(GradientDescent, DivergesWithTooLargeALearningRate) {
  EXPECT_GT(gradient_descent(sum_of_squares, row({-3, 4}), 10.0, 100).norm(), 1e10);
}

TEST(GradientDescent, HardlyMovesWithTooSmallALearningRate) {
  const Matrix x = gradient_descent(sum_of_squares, row({-3, 4}), 1e-10, 100);
  expect_near(x, row({-2.99999994, 3.99999992}), 5e-9);  // as printed
}

TEST(GradientDescent, StaysWhereItIsWithoutSteps) {
  expect_near(gradient_descent(sum_of_squares, row({-3, 4}), 0.1, 0), row({-3, 4}), 0);
}

// The network without a hidden layer, softmax(x·W), of the section "gradients of a neural network".
class SimpleNet : public testing::Test {
 protected:
  SimpleNet() : W(2, 3) {
    W << 0.47355232, 0.9977393, 0.84668094,  //
        0.85557411, 0.03563661, 0.69422093;
  }
  double loss() const { return cross_entropy_error_exact(softmax(x * W), label); }

  Matrix W;
  const Matrix x = row({0.6, 0.9});
  const std::vector<std::uint8_t> label{2};
};

TEST_F(SimpleNet, HasThePrintedScores) {
  expect_near(x * W, row({1.05414809, 0.63071653, 1.1328074}), 5e-9);
}

// Printed to 17 digits, but W to 8 alone: they give the loss to about 1e-8.
TEST_F(SimpleNet, HasThePrintedLoss) {
  EXPECT_NEAR(loss(), 0.92806853663411326, 1e-8);
}

TEST_F(SimpleNet, HasThePrintedLossButForThe1e7InTheLogarithm) {
  const Matrix y = softmax(x * W);
  EXPECT_NEAR(cross_entropy_error(y, label), 0.92806853663411326 - 1e-7 / y(0, 2), 1e-8);
}

TEST_F(SimpleNet, HasThePrintedGradient) {
  Matrix expected(2, 3);
  expected << 0.21924763, 0.14356247, -0.36281009,  //
      0.32887144, 0.2153437, -0.54421514;
  expect_near(numerical_gradient([&] { return loss(); }, W), expected, 1e-8);
}

}  // namespace
}  // namespace runner::nn
