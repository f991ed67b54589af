// FaultyStream: any stream, seen through a bad line. It hands on what a stream hands on, but in
// small pieces, after waits, or with an error in the place of one call: what a real network does
// once in a while, and a test wants every time.
//
//     test::FaultyStream line(stream, {.piece = 1, .waits = 1});           // reads
//     test::FaultyStream line(std::move(stream), {}, {.fail_at = 3});      // writes
//
// An lvalue is borrowed, an rvalue owned.
//
//     read  --> [ pending? ] --> [ fail, end, stall at call k ] --> [ at most `piece` ] --> stream
//
// For every k: set fail_at = k, run, and see that nothing leaks and the error comes out.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>

#include "common/future.h"
#include "common/reactor/io_source.h"

namespace book::test {

/// What is wrong with one direction. Calls are counted from 1; a wait is no call.
struct StreamFaults {
  std::size_t piece = static_cast<std::size_t>(-1);  ///< bytes that one call moves at most
  int waits = 0;    ///< before each call so many are pending, and wake their own task
  int fail_at = 0;  ///< this call, and all after it, throw std::system_error
  int error = ECONNRESET;
  int end_at = 0;    ///< this call, and all after it, move 0 bytes: a read's end
  int stall_at = 0;  ///< this call, and all after it, are pending until recover()
};

template <class S>
class FaultyStream {
 public:
  explicit FaultyStream(S&& stream, const StreamFaults& reads = {}, const StreamFaults& writes = {},
                        const StreamFaults& closes = {})
      : stream_(std::forward<S>(stream)), reads_{reads}, writes_{writes}, closes_{closes} {}

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    switch (reads_.next(cx, "a bad line, to read")) {
      case Verdict::wait:
        return pending;
      case Verdict::end:
        return std::size_t{0};
      case Verdict::go:
        break;
    }
    const std::size_t most = std::min(reads_.faults.piece, buffer.size());
    return reads_.moved(stream_.poll_read(cx, buffer.first(most)));
  }

  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    switch (writes_.next(cx, "a bad line, to write")) {
      case Verdict::wait:
        return pending;
      case Verdict::end:
        return std::size_t{0};
      case Verdict::go:
        break;
    }
    const std::size_t most = std::min(writes_.faults.piece, bytes.size());
    return writes_.moved(stream_.poll_write(cx, bytes.first(most)));
  }

  Poll<void> poll_flush(Context& cx) { return stream_.poll_flush(cx); }

  Poll<void> poll_close(Context& cx) {
    if (closes_.next(cx, "a bad line, to close") == Verdict::wait) return pending;
    return closes_.moved(stream_.poll_close(cx));
  }

  /// The stream's own: it knows of no faults. (The read that follows does.)
  auto readable() requires requires(S& stream) { stream.readable(); }
  { return stream_.readable(); }

  /// Whoever stops waiting here stops waiting inside.
  void forget(Direction direction, const Waker& waker) noexcept {
    (direction == Direction::read ? reads_ : writes_).forget(waker);
    if (direction == Direction::write) closes_.forget(waker);
    if constexpr (requires { stream_.forget(direction, waker); }) {
      stream_.forget(direction, waker);
    }
  }

  /// The line is good from now on, and whoever was stalled is woken.
  void recover() {
    for (Side* side : {&reads_, &writes_, &closes_}) {
      side->faults = {};
      std::exchange(side->stalled, Waker()).wake();
    }
  }

  std::remove_reference_t<S>& stream() noexcept { return stream_; }
  /// Calls that moved something, ended, or failed.
  int reads() const noexcept { return reads_.calls; }
  int writes() const noexcept { return writes_.calls; }
  int closes() const noexcept { return closes_.calls; }

 private:
  enum class Verdict { go, end, wait };

  struct Side {
    StreamFaults faults;
    int calls = 0;  ///< that are over
    int waited = 0;
    Waker stalled{};

    Verdict next(Context& cx, const char* why) {
      const int call = calls + 1;
      if (reached(faults.stall_at, call)) {
        cx.store(stalled, why);
        return Verdict::wait;
      }
      if (waited < faults.waits) {
        ++waited;
        cx.waits_for(why);
        cx.waker().wake_by_ref();
        return Verdict::wait;
      }
      if (reached(faults.fail_at, call)) {
        over();
        throw std::system_error(faults.error, std::system_category(), "a bad line");
      }
      if (reached(faults.end_at, call)) {
        over();
        return Verdict::end;
      }
      return Verdict::go;
    }
    template <class T>
    Poll<T> moved(Poll<T> result) {
      if (result.is_ready()) over();
      return result;
    }
    void forget(const Waker& waker) noexcept {
      if (stalled.will_wake(waker)) stalled = Waker();
    }

   private:
    static bool reached(int at, int call) { return at != 0 && call >= at; }
    void over() {
      ++calls;
      waited = 0;
    }
  };

  S stream_;
  Side reads_, writes_, closes_;
};

template <class S>
FaultyStream(S&&, const StreamFaults& = {}, const StreamFaults& = {}, const StreamFaults& = {})
    -> FaultyStream<S>;

}  // namespace book::test
