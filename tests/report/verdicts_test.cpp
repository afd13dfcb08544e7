#include "runner/report/comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

// How often the verdict is right, on the curves of real sweeps in tests/report/verdicts: a few seeds are
// judged, and what is true is known from twenty (label_curves.py there). Prints the tables of
// src/report/README.md.
namespace runner {
namespace {

namespace fs = std::filesystem;

const fs::path folder = RUNNER_VERDICTS;

constexpr std::array<std::string_view, 5> verdicts{"overfits", "perhaps", "fits", "did_not_learn",
                                                   "diverged"};

/// A network of truths.csv, after so many epochs.
struct Labelled {
  std::string file;
  double learning_rate;
  int hidden_size, epochs;
  std::string truth;
  int overfits_from;  ///< −1: it does not
};

std::vector<Labelled> read_truths() {
  std::ifstream csv(folder / "truths.csv");
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "file,learning_rate,hidden_size,epochs,truth,overfits_from");
  std::vector<Labelled> all;
  while (std::getline(csv, line)) {
    std::istringstream fields(line);
    std::array<std::string, 6> f;
    for (std::string& field : f) std::getline(fields, field, ',');
    all.push_back(
        {f[0], std::stod(f[1]), std::stoi(f[2]), std::stoi(f[3]), f[4], f[5].empty() ? -1 : std::stoi(f[5])});
  }
  return all;
}

/// A sweep of some seeds of one network, as if it had been stopped after so many epochs.
ResultsData part_of(const ResultsData& all, const Labelled& network, std::size_t first, std::size_t seeds) {
  ResultsData part = all;
  part.runs.clear();
  std::size_t seed = 0;
  for (const StoredRun& run : all.runs)
    if (run.run.spec.learning_rate == network.learning_rate &&
        run.run.spec.hidden_size == network.hidden_size && seed++ / seeds == first)
      part.runs.push_back(run);
  keep_epochs(part, network.epochs);
  return part;
}

/// What was said of networks of which something is true.
class Tally {
 public:
  void note(const Labelled& network, const ConfigurationSummary& said) {
    ++count_[network.truth][std::string(to_string(said.verdict))];
    if (network.truth != "overfits" || said.verdict != Verdict::overfits) return;
    ++onsets_;
    onsets_found_ += std::abs(said.overfits_from - network.overfits_from) <=
                     std::max(1.0, static_cast<double>(network.epochs) / 10);
  }

  int count(const std::string& truth, std::string_view verdict) const {
    const auto row = count_.find(truth);
    if (row == count_.end()) return 0;
    const auto cell = row->second.find(std::string(verdict));
    return cell == row->second.end() ? 0 : cell->second;
  }

  int count(const std::string& truth) const {
    int all = 0;
    for (const std::string_view verdict : verdicts) all += count(truth, verdict);
    return all;
  }

  /// Of the networks of which it is clear what is true: not of "slight", nor of seeds that disagree.
  double right() const {
    int right = 0, all = 0;
    for (const std::string truth : {"overfits", "fits", "did_not_learn", "diverged"}) {
      right += count(truth, truth);
      all += count(truth);
    }
    return share(right, all);
  }

  /// Of the networks that do not overfit.
  double falsely_overfits() const {
    int said = 0, all = 0;
    for (const std::string truth : {"fits", "did_not_learn", "diverged"}) {
      said += count(truth, "overfits");
      all += count(truth);
    }
    return share(said, all);
  }

  double onsets_found() const { return share(onsets_found_, onsets_); }

  void print(std::size_t seeds) const {
    std::cout << fmt::format("{} seed{}\n{:<16}", seeds, seeds == 1 ? "" : "s", "truth");
    for (const std::string_view verdict : verdicts) std::cout << fmt::format("{:>15}", verdict);
    std::cout << '\n';
    for (const std::string truth : {"overfits", "slight", "fits", "did_not_learn", "diverged", "mixed"}) {
      std::cout << fmt::format("{:<16}", truth);
      for (const std::string_view verdict : verdicts)
        std::cout << fmt::format("{:>15}", count(truth, verdict));
      std::cout << '\n';
    }
    std::cout << fmt::format("right {:.3f}, falsely overfits {:.3f}, onset within a tenth {:.3f}\n\n",
                             right(), falsely_overfits(), onsets_found());
  }

 private:
  static double share(int part, int all) { return static_cast<double>(part) / static_cast<double>(all); }

  std::map<std::string, std::map<std::string, int>> count_;
  int onsets_ = 0, onsets_found_ = 0;
};

class Verdicts : public testing::Test {
 protected:
  /// Judges each network by each `seeds` of its twenty that follow one another.
  static Tally judge(std::size_t seeds) {
    Tally tally;
    std::map<std::string, ResultsData> files;
    for (const Labelled& network : read_truths()) {
      auto file = files.find(network.file);
      if (file == files.end()) file = files.emplace(network.file, read_results(folder / network.file)).first;
      for (std::size_t k = 0; k < 20 / seeds; ++k) {
        const Comparison comparison = compare(part_of(file->second, network, k, seeds));
        tally.note(network, comparison.configurations.at(0));
      }
    }
    tally.print(seeds);
    return tally;
  }
};

TEST_F(Verdicts, ThereAreSixtyNetworksAndAllKinds) {
  std::map<std::string, int> kinds;
  for (const Labelled& network : read_truths()) ++kinds[network.truth];
  EXPECT_GE(kinds["overfits"], 30);
  EXPECT_GE(kinds["fits"], 60);
  EXPECT_GE(kinds["did_not_learn"], 10);
  EXPECT_GE(kinds["diverged"], 2);
}

TEST_F(Verdicts, OfOneSeedAreRightIn95Of100) {
  const Tally tally = judge(1);
  EXPECT_GE(tally.right(), 0.95);
  EXPECT_LE(tally.falsely_overfits(), 0.015);
  EXPECT_GE(tally.onsets_found(), 0.88);
}

TEST_F(Verdicts, OfThreeSeedsAreRightIn96Of100) {
  const Tally tally = judge(3);
  EXPECT_GE(tally.right(), 0.95);
  EXPECT_LE(tally.falsely_overfits(), 0.015);
  EXPECT_GE(tally.onsets_found(), 0.9);
}

TEST_F(Verdicts, OfFiveSeedsAreRightIn96Of100) {
  const Tally tally = judge(5);
  EXPECT_GE(tally.right(), 0.95);
  EXPECT_LE(tally.falsely_overfits(), 0.015);
  EXPECT_GE(tally.onsets_found(), 0.9);
}

TEST_F(Verdicts, OfTenSeedsAreRightIn96Of100) {
  const Tally tally = judge(10);
  EXPECT_GE(tally.right(), 0.95);
  EXPECT_LE(tally.falsely_overfits(), 0.015);
  EXPECT_GE(tally.onsets_found(), 0.9);
}

}  // namespace
}  // namespace runner
