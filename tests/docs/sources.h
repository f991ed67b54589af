// Rules for sources: includes point downstairs, coroutines keep clear of what g++ 12 miscompiles,
// and hold no std lock while they are suspended.
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

/// No std::lock_guard, unique_lock, scoped_lock or shared_lock is held across a co_await or a
/// co_yield in its scope: the mutex belongs to a thread, and the thread goes on to other tasks.
std::vector<Problem> check_locks(const std::filesystem::path& file, const std::string& source);

/// Every loop in a function that is given a Context ends: by its shape, or for the reason that a
/// `// ends: ...` above it says.
std::vector<Problem> check_polls(const std::filesystem::path& file, const std::string& source);

/// No call that may block its thread, except where `// blocks: ...` above it says why it may.
std::vector<Problem> check_blocking(const std::filesystem::path& file, const std::string& source);

/// No operator= by value of a type that {} may be assigned to.
std::vector<Problem> check_assignments(const std::filesystem::path& file,
                                       const std::string& source);

}  // namespace book::docs
