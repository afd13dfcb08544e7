#include "checksums.hpp"

#include <string>

namespace runner {
namespace {

std::uint32_t checksum_of_rows(const StoredFile& file, Crc32 sum, std::size_t row,
                               std::span<const layout::TensorSet> sets) {
  for (const layout::TensorSet set : sets)
    for (const TensorInfo& tensor : tensor_table)
      add_to<float>(sum, file.read_row(layout::name_of(tensor, set), row));
  return sum.value();
}

}  // namespace

std::vector<Crc32> begun_checksums(const StoredFile& file) {
  const std::vector<std::string> digests = file.digests();
  std::vector<Crc32> begun(digests.size());
  for (std::size_t row = 0; row < digests.size(); ++row) begun[row].add(digests[row]);
  return begun;
}

Crc32 begun_at(Crc32 begun, std::int32_t epoch) {
  add_to<std::int32_t>(begun, {&epoch, 1});
  return begun;
}

std::uint32_t checksum_of_epoch(Crc32 begun, std::int32_t epoch, std::span<const float> metrics) {
  Crc32 sum = begun_at(begun, epoch);
  add_to(sum, metrics);
  return sum.value();
}

std::uint32_t checksum_of_initial(const StoredFile& file, Crc32 begun, std::size_t row) {
  constexpr layout::TensorSet initial = layout::TensorSet::initial;
  return checksum_of_rows(file, begun_at(begun, 0), row, {&initial, 1});
}

std::uint32_t checksum_of_last(const StoredFile& file, Crc32 begun, std::size_t row, std::int32_t epoch) {
  return checksum_of_rows(file, begun_at(begun, epoch), row, last_sets(file.parts()));
}

std::uint32_t checksum_of_predictions(Crc32 begun, std::int32_t epoch,
                                      std::span<const std::uint8_t> predictions) {
  Crc32 sum = begun_at(begun, epoch);
  add_to(sum, predictions);
  return sum.value();
}

std::vector<layout::TensorSet> last_sets(const layout::Parts& parts) {
  std::vector<layout::TensorSet> sets = layout::tensor_sets(parts);
  std::erase(sets, layout::TensorSet::initial);
  return sets;
}

}  // namespace runner
