// watch_polls(limit, future): says so when one poll of the future took longer than the limit. For
// the question "what is it that holds everybody up?"
//
//     co_await watch_polls(50ms, serve(client));
//
// stderr:  a poll of the future watched at server.cpp:40 took 80 ms; its thread did nothing else
//          meanwhile (its poll number 3)
//
// It cannot interrupt such a poll; it measures. Two looks at the clock a poll are all that it
// costs. Chapter 14 explains it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include "common/clock.h"
#include "common/future.h"
#include "common/trace.h"

namespace book {

/// What watch_polls has seen.
struct LongPoll {
  Place watched_at;
  Duration took;        ///< real time
  std::uint64_t which;  ///< the number of the poll, from 1
};

namespace detail {
/// One line on stderr.
void report_long_poll(const LongPoll& poll);
}  // namespace detail

/// `F` is a reference when the future is borrowed.
template <class F>
class [[nodiscard]] WatchPolls : PinnedOncePolled {
 public:
  using Output = OutputOf<F>;
  using Report = std::function<void(const LongPoll&)>;

  WatchPolls(F&& future, Duration limit, Report report, Place place)
      : future_(std::forward<F>(future)),
        limit_(limit),
        report_(std::move(report)),
        place_(place) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Poll<Output> result = measured(cx);
    if (result.is_pending()) return pin_.pending();
    return result;
  }

 private:
  /// Real time, also where the executor's is virtual. A poll that throws is measured, too.
  Poll<Output> measured(Context& cx) {
    struct Measure {
      WatchPolls& self;
      std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
      ~Measure() { self.took(std::chrono::steady_clock::now() - begin); }
    } measure{*this};
    return future_.poll(cx);
  }
  void took(Duration time) noexcept {
    ++polls_;
    if (time <= limit_) return;
    const LongPoll poll{place_, time, polls_};
    report_ ? report_(poll) : detail::report_long_poll(poll);
  }

  F future_;
  Duration limit_;
  Report report_;
  Place place_;
  std::uint64_t polls_ = 0;
};

namespace detail {
struct WatchPollsFn {
  template <Future F>
  WatchPolls<F> operator()(Duration limit, F&& future, const char* file = __builtin_FILE(),
                           int line = __builtin_LINE()) const {
    return WatchPolls<F>(std::forward<F>(future), limit, nullptr, Place{file, line});
  }
  /// `report` is called instead of the line on stderr, inside the poll. It must not throw.
  template <Future F>
  WatchPolls<F> operator()(Duration limit, F&& future, typename WatchPolls<F>::Report report,
                           const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    return WatchPolls<F>(std::forward<F>(future), limit, std::move(report), Place{file, line});
  }
};
}  // namespace detail

inline constexpr detail::WatchPollsFn watch_polls{};

}  // namespace book
