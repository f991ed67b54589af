// shared(f): one future, awaited by many.
//
//     auto page = shared(download(url));           // begun by the first who asks, and only once
//     auto words = count_words(page.share());      // another waiter
//     auto links = count_links(page.share());      // both get the page, or the same exception
//
//     waiter --.                                     The waiter that is polled first when there is
//     waiter ---+--> core: [ inner future | value ]  news polls the inner future, with a waker that
//     waiter --'       one waker for all of them     wakes them all: so any of them may go.
//
// Chapter 07 explains it.
#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "04_io_executor/outcome.h"
#include "07_join/maybe_done.h"
#include "07_join/shared_wake.h"
#include "common/arc.h"
#include "common/borrowed_waker.h"
#include "common/future.h"

namespace book {
namespace detail {

/// What the copies of a Shared have in common. Belongs to one thread, except for `wake`.
template <class F>
struct SharedCore : RefCounted<SharedCore<F>> {
  using Value = ValueOrMonostate<OutputOf<F>>;

  explicit SharedCore(F&& future) : inner(std::in_place, std::move(future)) {}

  bool has_ended() const noexcept { return !inner; }

  /// Polls the inner future. True when it has ended.
  bool poll() {
    const BorrowedWaker borrowed(wake.get(), &SharedWake::kWakerVTable);
    Context cx(borrowed.get());
    polling = true;
    Outcome<OutputOf<F>> outcome;
    const bool ended = outcome.poll_into(*inner, cx);
    polling = false;
    if (!ended) return false;
    try {
      if constexpr (std::is_void_v<OutputOf<F>>) {
        std::move(outcome).get();
        value.emplace();
      } else {
        value.emplace(std::move(outcome).get());
      }
    } catch (...) {
      error = std::current_exception();
    }
    inner.reset();  // what it holds goes now, not with the last copy
    return true;
  }

  Arc<SharedWake> wake = make_arc<SharedWake>();
  std::optional<F> inner;  // until its end
  std::optional<Value> value;
  std::exception_ptr error;
  bool polling = false;
};

}  // namespace detail

/// One of the waiters. It gives a copy of the value: of a large one, share a std::shared_ptr. All
/// waiters are for one thread. When the last one goes, the inner future goes.
template <class F>
class [[nodiscard]] Shared : PinnedOncePolled {
  static_assert(std::is_void_v<OutputOf<F>> || std::copy_constructible<OutputOf<F>>,
                "shared(f): each waiter gets a copy of the value");

 public:
  using Output = OutputOf<F>;

  explicit Shared(Arc<detail::SharedCore<F>> core) noexcept : core_(std::move(core)) {}
  Shared(Shared&& other) : PinnedOncePolled(std::move(other)), core_(std::move(other.core_)) {}
  Shared& operator=(Shared&&) = delete;
  ~Shared() {
    if (core_) core_->wake->forget(ticket_);
  }

  /// Another waiter: a future that was not polled, whatever has become of this one.
  Shared share() const noexcept { return Shared(core_); }

  /// Throws what the inner future has thrown; std::logic_error when it awaits itself.
  Poll<Output> poll(Context& cx) {
    pin_.enter();
    detail::SharedCore<F>& core = *core_;
    if (core.polling) throw std::logic_error("a shared future was awaited by itself");
    if (!core.has_ended() && core.wake->take_news() && core.poll()) {
      core.wake->forget(ticket_);
      core.wake->wake_all();  // the others
    }
    if (!core.has_ended()) {
      cx.waits_for("a shared future");
      // News that came while this waiter was not among those that are woken is not to be missed.
      if (core.wake->wait(ticket_, cx)) cx.waker().wake_by_ref();
      return pin_.pending();
    }
    core.wake->forget(ticket_);
    if (core.error) std::rethrow_exception(core.error);
    if constexpr (std::is_void_v<Output>) {
      return Poll<void>::ready();
    } else {
      return Poll<Output>::ready(*core.value);
    }
  }

 private:
  Arc<detail::SharedCore<F>> core_;
  detail::SharedWake::Ticket ticket_;
};

/// The shared future owns the one it is given: name it and std::move it, or give a temporary.
template <Future F>
requires(!std::is_lvalue_reference_v<F>) Shared<F> shared(F&& future) {
  return Shared<F>(make_arc<detail::SharedCore<F>>(std::forward<F>(future)));
}

}  // namespace book
