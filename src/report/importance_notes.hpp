#pragma once

#include "runner/report/importance.hpp"

#include <string>
#include <vector>

/// The words that the table and the page say of an importance, in phrases that a line may end after.
namespace runner {

/// "Importance of parameters: shares of the variance between 4 configurations,", "means over 3 seeds"; where
/// there is no importance, why.
std::vector<std::string> what_was_counted(const Importance& importance);

/// How the shares were found, and what the marks mean. Nothing where there is no importance.
std::vector<std::string> how_it_was_counted(const Importance& importance);

}  // namespace runner
