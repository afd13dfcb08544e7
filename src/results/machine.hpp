#pragma once

#include <string>

/// Where and when: what the file and its lock say of the process that wrote them.
namespace runner {

std::string host_name();

/// The time as ISO 8601, "2024-05-01T12:00:00Z".
std::string utc_now();

}  // namespace runner
