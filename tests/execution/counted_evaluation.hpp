#pragma once

#include "runner/training/cohort_trainer.hpp"

#include <atomic>
#include <cstddef>

namespace runner::test {

inline Backend backend() {
  return make_backend("auto", best_instruction_set());
}

/// Counts the groups of images that are evaluated, each network by itself.
struct CountedEvaluation {
  static inline std::atomic<std::size_t> groups{0};

  /// One that counts.
  static Backend backend() {
    static const Elementwise counting = [] {
      Elementwise functions = *test::backend().elementwise;
      functions.evaluate = [](Loss loss, const float* s, const std::uint8_t* labels, std::size_t images,
                              std::size_t classes, std::size_t stride, double* sum, std::uint64_t* correct) {
        ++groups;
        test::backend().elementwise->evaluate(loss, s, labels, images, classes, stride, sum, correct);
      };
      return functions;
    }();
    Backend counted = test::backend();
    counted.elementwise = &counting;
    return counted;
  }
};

}  // namespace runner::test
