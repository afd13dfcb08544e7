#include "runner/model/recorded_epochs.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace runner {

RecordedEpochs::RecordedEpochs(int last, int every) : last_(last) {
  assert(last >= 0 && every >= 1);
  if (every == 1 || last <= 1) return;
  for (int epoch = 0; epoch < last; epoch += std::min(every, last - epoch)) some_.push_back(epoch);
  some_.push_back(last);
}

RecordedEpochs::RecordedEpochs(std::vector<int> epochs) : last_(epochs.back()), some_(std::move(epochs)) {
  assert(some_.front() == 0 &&
         std::adjacent_find(some_.begin(), some_.end(), [](int a, int b) { return a >= b; }) == some_.end());
  // One form for the same epochs, so that they compare equal.
  if (some_.size() == static_cast<std::size_t>(last_) + 1) some_ = {};
}

std::size_t RecordedEpochs::size() const {
  return has_gaps() ? some_.size() : static_cast<std::size_t>(last_) + 1;
}

int RecordedEpochs::operator[](std::size_t index) const {
  assert(index < size());
  return has_gaps() ? some_[index] : static_cast<int>(index);
}

bool RecordedEpochs::contains(int epoch) const {
  if (has_gaps()) return std::binary_search(some_.begin(), some_.end(), epoch);
  return epoch >= 0 && epoch <= last_;
}

bool RecordedEpochs::contains_all(const RecordedEpochs& others) const {
  if (others.last_ > last_) return false;
  if (!has_gaps()) return true;
  if (!others.has_gaps()) return count_to(others.last_) == others.size();
  return std::includes(some_.begin(), some_.end(), others.some_.begin(), others.some_.end());
}

std::size_t RecordedEpochs::index_of(int epoch) const {
  assert(contains(epoch));
  return count_to(epoch) - 1;
}

std::size_t RecordedEpochs::count_to(int epoch) const {
  if (!has_gaps()) return static_cast<std::size_t>(std::clamp(epoch, -1, last_) + 1);
  return static_cast<std::size_t>(std::upper_bound(some_.begin(), some_.end(), epoch) - some_.begin());
}

int RecordedEpochs::next_after(int epoch) const {
  const std::size_t next = count_to(epoch);
  return next < size() ? (*this)[next] : last_ + 1;
}

int RecordedEpochs::last_before(int epoch) const {
  const std::size_t before = count_to(epoch - 1);
  return before == 0 ? -1 : (*this)[before - 1];
}

RecordedEpochs RecordedEpochs::up_to(int epoch) const {
  assert(epoch >= 0);
  if (epoch >= last_) return *this;
  if (!has_gaps()) return RecordedEpochs(epoch);
  return RecordedEpochs(
      std::vector<int>(some_.begin(), some_.begin() + static_cast<std::ptrdiff_t>(count_to(epoch))));
}

RecordedEpochs RecordedEpochs::united_with(const RecordedEpochs& others) const {
  if (contains_all(others)) return *this;
  if (others.contains_all(*this)) return others;
  std::vector<int> all;
  for (int epoch = 0, last = std::max(last_, others.last_); epoch <= last;) {
    all.push_back(epoch);
    // Where the shorter one has ended, what follows is the other's.
    const int own = epoch < last_ ? next_after(epoch) : last + 1;
    const int other = epoch < others.last_ ? others.next_after(epoch) : last + 1;
    epoch = std::min(own, other);
  }
  return RecordedEpochs(std::move(all));
}

}  // namespace runner
