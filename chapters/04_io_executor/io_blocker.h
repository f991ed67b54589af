// IoBlocker: the book's picture of an operating system's "tell me when", made of our reactor.
//
//     add_interest(socket, 1)    put socket 1 on the list
//     block()                    stand still until one of the list is readable: which one?
//
// It has no tasks and no futures. With those, the executor does what its caller does by hand here.
#pragma once

#include <cstddef>
#include <deque>

#include "04_io_executor/async_fd.h"
#include "common/arc_wake.h"
#include "common/reactor.h"

namespace book::story {

class IoBlocker {
 public:
  explicit IoBlocker(Reactor& reactor) : reactor_(reactor) {}

  /// Asks once for `socket`'s next event. `id` is what block() will say.
  void add_interest(AsyncFd& socket, int id) {
    Arc<Bell> bell = make_arc<Bell>(events_, id);
    const Waker waker = into_waker(bell);
    Context cx(waker);
    // A new socket is believed to be readable until a read has said otherwise.
    char byte;
    Poll<std::size_t> read = socket.poll_read(cx, {&byte, 1});
    if (read.is_ready()) events_.push_back(id);
  }

  /// Waits until a socket of the list has an event; gives its id.
  int block() {
    while (events_.empty()) reactor_.wait();
    const int id = events_.front();
    events_.pop_front();
    return id;
  }

 private:
  /// What the reactor rings: it puts its id on the list of events.
  struct Bell : RefCounted<Bell> {
    Bell(std::deque<int>& events, int id) : events(events), id(id) {}
    static void wake_by_ref(const Arc<Bell>& self) { self->events.push_back(self->id); }
    std::deque<int>& events;
    int id;
  };

  Reactor& reactor_;
  std::deque<int> events_;
};

}  // namespace book::story
