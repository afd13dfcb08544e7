// What a power cut leaves: of what was written since the last sync any part, in any order.

#include "storage.hpp"
#include "support/temporary_directory.hpp"
#include "trained_sweep.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>

#include <gtest/gtest.h>

namespace runner::test {
namespace {

using storage::Event;

/// A disk that the recorded events go to, as far as they can be relied on.
class Disk {
 public:
  void apply(const Event& event) {
    switch (event.kind) {
      case Event::write:
      case Event::resize:
        open(event.name).unsynced.push_back(&event);
        break;
      case Event::sync:
        for (const Event* e : open(event.name).unsynced) put(open(event.name).synced, *e, event_size(*e));
        open(event.name).unsynced.clear();
        break;
      case Event::rename:
        names_[event.to] = names_.at(event.name);
        names_.erase(event.name);
        unsynced_names_.push_back(names_);
        break;
      case Event::remove:
        names_.erase(event.name);
        unsynced_names_.push_back(names_);
        break;
      case Event::sync_names:
        if (!unsynced_names_.empty()) synced_names_ = unsynced_names_.back();
        unsynced_names_.clear();
        break;
      case Event::told:
        break;
    }
  }

  /// What might be there after a power cut now: the changes of names up to one of them; of what was written
  /// since a file's last sync some whole, some in part, some not at all.
  template <class Random>
  void put_down(const std::filesystem::path& folder, Random& random) const {
    const std::size_t changes = random() % (unsynced_names_.size() + 1);
    const Names& names = changes == 0 ? synced_names_ : unsynced_names_[changes - 1];
    const auto kept_of_4 = random() % 5;
    for (const auto& [name, file] : names) {
      std::string bytes = file->synced;
      std::vector<const Event*> unsynced = file->unsynced;
      std::shuffle(unsynced.begin(), unsynced.end(), random);
      for (const Event* e : unsynced) {
        if (random() % 4 >= kept_of_4) continue;
        const bool torn = random() % 4 == 0;
        put(bytes, *e, torn ? random_part(*e, random) : event_size(*e));
      }
      std::ofstream(folder / name, std::ios::binary) << bytes;
    }
  }

  /// The files as programs see them, all written.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> result;
    for (const auto& [name, file] : names_) {
      result[name] = file->synced;
      for (const Event* e : file->unsynced) put(result[name], *e, event_size(*e));
    }
    return result;
  }

 private:
  struct File {
    std::string synced;
    std::vector<const Event*> unsynced;
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;

  File& open(const std::string& name) {
    auto& file = names_[name];
    if (!file) file = std::make_shared<File>();
    return *file;
  }

  /// Up to the end of a sector: a disk writes each whole or not at all.
  template <class Random>
  static std::size_t random_part(const Event& event, Random& random) {
    constexpr std::uint64_t sector = 512;
    const std::uint64_t end = (event.offset + random() % (event_size(event) + 1)) / sector * sector;
    return end > event.offset ? end - event.offset : 0;
  }

  static std::size_t event_size(const Event& event) { return event.bytes.size(); }

  /// As much of an event as `size` says.
  static void put(std::string& bytes, const Event& event, std::size_t size) {
    if (event.kind == Event::resize) {
      bytes.resize(event.offset);
    } else {
      bytes.resize(std::max(bytes.size(), event.offset + size));
      bytes.replace(event.offset, size, event.bytes, 0, size);
    }
  }

  Names names_, synced_names_;
  std::vector<Names> unsynced_names_;
};

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A sweep, stopped; finished; then extended, stopped, and finished: all that is ever written.
class APowerCut : public testing::Test {
 protected:
  APowerCut() {
    storage::watch(folder.path());
    const auto tell = [&](const Told& epoch) {
      storage::tell(told.size());
      told.push_back(epoch);
    };
    train(path, sweep_of(short_config), tell, 2);
    train(path, sweep_of(short_config), tell);
    train(path, sweep_of(long_config), tell, 6);
    train(path, sweep_of(long_config), tell);
    events = storage::recorded();
  }

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "sweep.h5";
  std::vector<Told> told;
  std::vector<Event> events;
  const Reference reference{long_config};
};

TEST_F(APowerCut, IsTriedWithAllThatIsWritten) {
  reference.check_whole(path);
  Disk disk;
  std::map<Event::Kind, int> count;
  for (const Event& event : events) {
    disk.apply(event);
    ++count[event.kind];
  }
  const auto contents = disk.contents();
  ASSERT_EQ(contents.size(), 1u);
  EXPECT_EQ(contents.at("sweep.h5"), bytes_of(path));
  EXPECT_EQ(count[Event::rename], 4) << "the file and its successor, two checkpoints";
  EXPECT_EQ(count[Event::remove], 2) << "the checkpoints";
  EXPECT_EQ(count[Event::told], static_cast<int>(told.size()));
}

// Other seeds: --gtest_shuffle, more of them: --gtest_repeat
TEST_F(APowerCut, LosesNothingThatWasTold) {
  constexpr int cuts = 60;
  std::mt19937 random(static_cast<unsigned>(testing::UnitTest::GetInstance()->random_seed()));
  std::vector<std::size_t> moments(cuts);
  for (std::size_t& moment : moments) moment = random() % (events.size() + 1);
  std::sort(moments.begin(), moments.end());

  Disk disk;
  std::vector<Told> told_so_far;
  std::size_t next = 0;
  for (const std::size_t moment : moments) {
    for (; next < moment; ++next) {
      disk.apply(events[next]);
      if (events[next].kind == Event::told) told_so_far.push_back(told[events[next].number]);
    }
    SCOPED_TRACE(testing::Message() << "cut before event " << moment << " of " << events.size());
    const TemporaryDirectory after;
    const std::filesystem::path left = after / "sweep.h5";
    disk.put_down(after.path(), random);
    reference.check_nothing_lost(left, told_so_far);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace runner::test
