#include "common/report_exception.h"

#include <cstdio>
#include <exception>

namespace book {

void report_exception(Place spawned_at) noexcept {
  const char* what = "an exception that is no std::exception";
  try {
    throw;
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
  }
  // Not fmt::print, which throws when stderr cannot be written.
  std::fprintf(stderr,
               "a task ended in an exception that nobody will read: %s (spawned at %s:%d)\n", what,
               spawned_at.file, spawned_at.line);
}

}  // namespace book
