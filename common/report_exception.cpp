#include "common/report_exception.h"

#include <cstdio>
#include <exception>

#include "common/wake_or_report.h"

namespace book {

namespace {

/// Calls `report` with what the exception says that is being handled.
template <class Report>
void with_its_words(Report report) noexcept {
  try {
    throw;
  } catch (const std::exception& error) {
    report(error.what());
  } catch (...) {
    report("an exception that is no std::exception");
  }
}

}  // namespace

// Not fmt::print, which throws when stderr cannot be written.

void report_exception(Place spawned_at) noexcept {
  with_its_words([&](const char* what) {
    std::fprintf(stderr,
                 "a task ended in an exception that nobody will read: %s (spawned at %s:%d)\n",
                 what, spawned_at.file, spawned_at.line);
  });
}

void detail::report_waker_exception() noexcept {
  with_its_words([](const char* what) {
    std::fprintf(stderr, "a waker threw where no exception can go on, in a destructor say: %s\n",
                 what);
  });
}

}  // namespace book
