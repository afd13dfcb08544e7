#pragma once

#include <cstddef>
#include <vector>

namespace runner {

/// The epochs after which metrics are recorded, ascending: from epoch 0, the untrained network, to the last
/// epoch that is trained. Arrays of a results file and curves have one number for each of them; an epoch's
/// place in an array is its index here.
///
/// If every epoch is recorded, the index is the epoch, and no memory is needed.
class RecordedEpochs {
 public:
  RecordedEpochs() = default;  ///< epoch 0 alone

  /// Epochs 0, every, 2·every, …, and last. last ≥ 0 and every ≥ 1 (asserted).
  explicit RecordedEpochs(int last, int every = 1);

  /// These epochs, which begin with 0 and ascend (asserted).
  explicit RecordedEpochs(std::vector<int> epochs);

  std::size_t size() const;
  int last() const { return last_; }
  int operator[](std::size_t index) const;  ///< index < size() (asserted)

  /// Whether some epoch up to the last is not recorded.
  bool has_gaps() const { return !some_.empty(); }

  bool contains(int epoch) const;
  bool contains_all(const RecordedEpochs& others) const;

  /// The index of a recorded epoch (asserted).
  std::size_t index_of(int epoch) const;

  /// How many epochs are recorded up to and including `epoch`; 0 for −1.
  std::size_t count_to(int epoch) const;

  /// The next recorded epoch after an epoch, recorded or not: 0 after −1; last() + 1 if none follows.
  int next_after(int epoch) const;

  /// The last recorded epoch before an epoch, recorded or not; −1 if there is none.
  int last_before(int epoch) const;

  /// The recorded epochs up to an epoch ≥ 0 (asserted).
  RecordedEpochs up_to(int epoch) const;

  /// The union of these epochs and the others.
  RecordedEpochs united_with(const RecordedEpochs& others) const;

  friend bool operator==(const RecordedEpochs&, const RecordedEpochs&) = default;

 private:
  int last_ = 0;
  std::vector<int> some_;  ///< all recorded epochs, in order; empty if every epoch up to the last is recorded
};

}  // namespace runner
