#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace runner {

/// Receives notes on what a file system lacks: one sentence without a full stop. May be empty.
using Note = std::function<void(const std::string&)>;

/// The absolute path of a file, with all links resolved, also if the last link points to nothing yet. So two
/// names of one file give one path. Throws std::filesystem::filesystem_error.
std::filesystem::path without_links(const std::filesystem::path& file);

/// Makes a regular file, in place of one with the same name if there is one. So at every moment, also after a
/// power cut, the name stands for the whole old file or the whole new file.
///
/// 1. `make` gets an empty file with a temporary name in the same folder, and fills it. If there was a file
///    before, only its owner may read the temporary one.
/// 2. The file gets the permissions and, if the system allows it, the owner of the file before. A new file
///    gets them from `model`, if given, or else from the umask.
/// 3. It is synced and renamed.
///
/// A file that may not be written is not replaced. Other names (hard links) of the old file keep the old
/// file. The temporary file is removed if `make` throws. Temporary files of killed processes are removed by
/// the next replacement of the same file, or by remove_unfinished().
///
/// Processes may replace one file at the same time: the last one stays. Throws what `make` throws, or Error
/// (failure).
void replace_file(const std::filesystem::path& file,
                  const std::function<void(const std::filesystem::path& temporary)>& make,
                  const Note& note = {}, const std::filesystem::path& model = {});

/// Writes `content` to a file. A link is followed. A regular file is replaced, as by replace_file(). A device
/// or a pipe is written into. So is a regular file that would lose an owner or another of its names if it was
/// replaced, or whose folder takes no other file; a failure may then leave a part. Throws Error (failure):
/// "cannot write FILE: reason".
void write_file(const std::filesystem::path& file, std::string_view content);

/// Takes the next part of the content. Throws if it cannot be written.
using Sink = std::function<void(std::string_view part)>;

/// The same for content that is never in memory as a whole: `make` gives its parts to the sink, one after the
/// other. Throws what `make` throws, too; a regular file that can be replaced then stays as it was.
void write_file(const std::filesystem::path& file, const std::function<void(const Sink&)>& make);

/// Removes the temporary files that killed processes left beside a file. Files that are being made now stay.
/// Does as much as it can, and never throws.
void remove_unfinished(const std::filesystem::path& file);

}  // namespace runner
