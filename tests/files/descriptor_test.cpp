#include "runner/files/descriptor.hpp"

#include "runner/error/error.hpp"

#include "support/temporary_directory.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace runner::test {
namespace {

using testing::HasSubstr;

class ADescriptor : public testing::Test {
 protected:
  ADescriptor() { std::ofstream(path) << "0123456789"; }

  /// What it says when something fails, and whose fault it is.
  template <class Call>
  static std::pair<ErrorKind, std::string> error_of(const Call& call) {
    try {
      call();
    } catch (const Error& error) {
      return {error.kind(), error.what()};
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "digits";
};

TEST_F(ADescriptor, ReadsAndWritesAtAnyPlace) {
  Descriptor file(path, O_RDWR);
  EXPECT_EQ(file.size(), 10u);
  EXPECT_EQ(file.read_at(3, 4), "3456");
  file.write_at(5, "xy", 2);
  EXPECT_EQ(file.read_at(0, 10), "01234xy789");
}

TEST_F(ADescriptor, ReadsWhatComesNext) {
  Descriptor file = open_input(path, "complaint");
  std::string text(8, '\0');
  EXPECT_EQ(file.read_next(text.data(), 8), 8u);
  EXPECT_EQ(text, "01234567");
  EXPECT_EQ(file.read_next(text.data(), 8), 2u);
  EXPECT_EQ(file.read_next(text.data(), 8), 0u);
}

TEST_F(ADescriptor, FailsWhereThereIsLessThanIsAskedFor) {
  const Descriptor file(path, O_RDONLY);
  const auto [kind, text] = error_of([&file] { file.read_at(8, 4); });
  EXPECT_EQ(kind, ErrorKind::failure);
  EXPECT_EQ(text, "cannot read " + path.string() + ": it has become shorter");
}

TEST_F(ADescriptor, NamesTheFileAndTheReason) {
  Descriptor file(path, O_RDONLY);
  EXPECT_THAT(error_of([&file] { file.write_at(0, "x", 1); }).second,
              "cannot write " + path.string() + ": Bad file descriptor");
  EXPECT_THAT(error_of([this] { Descriptor(folder / "absent", O_RDONLY); }).second,
              "cannot read " + (folder / "absent").string() + ": No such file or directory");
}

TEST_F(ADescriptor, OpenedUnderAnotherNameIsCalledByThat) {
  EXPECT_THAT(error_of([this] { Descriptor::open_as("digits", folder / "absent", O_WRONLY); }).second,
              "cannot open digits: No such file or directory");
  EXPECT_EQ(Descriptor::open_as("digits", path, O_RDONLY).file(), "digits");
}

TEST_F(ADescriptor, OfAnInputTellsWhatTheUserDidFromWhatTheSystemDid) {
  for (const std::filesystem::path& wrong : {folder / "absent", folder.path(), path / "below a file"}) {
    const auto [kind, text] = error_of([&wrong] { open_input(wrong, "complaint"); });
    EXPECT_EQ(kind, ErrorKind::bad_input) << wrong;
    EXPECT_THAT(text, testing::StartsWith("complaint: ")) << wrong;
  }
}

TEST_F(ADescriptor, KnowsTheSameFileByAnotherName) {
  std::filesystem::create_hard_link(path, folder / "other");
  std::ofstream(folder / "third") << "0123456789";
  EXPECT_EQ(Descriptor(path, O_RDONLY).identity(), Descriptor(folder / "other", O_RDONLY).identity());
  EXPECT_NE(Descriptor(path, O_RDONLY).identity(), Descriptor(folder / "third", O_RDONLY).identity());
}

TEST_F(ADescriptor, LocksAgainstOthers) {
  Descriptor one(path, O_RDWR), two(path, O_RDWR);
  EXPECT_EQ(one.try_lock(LOCK_EX), LockResult::taken);
  EXPECT_EQ(two.try_lock(LOCK_EX), LockResult::held);
  EXPECT_EQ(one.try_lock(LOCK_UN), LockResult::taken);
  EXPECT_EQ(two.try_lock(LOCK_SH), LockResult::taken);
}

TEST_F(ADescriptor, TellsAPipeFromAFile) {
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(Descriptor(folder / "pipe", O_RDONLY | O_NONBLOCK).is_regular());
  EXPECT_TRUE(Descriptor(path, O_RDONLY).is_regular());
}

TEST_F(ADescriptor, SyncsNames) {
  EXPECT_TRUE(sync_names(folder.path()));
  EXPECT_THAT(error_of([this] { sync_names(folder / "absent"); }).second, HasSubstr("No such file"));
}

}  // namespace
}  // namespace runner::test
