// signal(SIGINT): Ctrl-C as a future. signals({SIGINT, SIGTERM}): every such signal, as a stream.
//
//     any thread                     this process                     any number of reactors
//     ----------                     ------------                     ----------------------
//     SIGINT --> the handler:        counts[SIGINT] += 1     <------- "did my number change?"
//                                    ring the bell (eventfd) -------> readable: poll again
//
// The handler does those two things and nothing else: they are safe wherever the signal struck.
// What happened is in the counts; the bell only says "look". So every listener gets every signal,
// and a forked child that rings its parent's bell tells it nothing.
//
// No thread's signal mask is touched. A mask goes through fork and exec, to programs that do not
// expect it; a handler does not (exec puts the default back). Chapter 13 explains it.
//
// To stop a program (chapter 20): `auto stop = signals({SIGINT, SIGTERM});`. The first item asks it
// to come to an end, a second one to do so at once.
#pragma once

#include <signal.h>

#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "common/future.h"

namespace book {

namespace detail {

/// Listens to some signals from its construction to its destruction.
class SignalWatch {
 public:
  explicit SignalWatch(std::span<const int> numbers);
  SignalWatch(SignalWatch&&) noexcept;
  SignalWatch& operator=(SignalWatch&&) = delete;
  ~SignalWatch();

  /// The number of a signal that came and was not given yet; of several, the one that was listed
  /// first.
  Poll<int> poll(Context& cx);

 private:
  struct Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace detail

/// What signal() gives: a future of the number of the first signal that comes. It listens from its
/// construction on, so what comes before its first poll is not lost. It is bound to the reactor of
/// its first poll, which counts it as a descriptor that is waited for.
class [[nodiscard]] Signal : PinnedOncePolled {
 public:
  using Output = int;
  explicit Signal(std::span<const int> numbers) : watch_(numbers) {}

  Poll<int> poll(Context& cx) {
    pin_.enter();
    Poll<int> number = watch_.poll(cx);
    if (number.is_pending()) return pin_.pending();
    return number;
  }

 private:
  detail::SignalWatch watch_;
};

/// What signals() gives: the same as a stream without end, one item a signal. (Before they reach a
/// program, the system makes one of equal signals that wait for the same thread.)
class [[nodiscard]] SignalStream {
 public:
  using Item = int;
  explicit SignalStream(std::span<const int> numbers) : watch_(numbers) {}

  bool is_terminated() const noexcept { return false; }

  Poll<std::optional<int>> poll_next(Context& cx) {
    const Poll<int> number = watch_.poll(cx);
    if (number.is_pending()) return pending;
    return Poll<std::optional<int>>::ready(number.value());
  }

 private:
  detail::SignalWatch watch_;
};

namespace detail {

/// As long as one listener of a signal lives, that signal does nothing but tell its listeners: the
/// process does not end by it. With the last one, what was set before is set again, and the next
/// Ctrl-C ends the program as ever.
///
/// Throws std::invalid_argument for signals that cannot be waited for: those that no program may
/// catch (SIGKILL, SIGSTOP), and those that report a fault of the very instruction that runs
/// (SIGSEGV and its kind). Throws std::system_error when there are no descriptors left.
template <class Made>
struct ListenFn {
  Made operator()(int number) const { return Made(std::span(&number, 1)); }
  Made operator()(std::initializer_list<int> numbers) const {
    return Made(std::span(numbers.begin(), numbers.size()));
  }
};

}  // namespace detail

inline constexpr detail::ListenFn<Signal> signal{};
inline constexpr detail::ListenFn<SignalStream> signals{};

/// "SIGINT", or "signal 40" for one without a name.
std::string signal_name(int number);

}  // namespace book
