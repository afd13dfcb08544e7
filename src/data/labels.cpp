#include "labels.hpp"

#include "runner/error/error.hpp"

#include "decode.hpp"

#include <fmt/format.h>

namespace runner {
namespace {

constexpr std::string_view label_rule =
    "labels must be integers, one class for each image: (n,), or one-hot rows: (n, classes)";

Error wrong_labels(const ArrayReader& array) {
  const bool floats = array.type().kind == NumberType::Kind::floating && array.shape().size() == 1;
  return bad_input(fmt::format("{} is an array of {} of the shape {}; {}{}", array.name(),
                               array.type().name(), text_of(array.shape()), label_rule,
                               floats ? ": save t.astype(np.int64)" : ""));
}

/// The places of the ones; nothing where a row is not one-hot. `broken`: the first row that is not.
std::vector<std::int64_t> places_of_ones(const NumberType& type, std::span<const std::uint8_t> raw,
                                         std::size_t columns, std::size_t& broken) {
  std::vector<std::int64_t> places;
  std::vector<double> row(columns);
  const std::size_t bytes = columns * type.size;
  for (std::size_t begin = 0; begin < raw.size(); begin += bytes) {
    decode(type, raw.subspan(begin, bytes), row);
    std::int64_t place = -1;
    for (std::size_t c = 0; c < columns; ++c) {
      if (row[c] == 0) continue;
      if (row[c] != 1 || place >= 0) {
        place = -1;
        break;
      }
      place = static_cast<std::int64_t>(c);
    }
    if (place < 0) {
      broken = places.size();
      return {};
    }
    places.push_back(place);
  }
  return places;
}

}  // namespace

LabelNumbers read_label_numbers(ArrayReader& array) {
  const NumberType& type = array.type();
  const Shape& shape = array.shape();
  const bool rows = shape.size() == 2 && shape[0] > 0 && shape[1] > 1 && !array.fortran_order();
  const bool column =
      (shape.size() == 1 || (shape.size() == 2 && shape[1] == 1)) && shape[0] > 0 && type.is_integer();
  if (!rows && !column) throw wrong_labels(array);
  const std::vector<std::uint8_t> raw = array.read_all();
  if (column) return {decode_integers(type, raw, array.name()), 0};
  const std::size_t columns = shape[1];
  std::size_t broken = 0;
  LabelNumbers labels{places_of_ones(type, raw, columns, broken), columns};
  if (!labels.values.empty()) return labels;
  constexpr std::size_t columns_of_qmnist = 8;
  if (array.format() == ArrayFormat::idx && columns == columns_of_qmnist && type.is_integer()) {
    const std::vector<std::int64_t> all = decode_integers(type, raw, array.name());
    labels.one_hot = 0;
    for (std::size_t i = 0; i < all.size(); i += columns) labels.values.push_back(all[i]);
    return labels;
  }
  throw bad_input(fmt::format("{}: row {} is not one-hot, 1 in one place and 0 elsewhere; {}", array.name(),
                              broken, label_rule));
}

}  // namespace runner
