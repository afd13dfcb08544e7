#pragma once

#include <chrono>
#include <optional>
#include <string>

/// Where and when: what the file and its lock say of the process that wrote them.
namespace runner {

std::string host_name();

/// The time as ISO 8601, "2024-05-01T12:00:00Z".
std::string utc_now();

/// The time that such a text stands for; nothing if it has another form.
std::optional<std::chrono::system_clock::time_point> utc_time(const std::string& text);

}  // namespace runner
