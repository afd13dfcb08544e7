#pragma once

#include "runner/data/crc32.hpp"

#include "layout.hpp"
#include "stored_file.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// A checksum is the CRC-32 of the run's digest, the number of an epoch (int32), and bytes as they lie in the
/// file. For a recorded epoch these bytes are its metrics that the file has, in the order of metric_table.
/// For weights they are the run's rows of the arrays, tensor by tensor, then those of each moment. For
/// predictions they are the run's row. So a checksum also notices numbers of another run or epoch.
///
/// Checksums are written together with the numbers, before the marks that say that the numbers are there. The
/// checksum of an epoch counts once epochs_done has reached the epoch. A diverged run has one more, of an
/// epoch without numbers, which confirms its status. The checksum of the initial weights counts from epoch 0
/// on. Those of the last weights and of the predictions count if weights_epoch and predictions_epoch are not
/// −1.
namespace runner {

template <class T>
void add_to(Crc32& sum, std::span<const T> values) {
  sum.add(std::string_view(reinterpret_cast<const char*>(values.data()), values.size_bytes()));
}

/// The beginning of each run's checksums: the CRC-32 of its digest.
std::vector<Crc32> begun_checksums(const StoredFile& file);

/// And what they go on with.
Crc32 begun_at(Crc32 begun, std::int32_t epoch);

/// Of a recorded epoch.
std::uint32_t checksum_of_epoch(Crc32 begun, std::int32_t epoch, std::span<const float> metrics);

/// Of the initial weights, which are of epoch 0, as the file holds them.
std::uint32_t checksum_of_initial(const StoredFile& file, Crc32 begun, std::size_t row);

/// Of the weights after an epoch, with their moments, as the file holds them.
std::uint32_t checksum_of_last(const StoredFile& file, Crc32 begun, std::size_t row, std::int32_t epoch);

/// Of the predictions after an epoch.
std::uint32_t checksum_of_predictions(Crc32 begun, std::int32_t epoch,
                                      std::span<const std::uint8_t> predictions);

/// The groups of arrays that such a checksum is over.
std::vector<layout::TensorSet> last_sets(const layout::Parts& parts);

}  // namespace runner
