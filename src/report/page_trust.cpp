#include "page_trust.hpp"

#include "trust_lines.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

nlohmann::ordered_json trust_on_page(const Comparison& comparison) {
  nlohmann::ordered_json sentences = nlohmann::ordered_json::array();
  for (const TrustSentence& sentence : trust_sentences(comparison))
    sentences.push_back(
        {{"text", fmt::format("{}", fmt::join(sentence.phrases, " "))}, {"command", sentence.command}});
  return {{"sentences", std::move(sentences)}, {"like_the_best", comparison.like_the_best()}};
}

}  // namespace runner
