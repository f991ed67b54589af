// CaughtStderr: while one lives, what the program writes to stderr comes to it, to be told in its
// place in the story.
#pragma once

#include <string>

#include "common/descriptor.h"

namespace book::story {

class CaughtStderr {
 public:
  CaughtStderr();
  CaughtStderr(const CaughtStderr&) = delete;
  CaughtStderr& operator=(const CaughtStderr&) = delete;
  /// stderr is what it was.
  ~CaughtStderr();

  /// Waits for so many lines; for ten seconds at most. Then it gives what has come.
  std::string lines(int count);

 private:
  Descriptor read_, before_;
};

}  // namespace book::story
