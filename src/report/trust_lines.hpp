#pragma once

#include "runner/report/comparison.hpp"

#include <string>
#include <vector>

namespace runner {

/// Something that Comparison::trust says, in phrases that a line may end after.
struct TrustSentence {
  std::vector<std::string> phrases;
  std::string command;  ///< for a shell, that the sentence ends with; or empty
};

/// All that it says, for the terminal and the page. Nothing where there is no best configuration.
std::vector<TrustSentence> trust_sentences(const Comparison& comparison);

/// The same in lines of 80 columns, but for the command, which is one line however long.
std::string trust_lines(const Comparison& comparison);

/// "without the luck of being chosen 0.8030"; empty where it is not known.
std::string without_luck_phrase(const Comparison& comparison);

}  // namespace runner
