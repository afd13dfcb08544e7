#include "additions.hpp"

#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"

#include "hdf5_handle.hpp"
#include "layout.hpp"

#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace runner {
namespace {

using Names = std::set<std::string, std::less<>>;

using Object = hdf5::Handle<H5Oclose>;

/// The attributes that this program gives the file, of whatever sweep it is.
Names root_attributes() {
  Names names{"Conventions",
              "title",
              "summary",
              "source",
              "date_created",
              "program",
              "layout_version",
              "arithmetic_version",
              "runner_version",
              "hdf5_version",
              "compiler",
              "kernel",
              "processor",
              "host",
              "command_line",
              "config_file",
              "config_text",
              "config",
              "dataset",
              "dataset_directory",
              "image_rows",
              "image_columns",
              "image_pixels",
              "classes",
              "train_size",
              "validation_size",
              "test_size",
              "train_class_counts",
              layout::epoch_checksum,
              layout::test_label_checksum,
              layout::scale_checksum};
  for (const std::string_view file : dataset_file_names)
    for (const char* what : {"path", "sha256"}) names.insert(fmt::format("{}_{}", file, what));
  return names;
}

/// And those it gives an array.
Names attributes_of(const layout::Variable& variable) {
  Names names;
  if (variable.name == layout::scale_name(variable.dimensions[0]))
    names = {"CLASS", "NAME", "REFERENCE_LIST"};
  else
    names = {"DIMENSION_LIST"};
  if (!variable.long_name.empty()) names.insert("long_name");
  if (!variable.units.empty()) names.insert("units");
  if (!variable.flags.empty()) names.insert({"flag_values", "flag_meanings"});
  if (variable.type == layout::Type::character) names.insert("_Encoding");
  if (layout::is_metric(variable)) names.insert("coordinates");
  return names;
}

/// All objects that this program makes, by their paths, each with its attributes.
std::map<std::string, Names> known_objects(const layout::Parts& parts) {
  std::map<std::string, Names> objects{{".", root_attributes()}, {"seal", {}}};
  if (parts.weights) objects["weights"] = {};
  if (parts.predictions) objects["predictions"] = {};
  if (parts.has_sessions()) objects["sessions"] = {};
  if (parts.has_checksums()) objects["checksums"] = {};
  if (parts.scale) objects["pixel_scale"] = {};
  for (const layout::Variable& variable : layout::variables(parts))
    objects[variable.name] = attributes_of(variable);
  return objects;
}

/// Looks at everything in a file.
class Search {
 public:
  explicit Search(const StoredFile& stored)
      : stored_(stored),
        file_(ask(H5Fopen(stored.path().c_str(), H5F_ACC_RDONLY, hdf5::PropertyList(hdf5::file_access()))),
              "") {}

  std::vector<std::string> additions() const {
    const std::map<std::string, Names> known = known_objects(stored_.parts());
    std::vector<std::string> found = foreign_attributes(".", known.at("."));
    for (const auto& [path, link] : links()) {
      const auto ours = known.find(path);
      if (ours == known.end()) {
        found.push_back(fmt::format("the {} {}", kind(path, link), printable(path)));
      } else {
        const std::vector<std::string> of_it = foreign_attributes(path, ours->second);
        found.insert(found.end(), of_it.begin(), of_it.end());
      }
    }
    return found;
  }

 private:
  template <class Result>
  Result ask(Result result) const {
    if (result >= 0) return result;
    const hdf5::Cause cause = hdf5::last_cause();
    if (cause.system) throw failure(fmt::format("cannot read {}: {}", stored_.path().string(), cause.text));
    throw stored_.damaged(fmt::format("its contents cannot be listed ({})", cause.text));
  }

  hdf5::Links links() const {
    hdf5::Links all;
    ask(hdf5::list_links(file_, all));
    return all;
  }

  const char* kind(const std::string& path, H5L_type_t link) const {
    if (link != H5L_TYPE_HARD) return "link";
    const Object object(ask(H5Oopen(file_, path.c_str(), H5P_DEFAULT)), "");
    switch (H5Iget_type(object)) {
      case H5I_GROUP:
        return "group";
      case H5I_DATASET:
        return "variable";
      default:
        return "type";
    }
  }

  std::vector<std::string> foreign_attributes(const std::string& path, const Names& ours) const {
    const Object object(ask(H5Oopen(file_, path.c_str(), H5P_DEFAULT)), "");
    std::vector<std::string> names, found;
    ask(hdf5::list_attributes(object, names));
    for (const std::string& name : names)
      if (!ours.contains(name))
        found.push_back(
            fmt::format("the attribute {} of {}", printable(name), path == "." ? "the file" : path));
    return found;
  }

  const StoredFile& stored_;
  const hdf5::Session session_;  // first in, last out: the handle below needs it to close
  const hdf5::File file_;
};

}  // namespace

std::vector<std::string> additions(const StoredFile& file) {
  return Search(file).additions();
}

}  // namespace runner
