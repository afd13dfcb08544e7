// What a power cut leaves: of what was written since the last sync any part, in any order.

#include "runner/results/merge.hpp"

#include "storage.hpp"
#include "support/temporary_directory.hpp"
#include "trained_sweep.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <utility>

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

  /// Everything that might be there after a power cut now, but for writes of which a part alone has come
  /// down: with each change of names up to which they have come down, each subset of what was written to the
  /// named files since their last sync, if that is no more than `bound` writes, and else each in which at
  /// most two writes are missing or at most two are there. `see` is given the files.
  void each_state(std::size_t bound,
                  const std::function<void(const std::map<std::string, std::string>&)>& see) const {
    for (std::size_t changes = 0; changes <= unsynced_names_.size(); ++changes) {
      const Names& names = changes == 0 ? synced_names_ : unsynced_names_[changes - 1];
      std::vector<const Event*> unsynced;
      for (const auto& [name, file] : names)
        unsynced.insert(unsynced.end(), file->unsynced.begin(), file->unsynced.end());
      each_subset(unsynced.size(), bound, [&](const std::vector<bool>& kept) {
        std::map<std::string, std::string> files;
        std::size_t next = 0;
        for (const auto& [name, file] : names) {
          files[name] = file->synced;
          for (const Event* e : file->unsynced)
            if (kept[next++]) put(files[name], *e, event_size(*e));
        }
        see(files);
      });
    }
  }

 private:
  static void each_subset(std::size_t size, std::size_t bound,
                          const std::function<void(const std::vector<bool>&)>& see) {
    std::vector<bool> kept(size);
    if (size <= bound) {
      for (std::size_t number = 0; number < std::size_t{1} << size; ++number) {
        for (std::size_t i = 0; i < size; ++i) kept[i] = (number >> i & 1) != 0;
        see(kept);
      }
      return;
    }
    for (const bool most : {true, false}) {
      kept.assign(size, most);
      see(kept);
      for (std::size_t i = 0; i < size; ++i) {
        kept[i] = !most;
        see(kept);
        for (std::size_t k = i + 1; k < size; ++k) {
          kept[k] = !most;
          see(kept);
          kept[k] = most;
        }
        kept[i] = most;
      }
    }
  }

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

/// One commit, one extension, one merge or one checkpoint: what is done to the disk meanwhile, cut off at
/// every point.
class EveryCrashPoint : public testing::Test {
 protected:
  static constexpr std::size_t bound = 6;

  /// Records what `work` does; it tells by the function that it is given.
  void record(const std::function<void(const std::function<void(const Told&)>& tell)>& work) {
    storage::watch(folder.path());
    work([this](const Told& epoch) {
      storage::tell(told.size());
      told.push_back(epoch);
    });
    events = storage::recorded();
  }

  /// `finish`: what is done after the cut, and must bring what it would have brought.
  void cut_everywhere(const Reference& reference,
                      const std::function<void(const std::filesystem::path&)>& finish) {
    std::set<std::pair<std::size_t, std::map<std::string, std::string>>> seen;
    std::size_t finished = 0;
    for (std::size_t next = 0; next <= events.size(); ++next) {
      if (next > 0) {
        disk.apply(events[next - 1]);
        if (events[next - 1].kind == Event::told) told_so_far.push_back(told[events[next - 1].number]);
      }
      bool first = true;
      disk.each_state(bound, [&](std::map<std::string, std::string> files) {
        if (HasFailure()) return;
        // What was being made is taken away whatever is in it.
        for (auto& [name, bytes] : files)
          if (name.find(".tmp-") != std::string::npos) bytes.clear();
        if (!seen.emplace(told_so_far.size(), files).second) return;
        SCOPED_TRACE(testing::Message() << "cut before event " << next << " of " << events.size());
        const TemporaryDirectory after;
        for (const auto& [name, bytes] : files) std::ofstream(after / name, std::ios::binary) << bytes;
        const std::filesystem::path left = after / "sweep.h5";
        if (std::filesystem::exists(left)) {
          reference.check(left);
          Reference::check_told(left, told_so_far);
        } else {
          EXPECT_TRUE(told_so_far.empty());
        }
        if (!std::exchange(first, false)) return;
        finish(left);
        reference.check_whole(left);
        ++finished;
      });
      if (HasFailure()) return;
    }
    std::printf("%zu events, %zu states, %zu of them finished\n", events.size(), seen.size(), finished);
    EXPECT_GT(seen.size(), 1u);
  }

  const std::string one = R"({"epochs": 1, "hidden_size": 2, "batch_size": 10, "save_weights": true})";
  const std::string more =
      R"({"epochs": 2, "hidden_size": 2, "batch_size": 10, "learning_rate": [0.1, 3e38], "save_weights": true})";

  TemporaryDirectory folder;
  const std::filesystem::path path = folder / "sweep.h5";
  Disk disk;
  std::vector<Told> told, told_so_far;
  std::vector<Event> events;
};

TEST_F(EveryCrashPoint, OfANewFileAndItsCommits) {
  record([this](const auto& tell) { train(path, sweep_of(one), tell); });
  cut_everywhere(Reference(one), [this](const auto& left) { train(left, sweep_of(one)); });
}

TEST_F(EveryCrashPoint, OfAnExtension) {
  record([this](const auto& tell) { train(path, sweep_of(one), tell); });
  const std::vector<Event> before = events;
  told_so_far = told;
  record([this](const auto& tell) { train(path, sweep_of(more), tell); });
  for (const Event& event : before) disk.apply(event);
  cut_everywhere(Reference(more), [this](const auto& left) { train(left, sweep_of(more)); });
}

TEST_F(EveryCrashPoint, OfACheckpoint) {
  const std::string longer = R"({"epochs": 3, "hidden_size": 2, "batch_size": 10, "save_weights": true})";
  record([&](const auto& tell) {
    train(path, sweep_of(longer), tell, 2);
    train(path, sweep_of(longer), tell);
  });
  cut_everywhere(Reference(longer), [&](const auto& left) { train(left, sweep_of(longer)); });
}

// It is stopped after epoch 3, which is not recorded, and then has more epochs.
TEST_F(EveryCrashPoint, OfASweepThatRecordsSomeEpochs) {
  const std::string every =
      R"("evaluate_every": 2, "hidden_size": 2, "batch_size": 10, "save_weights": true})";
  const std::string some = R"({"epochs": 5, )" + every, longer = R"({"epochs": 8, )" + every;
  record([&](const auto& tell) {
    train(path, sweep_of(some), tell, 2);
    EXPECT_TRUE(std::filesystem::exists(path.string() + ".checkpoint"));
    train(path, sweep_of(some), tell);
    train(path, sweep_of(longer), tell);
  });
  EXPECT_EQ(read_results(path).recorded, RecordedEpochs(std::vector{0, 2, 4, 5, 6, 8}));
  cut_everywhere(Reference(longer), [&](const auto& left) { train(left, sweep_of(longer)); });
}

TEST_F(EveryCrashPoint, OfWhatIsDamagedBeingDropped) {
  record([this](const auto&) {
    train(path, sweep_of(more));
    const std::uint64_t at = StoredFile(path).offset("train_loss");
    Descriptor file(path, O_RDWR);
    const auto changed = static_cast<char>(file.read_at(at, 1)[0] ^ 1);
    file.write_at(at, &changed, 1);
    file.sync_data();
  });
  const std::vector<Event> before = events;
  record([this](const auto&) { drop_damaged(path); });
  for (const Event& event : before) disk.apply(event);
  const Reference reference(more);
  std::size_t states = 0;
  for (std::size_t next = 0; next <= events.size(); ++next) {
    if (next > 0) disk.apply(events[next - 1]);
    disk.each_state(bound, [&](const std::map<std::string, std::string>& files) {
      if (HasFailure()) return;
      SCOPED_TRACE(testing::Message() << "cut before event " << next << " of " << events.size());
      const TemporaryDirectory after;
      for (const auto& [name, bytes] : files) std::ofstream(after / name, std::ios::binary) << bytes;
      const std::filesystem::path left = after / "sweep.h5";
      ASSERT_NO_THROW(read_results(left));
      for (const DamagedRun& damaged : check_results(left).damaged) EXPECT_EQ(damaged.row, 0u);
      drop_damaged(left);
      train(left, sweep_of(more));
      reference.check_whole(left);
      ++states;
    });
  }
  EXPECT_GT(states, events.size());
}

TEST_F(EveryCrashPoint, OfAMerge) {
  const TemporaryDirectory shards;
  const Sweep whole = sweep_of(more);
  std::vector<std::filesystem::path> parts;
  for (std::size_t shard = 1; shard <= 2; ++shard) {
    parts.push_back(shards / std::to_string(shard));
    train(parts.back(), share_of(whole, sweep_data(), shard, 2));
  }
  const auto merge = [&](const std::filesystem::path& to) {
    merge_results(to, parts, {"runner", "0.1.0", "g++", "", ""});
  };
  record([&](const auto&) { merge(path); });
  cut_everywhere(Reference(more), merge);
}

}  // namespace
}  // namespace runner::test
