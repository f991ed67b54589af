// A program that somebody else wrote, run by the shell: it has a time limit, and what it has
// started ends with it.
//
//     const Ran curl = run("curl -sS http://127.0.0.1:7878/");
//     EXPECT_EQ(curl.code, 0) << curl.output;
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "support/child_process.h"
#include "support/descriptors.h"

namespace book::test {

class Tool {
 public:
  /// What wait() gives when the time is over.
  static constexpr int kTooLate = -1;

  /// Starts it, with its stdout and stderr in one file. `exec` in front of the last command of the
  /// line spares a shell that stands around, and terminate() then meets the program itself.
  explicit Tool(const std::string& command);
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;
  ~Tool() { wait(std::chrono::milliseconds(0)); }

  bool is_over() const;
  /// Asks it to end.
  void terminate() const;
  /// Its exit code, 128 and the number of the signal that ended it, or kTooLate. Afterwards neither
  /// it nor anything it has started is still running.
  int wait(std::chrono::milliseconds limit);

  std::string output() const { return output_.content(); }

 private:
  bool ends_within(std::chrono::milliseconds limit) const;

  TemporaryFile output_;
  pid_t pid_ = -1;  // and its process group; -1 when it is no more
  Fd handle_;       // readable when it is over
  int code_ = kTooLate;
};

struct Ran {
  int code = Tool::kTooLate;
  std::string output;
};

/// From the beginning to the end, which comes within `limit`.
Ran run(const std::string& command, std::chrono::milliseconds limit = std::chrono::seconds(30));

/// Is there a program of this name?
bool has_tool(const std::string& name);

}  // namespace book::test
