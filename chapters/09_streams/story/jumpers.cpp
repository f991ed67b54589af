#include "09_streams/story/jumpers.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <stdexcept>

#include "02_timer_future/sleep.h"
#include "09_streams/for_each_concurrent.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

constexpr int kJumpers = 150;
constexpr int kWeakKnee = 42;  // the number of the jumper with it

struct Counts {
  int begun = 0;
  int in_the_air = 0;
  int reported = 0;
  int others_in_the_air = 0;  // when one fell
};

/// In the air for as long as it lives.
class Flight {
 public:
  explicit Flight(Counts& counts) : counts_(counts) { ++counts_.in_the_air; }
  Flight(Flight&&) = delete;
  ~Flight() { --counts_.in_the_air; }

 private:
  Counts& counts_;
};

Async<> jump_n_times(int n, Counts& counts) {
  const Flight flight(counts);
  for (int jump = 1; jump <= n; ++jump) {
    co_await sleep(10ms);
    if (n == kWeakKnee && jump == n) {
      counts.others_in_the_air = counts.in_the_air - 1;
      throw std::runtime_error(fmt::format("jumper {} fell at jump {}", n, jump));
    }
  }
}

Async<> jump_and_report(int n, Counts& counts) {
  ++counts.begun;
  co_await jump_n_times(n, counts);
  ++counts.reported;
}

std::optional<int> next_number(int& last) {
  if (last == kJumpers) return std::nullopt;
  return ++last;
}

}  // namespace

Async<> jump_around(Instant start, std::size_t at_once) {
  Counts counts;
  auto jump = [&](int n) { return jump_and_report(n, counts); };
  auto all = unfold(0, next_number) | for_each_concurrent(at_once, jump);
  try {
    co_await all;
  } catch (const std::runtime_error& error) {
    say_about(start, error.what());
  }
  fmt::print("   {} had begun, {} had reported\n", counts.begun, counts.reported);
  fmt::print("   others in the air at that moment: {}, and now: {}\n", counts.others_in_the_air,
             counts.in_the_air);
}

}  // namespace book::story
