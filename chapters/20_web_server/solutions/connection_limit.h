// A connection limit: the book's answer to exercise 1.
#pragma once

#include <cstddef>
#include <utility>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "common/future.h"

namespace book::http {

/// So many places, and one task at a time that may wait for a free one: the accept loop. It
/// outlives its places, and the tasks that wait. For one thread.
class Places {
 public:
  explicit Places(std::size_t count) noexcept : free_(count) {}
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  class Place;
  class Take;
  /// A future of a Place: waits until one is free.
  Take take() noexcept;

  std::size_t free() const noexcept { return free_; }
  bool somebody_waits() const noexcept { return static_cast<bool>(waits_); }

 private:
  std::size_t free_;
  Waker waits_;
};

/// A place that is taken, until this goes.
class [[nodiscard]] Places::Place {
 public:
  Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (!places_) return;
    ++places_->free_;
    std::exchange(places_->waits_, {}).wake();
  }

 private:
  friend class Take;
  explicit Place(Places& places) noexcept : places_(&places) { --places.free_; }

  Places* places_;  // null when moved from
};

/// What take() gives.
class [[nodiscard]] Places::Take : PinnedOncePolled {
 public:
  using Output = Place;

  explicit Take(Places& places) noexcept : places_(places) {}
  Take(Take&&) = default;
  Take& operator=(Take&&) = delete;
  ~Take() { stop_waiting(); }

  Poll<Place> poll(Context& cx) {
    pin_.enter();
    if (places_.free_ == 0) {
      cx.store(places_.waits_, "a free place");
      stored_ = true;
      return pin_.pending();
    }
    stop_waiting();
    return Place(places_);
  }

 private:
  void stop_waiting() noexcept {
    if (std::exchange(stored_, false)) places_.waits_ = {};
  }

  Places& places_;
  bool stored_ = false;
};

inline Places::Take Places::take() noexcept { return Take(*this); }

/// One connection, and the place that it has: gone when the connection is, however it ends.
template <Future F>
Async<> hold(Places::Place place, F connection) {
  (void)place;  // a parameter is a part of the frame, and goes with it
  co_await std::move(connection);
}

/// Accepts forever. Each client gets a place, and a task that runs handle(client). While no place
/// is free nobody is accepted: the next clients wait in the system's queue.
template <class Listener, class Handle>
Async<> accept_all(Listener& listener, Places& places, Handle handle) {
  for (;;) {
    Places::Place place = co_await places.take();
    auto client = co_await listener.accept();
    spawn_detached(hold(std::move(place), handle(std::move(client))));
  }
}

}  // namespace book::http
