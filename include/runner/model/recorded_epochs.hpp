#pragma once

#include <cstddef>
#include <vector>

namespace runner {

/// The epochs after which metrics are measured and recorded, ascending: epoch 0, which is the untrained
/// network, up to the last epoch that is trained. Arrays of a results file and curves have a number for each
/// of them, so that the place of an epoch in an array is its index here.
///
/// Where there is a number for every epoch, the index is the epoch. That takes no memory.
class RecordedEpochs {
 public:
  RecordedEpochs() = default;  ///< epoch 0 alone

  /// Epochs 0, every, 2·every, …, and last. last ≥ 0 and every ≥ 1 (asserted).
  explicit RecordedEpochs(int last, int every = 1);

  /// These, which begin with 0 and ascend (asserted).
  explicit RecordedEpochs(std::vector<int> epochs);

  std::size_t size() const;
  int last() const { return last_; }
  int operator[](std::size_t index) const;  ///< index < size() (asserted)

  /// Whether some epoch up to the last is not recorded.
  bool has_gaps() const { return !some_.empty(); }

  bool contains(int epoch) const;
  bool contains_all(const RecordedEpochs& others) const;

  /// The place of an epoch that is recorded (asserted).
  std::size_t index_of(int epoch) const;

  /// How many are recorded up to an epoch, that one included; −1: none.
  std::size_t count_to(int epoch) const;

  /// The next after an epoch, recorded or not: 0 after −1; last() + 1 where none follows.
  int next_after(int epoch) const;

  /// The next before an epoch, recorded or not; −1 where there is none.
  int last_before(int epoch) const;

  /// Those up to an epoch ≥ 0 (asserted).
  RecordedEpochs up_to(int epoch) const;

  /// Those that these or the others are.
  RecordedEpochs united_with(const RecordedEpochs& others) const;

  friend bool operator==(const RecordedEpochs&, const RecordedEpochs&) = default;

 private:
  int last_ = 0;
  std::vector<int> some_;  ///< all of them, in order; empty where every epoch up to the last is recorded
};

}  // namespace runner
