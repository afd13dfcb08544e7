#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace runner {

/// Hears what a file system lacks that can be done without: one sentence without a full stop. May be empty.
using Note = std::function<void(const std::string&)>;

/// The file that a name stands for: absolute, free of links, also where the last of them points to nothing
/// yet, so that two names of one file are one. Throws std::filesystem::filesystem_error.
std::filesystem::path without_links(const std::filesystem::path& file);

/// Makes a regular file in place of the one that bears its name, or of none. `make` is given an empty file
/// with a temporary name in the same folder and fills it. If there was a file before, nobody but its owner
/// may read the temporary one, until it has the permissions and, if the system lets, the owner of the one
/// before; a new file gets them from `model`, if that is given, or else from the umask. Then it is synced and
/// renamed. So the name stands at every moment, also after a power cut, for the file before or for
/// the new one, whole.
///
/// One that may not be written is not replaced. Other names (hard links) of the file before keep that one.
/// The temporary file is removed if `make` throws; what a killed process left behind is removed by the next
/// replacement of the same file, or by remove_unfinished.
///
/// Processes may replace one file at the same time: the last one stays. Throws what `make` throws, or Error
/// (failure).
void replace_file(const std::filesystem::path& file,
                  const std::function<void(const std::filesystem::path& temporary)>& make,
                  const Note& note = {}, const std::filesystem::path& model = {});

/// Puts `content` where a name stands for: a link is followed; a regular file is replaced, as replace_file
/// does; what is no regular file (a device, a pipe) is written into. So is a regular file that would lose an
/// owner or another of its names by being replaced, or whose folder takes no other file: then a failure may
/// leave a part. Throws Error (failure): "cannot write FILE: reason".
void write_file(const std::filesystem::path& file, std::string_view content);

/// Takes the next part of what is written. Throws what cannot be written.
using Sink = std::function<void(std::string_view part)>;

/// The same for content that is never in memory as a whole: `make` gives its parts to the sink, one after the
/// other. Throws what `make` throws, too; a regular file that can be replaced is then what it was before.
void write_file(const std::filesystem::path& file, const std::function<void(const Sink&)>& make);

/// Removes what processes that were killed in replace_file left of a file. What is being made now stays. Does
/// what it can; never throws for what it cannot.
void remove_unfinished(const std::filesystem::path& file);

}  // namespace runner
