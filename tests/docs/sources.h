// Rules for sources: includes point downstairs, coroutines keep clear of what g++ 12 miscompiles.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "docs/text.h"

namespace book::docs {

/// `file` is the path from the top folder, such as chapters/07_join/join.h.
std::vector<Problem> check_includes(const std::filesystem::path& file, const std::string& source);

/// The rules for co_await of README.md here, as far as text can show a breach.
std::vector<Problem> check_coroutines(const std::filesystem::path& file, const std::string& source);

}  // namespace book::docs
