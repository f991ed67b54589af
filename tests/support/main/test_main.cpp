// The main of every test binary: GoogleTest's own, and a watchdog around each test. Under `make
// exercise`, which sets BOOK_EXERCISE to the seconds that a test may take, somebody sits and waits:
// the watchdog barks sooner, and a failure begins with the sentence for the student.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "support/sanitizer.h"
#include "support/teaching_printer.h"
#include "support/watchdog.h"

namespace {

std::chrono::seconds limit_of_a_test(const char* exercise) {
  if (book::test::under_sanitizer()) return std::chrono::seconds(120);
  return std::chrono::seconds(exercise ? std::strtol(exercise, nullptr, 10) : 20);
}

class WatchEachTest : public testing::EmptyTestEventListener {
 public:
  WatchEachTest(std::chrono::seconds limit, bool exercise) : limit_(limit), exercise_(exercise) {}

 private:
  void OnTestStart(const testing::TestInfo& test) override {
    book::test::watch_test(
        fmt::format("{}.{} ({}:{})", test.test_suite_name(), test.name(), test.file(), test.line()),
        limit_);
  }
  // The student has the message; a destructor that hangs behind it is not waited for long.
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!exercise_ || !result.failed() || std::this_thread::get_id() != main_) return;
    book::test::leave_this_test(std::chrono::seconds(10));
  }
  void OnTestEnd(const testing::TestInfo&) override { book::test::unwatch_test(); }

  std::chrono::seconds limit_;
  bool exercise_;
  std::thread::id main_ = std::this_thread::get_id();
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const char* exercise = std::getenv("BOOK_EXERCISE");
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  if (exercise) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new book::test::TeachingPrinter(std::cout));  // GoogleTest deletes it
  }
  listeners.Append(
      new WatchEachTest(limit_of_a_test(exercise), exercise && !book::test::under_sanitizer()));
  return RUN_ALL_TESTS();
}
