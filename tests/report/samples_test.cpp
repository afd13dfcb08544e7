#include "samples.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using test::spec;
using Places = std::vector<std::size_t>;

ConfigurationSummary configuration(const RunSpec& specification) {
  ConfigurationSummary c;
  c.spec = specification;
  return c;
}

const Column& column(std::string_view name) {
  const auto columns = axis_columns();
  return *std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
}

/// 12 learning rates and weight decays that belong together, each with two hidden sizes.
std::vector<ConfigurationSummary> drawn() {
  std::vector<ConfigurationSummary> all;
  for (int k = 1; k <= 12; ++k)
    for (const int hidden : {10, 20}) {
      RunSpec s = spec(hidden, 1, 0.01 * k);
      s.weight_decay = 1e-6 * ((5 * k) % 13);
      all.push_back(configuration(s));
    }
  return all;
}

TEST(Samples, AreToldFromGrids) {
  const std::vector<ConfigurationSummary> all = drawn();
  EXPECT_TRUE(is_sampled(all, column("learning_rate")));
  EXPECT_TRUE(is_sampled(all, column("weight_decay")));
  EXPECT_FALSE(is_sampled(all, column("hidden_size")));
  EXPECT_FALSE(is_sampled(all, column("loss")));
  std::vector<ConfigurationSummary> grid;
  for (int k = 1; k <= 12; ++k)
    for (int hidden = 1; hidden <= 12; ++hidden) grid.push_back(configuration(spec(hidden, 1, 0.01 * k)));
  EXPECT_FALSE(is_sampled(grid, column("learning_rate")));
  // Half of it still is one; a diagonal is not.
  grid.resize(72);
  EXPECT_FALSE(is_sampled(grid, column("learning_rate")));
  std::vector<ConfigurationSummary> diagonal;
  for (int k = 1; k <= 12; ++k) diagonal.push_back(configuration(spec(k, 1, 0.01 * k)));
  EXPECT_TRUE(is_sampled(diagonal, column("learning_rate")));
  diagonal.resize(10);
  EXPECT_FALSE(is_sampled(diagonal, column("learning_rate")));
  EXPECT_FALSE(is_sampled({}, column("learning_rate")));
}

TEST(Samples, AreTheConfigurationsThatShareWhatWasDrawn) {
  const std::vector<ConfigurationSummary> all = drawn();
  const Samples samples = samples_of(all, sampled_axes(all, {axis_columns().begin(), axis_columns().end()}));
  EXPECT_EQ(samples.count, 12u);
  EXPECT_EQ(Places(samples.of.begin(), samples.of.begin() + 4), (Places{0, 0, 1, 1}));
  EXPECT_EQ(samples_of(all, {}).count, 24u);
}

TEST(QuantileBins, HoldAboutEquallyMany) {
  const Bins bins = quantile_bins(std::vector<double>{5, 1, 4, 2, 3, 7, 6}, 3);
  EXPECT_EQ(bins.count(), 3u);
  EXPECT_EQ(bins.least, (std::vector<double>{1, 3, 5}));
  EXPECT_EQ(bins.most, (std::vector<double>{2, 4, 7}));
  EXPECT_EQ(bins.at, (Places{2, 0, 1, 0, 1, 2, 2}));
}

TEST(QuantileBins, PutEqualNumbersIntoOne) {
  const Bins bins = quantile_bins(std::vector<double>{0, 0, 0, 0, 1, 2}, 3);
  EXPECT_EQ(bins.least, (std::vector<double>{0, 1}));
  EXPECT_EQ(bins.most, (std::vector<double>{0, 2}));
  EXPECT_EQ(bins.at, (Places{0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(quantile_bins(std::vector<double>{3, 3}, 5).count(), 1u);
}

TEST(BinText, IsShort) {
  EXPECT_EQ(bin_text(0.00212345, 0.01), "0.00212 to 0.01");
  EXPECT_EQ(bin_text(1.23456e-7, 5e-7), "1.23e-07 to 5e-07");
  EXPECT_EQ(bin_text(100, 1200), "100 to 1200");
  EXPECT_EQ(bin_text(7, 7), "7");
}

}  // namespace
}  // namespace runner
