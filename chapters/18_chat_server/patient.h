// patient(sending, wire, mailbox, limit): true when `sending` has ended; false when the connection
// has taken no byte for so long, or when the mailbox has run over (Slow::drop).
//
//     |--- 8 s ---| a byte |--- 9 s ---| a byte |----- 10 s -----|  false: it stands still
//
// One timer, which is not moved at each byte: when it goes off, and bytes have gone meanwhile, it
// is set again from the last one. Chapter 18 explains it.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "02_timer_future/sleep.h"
#include "18_chat_server/mailbox.h"
#include "18_chat_server/wire.h"
#include "common/future.h"
#include "common/reactor/reactor.h"

namespace book::chat {

/// Owns the future, and borrows the rest.
template <Future F, Wire W>
class [[nodiscard]] Patient : PinnedOncePolled {
 public:
  using Output = bool;

  Patient(F sending, const W& wire, Mailbox& mailbox, Duration limit)
      : sending_(std::move(sending)), wire_(&wire), mailbox_(&mailbox), limit_(limit) {}
  Patient(Patient&&) = default;
  Patient& operator=(Patient&&) = delete;
  ~Patient() {
    if (watches_) mailbox_->forget_sending();
  }

  Poll<bool> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (sending_.poll(cx).is_ready()) return true;
    if (first) began_ = Reactor::current().now();
    if (mailbox_->is_too_slow()) return false;
    // Not a look at the clock: Reactor::coarse_now() stands still in a turn, and a deadline that
    // has passed for a Sleep may lie ahead of it for as long as we ask.
    const Instant until = std::max(began_, wire_->moved()) + limit_;
    for (;;) {
      if (!timer_) {
        timer_.emplace(sleep_until(until));
        timer_until_ = until;
      }
      if (timer_->poll(cx).is_pending()) break;
      if (timer_until_ == until) return false;
      timer_.reset();
    }
    watches_ = true;
    if (mailbox_->poll_too_slow(cx).is_ready()) return false;
    return pin_.pending();
  }

 private:
  F sending_;
  const W* wire_;
  Mailbox* mailbox_;
  Duration limit_;
  Instant began_{};
  bool watches_ = false;  ///< its waker is in the mailbox
  std::optional<Sleep> timer_;
  Instant timer_until_{};
};

template <Future F, Wire W>
Patient<F, W> patient(F sending, const W& wire, Mailbox& mailbox, Duration limit) {
  return {std::move(sending), wire, mailbox, limit};
}

}  // namespace book::chat
