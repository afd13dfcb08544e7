#include "runner/files/replacement.hpp"

#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"

#include "support/temporary_directory.hpp"

#include <fstream>
#include <future>
#include <iterator>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string text_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class AReplacement : public testing::Test {
 protected:
  std::set<std::string> names() const {
    std::set<std::string> result;
    for (const auto& entry : fs::directory_iterator(folder.path())) result.insert(entry.path().filename());
    return result;
  }

  mode_t mode_of(const fs::path& file) const {
    struct stat status {};
    EXPECT_EQ(stat(file.c_str(), &status), 0);
    return status.st_mode & 07777;
  }

  std::string refused(const fs::path& file) const {
    try {
      write_file(file, "new");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::failure);
      return error.what();
    }
    return "nothing was thrown";
  }

  TemporaryDirectory folder;
  const fs::path path = folder / "page.html";
};

TEST_F(AReplacement, IsMadePartByPart) {
  const fs::path link = folder / "other.html";
  for (const std::string_view before : {"", "old", "a file of two names"}) {
    if (!before.empty()) std::ofstream(path) << before;
    if (before.starts_with("a file")) fs::create_hard_link(path, link);  // which is written into
    write_file(path, [](const Sink& put) {
      for (const char* part : {"one, ", "", "two, ", "three"}) put(part);
    });
    EXPECT_EQ(text_of(path), "one, two, three");
  }
  EXPECT_EQ(text_of(link), "one, two, three");
}

TEST_F(AReplacement, ThatFailsHalfwayLeavesTheFileBefore) {
  std::ofstream(path) << "old";
  EXPECT_THROW(write_file(path,
                          [](const Sink& put) {
                            put("half");
                            throw failure("no more");
                          }),
               Error);
  EXPECT_EQ(text_of(path), "old");
  EXPECT_EQ(names(), std::set<std::string>{"page.html"});
}

TEST_F(AReplacement, MakesAFileWithThePermissionsOfTheUmask) {
  const mode_t before = umask(027);
  write_file(path, "new");
  umask(before);
  EXPECT_EQ(text_of(path), "new");
  EXPECT_EQ(mode_of(path), 0640u);
  EXPECT_EQ(names(), (std::set<std::string>{"page.html"}));
}

TEST_F(AReplacement, TakesThePlaceWithTheSamePermissions) {
  std::ofstream(path) << "a longer text from before";
  fs::permissions(path, fs::perms(0600));
  mode_t meanwhile = 0;
  replace_file(path, [&](const fs::path& temporary) {
    meanwhile = mode_of(temporary);
    EXPECT_EQ(text_of(path), "a longer text from before");
    std::ofstream(temporary) << "new";
  });
  EXPECT_EQ(meanwhile, 0600u) << "nobody else may read what only the owner may";
  EXPECT_EQ(text_of(path), "new");
  EXPECT_EQ(mode_of(path), 0600u);
}

TEST_F(AReplacement, OfANewFileMayHaveThePermissionsOfAnother) {
  std::ofstream(folder / "secret") << "x";
  fs::permissions(folder / "secret", fs::perms(0600));
  replace_file(
      path, [](const fs::path& temporary) { std::ofstream(temporary) << "new"; }, {}, folder / "secret");
  EXPECT_EQ(mode_of(path), 0600u);
}

TEST_F(AReplacement, KeepsTheOwner) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  std::ofstream(path) << "x";
  ASSERT_EQ(chown(path.c_str(), 12345, 54321), 0);
  fs::permissions(path, fs::perms(0640));
  write_file(path, "new");
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 12345u);
  EXPECT_EQ(status.st_gid, 54321u);
  EXPECT_EQ(mode_of(path), 0640u);
}

TEST_F(AReplacement, LeavesWhatWasThereIfItFails) {
  std::ofstream(path) << "before";
  EXPECT_THROW(replace_file(path,
                            [](const fs::path& temporary) {
                              std::ofstream(temporary) << "half";
                              throw failure("no");
                            }),
               Error);
  EXPECT_EQ(text_of(path), "before");
  EXPECT_EQ(names(), (std::set<std::string>{"page.html"}));
}

TEST_F(AReplacement, FollowsLinks) {
  std::ofstream(folder / "real.html") << "before";
  fs::create_symlink("real.html", path);
  write_file(path, "new");
  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_EQ(text_of(folder / "real.html"), "new");
}

TEST_F(AReplacement, FollowsLinksToWhatIsNotThereYet) {
  fs::create_directory(folder / "elsewhere");
  fs::create_symlink("elsewhere/second", path);
  fs::create_symlink("real.html", folder / "elsewhere" / "second");
  write_file(path, "new");
  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_TRUE(fs::is_symlink(folder / "elsewhere" / "second"));
  EXPECT_EQ(text_of(folder / "elsewhere" / "real.html"), "new");
  EXPECT_EQ(without_links(path), fs::canonical(folder.path()) / "elsewhere" / "real.html");
}

TEST_F(AReplacement, DoesNotFollowLinksForEver) {
  fs::create_symlink("page.html", path);
  EXPECT_THAT(refused(path), AllOf(HasSubstr("cannot write " + path.string()), HasSubstr("symbolic links")));
}

TEST_F(AReplacement, KeepsOtherNamesOfTheFile) {
  std::ofstream(path) << "a longer text from before";
  fs::create_hard_link(path, folder / "other.html");
  write_file(path, "new");
  EXPECT_EQ(text_of(folder / "other.html"), "new");
  EXPECT_EQ(fs::hard_link_count(path), 2u);
}

TEST_F(AReplacement, WritesIntoAPipe) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  auto reader = std::async(std::launch::async, [this] { return text_of(path); });
  write_file(path, "new");
  EXPECT_EQ(reader.get(), "new");
  EXPECT_TRUE(fs::is_fifo(path));
}

TEST_F(AReplacement, WritesIntoADevice) {
  write_file("/dev/null", "new");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_EQ(refused("/dev/full"), "cannot write /dev/full: No space left on device");
}

TEST_F(AReplacement, IsRefusedForAFolderAndWhereThereIsNone) {
  EXPECT_EQ(refused(folder.path()), "cannot write " + folder.path().string() + ": Is a directory");
  EXPECT_THAT(refused(folder / "absent/page.html"), HasSubstr("No such file or directory"));
}

TEST_F(AReplacement, IsRefusedForAFileThatMayNotBeWritten) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write all files";
  std::ofstream(path) << "before";
  fs::permissions(path, fs::perms(0400));
  EXPECT_EQ(refused(path), "cannot write " + path.string() + ": Permission denied");
  EXPECT_EQ(text_of(path), "before");
}

TEST_F(AReplacement, RemovesWhatKilledProcessesLeft) {
  std::ofstream(folder / ".page.html.tmp-1") << "half";
  std::ofstream(folder / (".page.html.tmp-" + std::to_string(getpid()))) << "half";
  std::ofstream(folder / ".other.html.tmp-1") << "of another file";
  write_file(path, "new");
  EXPECT_EQ(names(), (std::set<std::string>{"page.html", ".other.html.tmp-1"}));
}

TEST_F(AReplacement, LeavesWhatIsBeingMadeNow) {
  replace_file(path, [this](const fs::path& temporary) {
    remove_unfinished(path);
    EXPECT_TRUE(fs::exists(temporary));
    write_file(path, "by another, which comes first");
    EXPECT_TRUE(fs::exists(temporary));
    std::ofstream(temporary) << "new";
  });
  EXPECT_EQ(text_of(path), "new");
  EXPECT_EQ(names(), (std::set<std::string>{"page.html"}));
}

TEST_F(AReplacement, RemovesNeitherLinksNorPipes) {
  ASSERT_EQ(mkfifo((folder / ".page.html.tmp-pipe").c_str(), 0600), 0);
  std::ofstream(folder / "precious") << "x";
  fs::create_symlink("precious", folder / ".page.html.tmp-link");
  remove_unfinished(path);
  EXPECT_EQ(text_of(folder / "precious"), "x");
  EXPECT_EQ(names(), (std::set<std::string>{"precious", ".page.html.tmp-link", ".page.html.tmp-pipe"}));
}

}  // namespace
}  // namespace runner::test
