// A test that hangs says so and ends, with exit code 1, instead of waiting forever.
//
// Every test has one already (support/main/test_main.cpp), of 20 seconds of real time; under a
// sanitizer of 120, and of 3 under `make exercise`. Make another where a test deserves less:
//
//     Watchdog watchdog(std::chrono::seconds(2), "the reader never woke");
//
// and call give_this_test(...) where it deserves more.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace book::test {

/// What the watchdog prints besides its own line, such as what each pending task waits for. It is
/// called on the watchdog's thread, while the test still runs: it may read, and must not wait for a
/// lock that the hanging test could hold. An empty function takes it away.
void set_watchdog_report(std::function<std::string()> report);

/// From construction to destruction, `limit` of real time may pass; after that the process ends.
class Watchdog {
 public:
  Watchdog(std::chrono::milliseconds limit, std::string what);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// From now on, the running test may take this long.
void give_this_test(std::chrono::milliseconds limit);
/// From now on it has no more than this.
void leave_this_test(std::chrono::milliseconds limit);

/// For test_main.cpp: around each test.
void watch_test(std::string name, std::chrono::milliseconds limit);
void unwatch_test();

}  // namespace book::test
