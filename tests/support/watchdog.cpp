#include "support/watchdog.h"

#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <utility>

namespace book::test {
namespace {

std::mutex report_mutex;
std::function<std::string()> the_report;

[[noreturn]] void bark(std::chrono::milliseconds limit, const std::string& what) {
  std::string report;
  {
    std::lock_guard lock(report_mutex);
    if (the_report) report = the_report();
  }
  const auto seconds = std::chrono::duration<double>(limit).count();
  fmt::print(stderr,
             "watchdog: {} is not over after {} seconds: something waits for a wake that nobody "
             "sends, or a loop does not end\n{}",
             what, seconds, report);
  if (!report.empty() && report.back() != '\n') fmt::print(stderr, "\n");
  std::fflush(nullptr);
  ::_exit(1);  // no destructor runs: a thread may hang in one
}

}  // namespace

void set_watchdog_report(std::function<std::string()> report) {
  std::lock_guard lock(report_mutex);
  the_report = std::move(report);
}

struct Watchdog::State {
  std::mutex mutex;
  std::condition_variable over_changed;
  bool over = false;
  std::thread thread;
};

Watchdog::Watchdog(std::chrono::milliseconds limit, std::string what)
    : state_(std::make_unique<State>()) {
  state_->thread = std::thread([state = state_.get(), limit, what = std::move(what)] {
    std::unique_lock lock(state->mutex);
    // On the system clock: some thread sanitizers do not see a wait on the steady one.
    const auto end = std::chrono::system_clock::now() + limit;
    if (!state->over_changed.wait_until(lock, end, [&] { return state->over; })) bark(limit, what);
  });
}

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(state_->mutex);
    state_->over = true;
  }
  state_->over_changed.notify_one();
  state_->thread.join();
}

namespace {

// Used by the main thread alone. The name lives as long as its watchdog.
std::string test_name;
std::chrono::milliseconds test_limit;
std::unique_ptr<Watchdog> test_watchdog;

}  // namespace

void watch_test(std::string name, std::chrono::milliseconds limit) {
  test_name = std::move(name);
  give_this_test(limit);
}

void give_this_test(std::chrono::milliseconds limit) {
  test_limit = limit;
  test_watchdog = std::make_unique<Watchdog>(limit, test_name);
}

void leave_this_test(std::chrono::milliseconds limit) {
  if (limit < test_limit) give_this_test(limit);
}

void unwatch_test() {
  test_watchdog.reset();
  set_watchdog_report({});
}

}  // namespace book::test
