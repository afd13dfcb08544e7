#include "results/hdf5_handle.hpp"

#include "support/temporary_directory.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <hdf5.h>
#include <malloc.h>

namespace runner {
namespace {

/// A file whose one group has 40 links, in the form that HDF5 gives a group of many.
void make_group_of_links(const std::string& path) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  H5Pset_link_phase_change(creation, 0, 0);
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  const hid_t group = H5Gcreate2(file, "links", H5P_DEFAULT, creation, H5P_DEFAULT);
  for (int i = 10; i < 50; ++i)
    H5Lcreate_soft("/somewhere", group, ("link" + std::to_string(i)).c_str(), H5P_DEFAULT, H5P_DEFAULT);
  H5Gclose(group);
  H5Fclose(file);
  H5Pclose(creation);
  H5Pclose(access);
}

hdf5::Links links_in(const std::string& path, herr_t& result) {
  const hdf5::Session session;
  const hdf5::File file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, hdf5::PropertyList(hdf5::file_access())), "");
  hdf5::Links links;
  result = hdf5::list_links(file, links);
  return links;
}

TEST(Links, AreListedByTheirPaths) {
  const test::TemporaryDirectory folder;
  const std::string path = (folder.path() / "links.h5").string();
  make_group_of_links(path);
  herr_t result = -1;
  const hdf5::Links links = links_in(path, result);
  EXPECT_GE(result, 0);
  ASSERT_EQ(links.size(), 41u);
  EXPECT_EQ(links[0], (std::pair<std::string, H5L_type_t>("links", H5L_TYPE_HARD)));
  EXPECT_EQ(links[1], (std::pair<std::string, H5L_type_t>("links/link10", H5L_TYPE_SOFT)));
  EXPECT_EQ(links[40], (std::pair<std::string, H5L_type_t>("links/link49", H5L_TYPE_SOFT)));
}

// HDF5 1.10 frees what it has not filled where it cannot read a link, if it is to list links in an order.
TEST(Links, ThatCannotBeReadAreAnErrorAndNoCrash) {
  const test::TemporaryDirectory folder;
  const std::string path = (folder.path() / "links.h5").string();
  make_group_of_links(path);
  std::ifstream stream(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  const std::size_t name = bytes.find("link30");
  ASSERT_NE(name, std::string::npos);
  bytes.replace(name - 4, 4, "\xff\xff\xff\xff");  // what the link says of itself
  std::ofstream(path, std::ios::binary) << bytes;
  mallopt(M_PERTURB, 85);  // memory that is not zero by chance
  herr_t result = 0;
  links_in(path, result);
  mallopt(M_PERTURB, 0);
  EXPECT_LT(result, 0);
}

}  // namespace
}  // namespace runner
