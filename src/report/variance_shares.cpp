#include "variance_shares.hpp"

#include "runner/report/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/fisher_f.hpp>

namespace runner {
namespace {

using Doubles = std::vector<double>;
using Factors = std::vector<std::size_t>;

/// Sums of squares below this part of the numbers' own are rounding.
constexpr double rounding = 1e-20;

double p_of(double f, double df_above, double df_below) {
  if (std::isnan(f) || df_below < 1) return std::nan("");
  if (std::isinf(f)) return 0;
  return boost::math::cdf(
      boost::math::complement(boost::math::fisher_f_distribution<>(df_above, df_below), f));
}

/// How two sums of squares are compared.
double ratio(double above, double below) {
  if (below > 0) return above / below;
  return above > 0 ? std::numeric_limits<double>::infinity() : std::nan("");
}

/// The cells of a grid.
class Cells {
 public:
  explicit Cells(std::span<const std::size_t> levels) : levels_(levels.begin(), levels.end()) {
    strides_.assign(levels.size(), 1);
    for (std::size_t f = levels.size(); f-- > 0;) {
      strides_[f] = count_;
      count_ *= levels[f];
    }
  }

  std::size_t count() const { return count_; }

  std::size_t degrees_of(const Factors& factors) const {
    std::size_t degrees = 1;
    for (const std::size_t f : factors) degrees *= levels_[f] - 1;
    return degrees;
  }

  /// Of the term of one or two factors.
  double squares_of(const Doubles& numbers, const Factors& factors) const {
    double squares = marginal_squares(numbers, factors);
    if (factors.size() == 2)
      for (const std::size_t f : factors) squares -= marginal_squares(numbers, {f});
    return std::max(squares, 0.0);
  }

  double all_squares(const Doubles& numbers) const {
    const double middle = mean(numbers);
    double squares = 0;
    for (const double number : numbers) squares += (number - middle) * (number - middle);
    return squares;
  }

 private:
  /// Of the means over all other factors.
  double marginal_squares(const Doubles& numbers, const Factors& factors) const {
    std::size_t size = 1;
    for (const std::size_t f : factors) size *= levels_[f];
    Doubles sums(size);
    for (std::size_t cell = 0; cell < count_; ++cell) {
      std::size_t at = 0;
      for (const std::size_t f : factors) at = at * levels_[f] + cell / strides_[f] % levels_[f];
      sums[at] += numbers[cell];
    }
    const double per_mean = static_cast<double>(count_ / size), middle = mean(numbers);
    double squares = 0;
    for (const double sum : sums) squares += std::pow(sum / per_mean - middle, 2);
    return squares * per_mean;
  }

  std::vector<std::size_t> levels_, strides_;
  std::size_t count_ = 1;
};

std::vector<Factors> terms_of(std::size_t factors) {
  std::vector<Factors> terms;
  for (std::size_t f = 0; f < factors; ++f) terms.push_back({f});
  for (std::size_t f = 0; f < factors; ++f)
    for (std::size_t g = f + 1; g < factors; ++g) terms.push_back({f, g});
  return terms;
}

/// What the configurations with a property add up to.
struct Sums {
  double n = 0, sum = 0;
};

/// The sums that a share is made of, from which a sample may be taken away.
struct SampledSums {
  std::vector<Sums> groups;
  std::vector<double> units_in_group;
  Sums all, grouped;        ///< `grouped`: of those in a group
  double squares = 0;       ///< Σ y²
  double unit_squares = 0;  ///< Σ m_u ȳ_u² of those in a group

  void add(std::size_t group, const Sums& unit, double own_squares, double sign) {
    const auto add_to = [&](Sums& sums) {
      sums.n += sign * unit.n;
      sums.sum += sign * unit.sum;
    };
    add_to(all);
    squares += sign * own_squares;
    if (group == no_group) return;
    add_to(groups[group]);
    add_to(grouped);
    units_in_group[group] += sign;
    unit_squares += sign * unit.sum * unit.sum / unit.n;
  }

  struct Parts {
    double between = 0, within = 0, total = 0, groups = 0, units = 0;
  };
  Parts parts() const {
    Parts p;
    double group_squares = 0;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (units_in_group[g] < 0.5) continue;
      ++p.groups;
      p.units += units_in_group[g];
      group_squares += groups[g].sum * groups[g].sum / groups[g].n;
    }
    p.between = p.groups > 0 ? group_squares - grouped.sum * grouped.sum / grouped.n : 0;
    p.within = p.units > p.groups ? std::max(unit_squares - group_squares, 0.0) / (p.units - p.groups) : 0;
    p.total = squares - all.sum * all.sum / all.n;
    return p;
  }
  double share(double noise) const {
    const Parts p = parts();
    return (p.between - (p.groups - 1) * p.within) / (p.total - noise);
  }
};

}  // namespace

GridShares grid_shares(std::span<const std::size_t> levels, std::span<const double> numbers,
                       std::size_t seeds) {
  const Cells cells(levels);
  const auto n = static_cast<double>(seeds);
  Doubles means(cells.count());
  for (std::size_t cell = 0; cell < cells.count(); ++cell)
    means[cell] = mean(numbers.subspan(cell * seeds, seeds));
  std::vector<Doubles> deviations;  // of each seed
  for (std::size_t s = 0; seeds > 1 && s < seeds; ++s) {
    deviations.emplace_back();
    for (std::size_t cell = 0; cell < cells.count(); ++cell)
      deviations.back().push_back(numbers[cell * seeds + s] - means[cell]);
  }
  const auto noise_of = [&](const auto& squares) {
    double sum = 0;
    for (const Doubles& deviation : deviations) sum += squares(deviation);
    return deviations.empty() ? 0 : sum / (n * (n - 1));
  };

  const double all = cells.all_squares(means);
  const double all_noise = noise_of([&](const Doubles& z) { return cells.all_squares(z); });
  double size = 0;
  for (const double number : means) size += number * number;
  const bool varies = all - all_noise > rounding * size;
  const auto share_of = [&](double squares, double noise, double degrees) {
    Share share;
    if (!varies) return share;
    share.share = std::max(0.0, squares - noise) / (all - all_noise);
    if (seeds > 1 && degrees > 0) share.p = p_of(ratio(squares, noise), degrees, degrees * (n - 1));
    return share;
  };

  GridShares shares;
  double rest = all, rest_noise = all_noise, rest_degrees = static_cast<double>(cells.count()) - 1;
  for (const Factors& factors : terms_of(levels.size())) {
    const double squares = cells.squares_of(means, factors);
    const double noise = noise_of([&](const Doubles& z) { return cells.squares_of(z, factors); });
    const auto degrees = static_cast<double>(cells.degrees_of(factors));
    shares.terms.push_back({factors, share_of(squares, noise, degrees)});
    rest -= squares;
    rest_noise -= noise;
    rest_degrees -= degrees;
  }
  if (rest_degrees > 0) shares.rest = share_of(std::max(rest, 0.0), std::max(rest_noise, 0.0), rest_degrees);
  return shares;
}

Share sampled_share(std::span<const double> numbers, const SampledParameter& parameter, double noise) {
  const double middle = mean(numbers);
  struct Unit {
    Sums sums;
    double squares = 0;
    std::size_t group = 0, sample = 0;
  };
  std::vector<Unit> units;
  SampledSums sums;
  std::size_t samples = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (units.size() <= parameter.unit[i]) units.resize(parameter.unit[i] + 1);
    Unit& unit = units[parameter.unit[i]];
    const double y = numbers[i] - middle;
    ++unit.sums.n;
    unit.sums.sum += y;
    unit.squares += y * y;
    unit.group = parameter.group[i];
    unit.sample = parameter.sample[i];
    samples = std::max(samples, unit.sample + 1);
    if (unit.group != no_group && sums.groups.size() <= unit.group) sums.groups.resize(unit.group + 1);
  }
  sums.units_in_group.resize(sums.groups.size());
  std::vector<std::vector<const Unit*>> in_sample(samples);
  for (const Unit& unit : units) {
    sums.add(unit.group, unit.sums, unit.squares, 1);
    in_sample[unit.sample].push_back(&unit);
  }

  Share share;
  const SampledSums::Parts parts = sums.parts();
  const double size = std::inner_product(numbers.begin(), numbers.end(), numbers.begin(), 0.0);
  if (!(parts.total - noise > rounding * size) || parts.groups < 2 || parts.units <= parts.groups)
    return share;
  share.share = std::max(0.0, sums.share(noise));
  share.p = p_of(ratio(parts.between / (parts.groups - 1), parts.within), parts.groups - 1,
                 parts.units - parts.groups);

  Doubles without;  // each sample
  const auto count = static_cast<double>(samples);
  for (const std::vector<const Unit*>& its : in_sample) {
    SampledSums rest = sums;
    for (const Unit* unit : its) rest.add(unit->group, unit->sums, unit->squares, -1);
    without.push_back(rest.share(noise * (count - 1) / count));
  }
  const double middle_without = mean(without);
  double squares = 0;
  for (const double one : without) squares += (one - middle_without) * (one - middle_without);
  share.half_width = student_t(samples) * std::sqrt((count - 1) / count * squares);
  return share;
}

}  // namespace runner
