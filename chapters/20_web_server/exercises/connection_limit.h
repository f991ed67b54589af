// Exercise 1: a connection limit. Each connection costs a descriptor and some memory, and there is
// an end to both. So there are N places, and whoever has none waits outside:
//
//     the system's queue         accept loop                     tasks
//     [ 6 ][ 5 ][ 4 ]  ------->  a place? accept, spawn  ----->  [ 1: place ]
//          they wait             none? wait for one              [ 2: place ]   N = 3
//                                         ^                      [ 3: place ]
//                                         '--- a task has gone, and its place is free
//
// Nobody is sent away. And a place comes back on every way on which a connection can end: it has
// ended well, it has thrown, or it was dropped in the middle; even before it was polled at all.
// C++ has one thing that does all of them.
//
// Run its test with: make exercise CHAPTER=20
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
  Waker waits_;  ///< of the task that waits, if there is one
};

/// A place that is taken, until this goes.
class [[nodiscard]] Places::Place {
 public:
  // TODO: a Place can be moved: into a task, for instance. Then the one that is left has none.
  Place(Place&& other) noexcept : places_(other.places_) {}
  Place& operator=(Place&&) = delete;
  ~Place() {
    // TODO: one more is free, and a task that waits for one should hear of it.
  }

 private:
  friend class Take;
  explicit Place(Places& places) noexcept : places_(&places) {
    // TODO: one less is free.
  }

  Places* places_;
};

/// What take() gives.
class [[nodiscard]] Places::Take : PinnedOncePolled {
 public:
  using Output = Place;

  explicit Take(Places& places) noexcept : places_(places) {}
  Take(Take&&) = default;
  Take& operator=(Take&&) = delete;
  ~Take() {
    // TODO: nobody waits here any more: a waker of this future, if there is one, has to go.
  }

  Poll<Place> poll(Context& cx) {
    pin_.enter();
    // TODO: is a place free? If not: cx.store(slot, "a free place"), and pin_.pending().
    (void)cx;
    return Place(places_);
  }

 private:
  Places& places_;
};

inline Places::Take Places::take() noexcept { return Take(*this); }

/// One connection, and the place that it has: gone when the connection is, however it ends.
template <Future F>
Async<> hold(Places::Place place, F connection) {
  // TODO: is anything missing here?
  (void)place;
  co_await std::move(connection);
}

/// Accepts forever. Each client gets a place, and a task that runs handle(client). While no place
/// is free nobody is accepted: the next clients wait in the system's queue.
template <class Listener, class Handle>
Async<> accept_all(Listener& listener, Places& places, Handle handle) {
  // TODO: this one takes everybody.
  (void)places;
  for (;;) {
    auto client = co_await listener.accept();
    spawn_detached(handle(std::move(client)));
  }
}

}  // namespace book::http
