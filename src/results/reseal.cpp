#include "runner/results/reseal.hpp"

#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/model/versions.hpp"
#include "runner/sweep/config.hpp"

#include "additions.hpp"
#include "layout.hpp"
#include "own_digests.hpp"
#include "read_stored.hpp"
#include "seal.hpp"
#include "stored_file.hpp"
#include "writer_lock.hpp"

#include <utility>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// What a file is sealed with.
struct Sealing {
  int layout_version;
  std::vector<ByteRange> arrays;
  ByteRange place;  ///< of the seal
};

std::vector<ByteRange> arrays_of(const StoredFile& file) {
  std::vector<ByteRange> arrays;
  for (const layout::Variable& variable : layout::variables(file.parts()))
    arrays.push_back({file.offset(variable.name), layout::byte_count(variable, file.extents())});
  return arrays;
}

/// Throws where the file cannot be used as it is.
void require_usable(const StoredFile& file, const Seal& seal, const std::vector<ByteRange>& arrays) {
  // So an array that is gone is missed, too, and one is noticed that leads into the structure.
  if (ranges_between(arrays, seal.size) != seal.ranges)
    throw file.damaged("its arrays are not where they were when it was sealed");
  const ResultsData results = read_results(file);
  parse_stored_config(results.effective_config, results.origin.config_file);
  // The digests of another arithmetic are not known.
  if (results.origin.arithmetic_version == arithmetic_version) require_own_digests(results);
}

std::pair<SealCheck, Sealing> check(const fs::path& path) {
  SealedFile opened = open_results(path);
  const bool unchanged = opened.is_unchanged();
  const StoredFile file(std::move(opened.file));
  // The seal is the last of the arrays.
  const std::vector<ByteRange> arrays = arrays_of(file);
  if (!unchanged) require_usable(file, opened.seal, arrays);
  return {{unchanged, additions(file)}, {file.parts().layout, arrays, arrays.back()}};
}

}  // namespace

SealCheck check_seal(const fs::path& file) {
  return check(file).first;
}

SealCheck reseal(const fs::path& file, const Note& note) {
  HeldFile held(file, note);
  auto [found, sealing] = check(held.path);
  if (found.unchanged) return found;
  seal_file(held.path, sealing.layout_version, sealing.arrays, sealing.place);
  held.descriptor.sync_data();
  open_sealed(held.path);
  return found;
}

}  // namespace runner
