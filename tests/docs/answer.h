// For tests of exercises: looks at the text of the answer that the test was compiled with.
#pragma once

#include <filesystem>
#include <string>

namespace book::docs {

/// The reader's file, the solution, or a wrong answer: what "exercise/NAME.h" includes in this
/// program.
std::filesystem::path answer_file(const std::string& name);

/// Fails where the answer holds a std lock across a co_await (check_locks). With one thread that
/// would be a hang, and the watchdog cannot say why.
void expect_no_std_lock_across_an_await(const std::string& name);

}  // namespace book::docs
