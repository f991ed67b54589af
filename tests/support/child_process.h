// Runs a function in a child process and catches what comes of it: for tests of exit codes, of
// what is said on stderr, and of sudden death.
//
//     ChildResult result = run_in_child([] { return chapter_main(...); }, {.out = Sink::full});
//     EXPECT_EQ(result.exit_code, 1);
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace book::test {

/// What the child's stdout or stderr leads to.
enum class Sink {
  file,    ///< the result's `out` or `err`
  closed,  ///< nowhere: the descriptor is not open
  full,    ///< a disk with no room left
  nobody,  ///< a pipe whose reader has gone
};

struct ChildOptions {
  Sink out = Sink::file;
  Sink err = Sink::file;
};

struct ChildResult {
  int exit_code = -1;  ///< -1: a signal ended it
  int signal = 0;
  std::string out;
  std::string err;
};

/// The exit code is what `body` returns. The child has no other threads, and runs no destructors
/// or exit handlers after `body`.
ChildResult run_in_child(const std::function<int()>& body, const ChildOptions& options = {});

/// Runs a program as a reader starts it: `arguments`, and what stands `before` it, are words for
/// the shell. The program's path may have blanks in it.
ChildResult run_program(const std::filesystem::path& program, const std::string& arguments,
                        const std::string& before = "");

/// A file in the temporary folder, removed at the end of the scope.
class TemporaryFile {
 public:
  TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();
  const std::string& path() const { return path_; }
  std::string content() const;

 private:
  std::string path_;
};

}  // namespace book::test
