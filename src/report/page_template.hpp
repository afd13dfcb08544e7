#pragma once

#include <string_view>

namespace runner {

/// The page without its data, which belongs where @PAGE_DATA@ stands.
std::string_view page_template();

}  // namespace runner
