#include "04_io_executor/io_blocker.h"

#include <stdexcept>
#include <tuple>
#include <utility>

namespace book {

std::string to_string(Signals signals) {
  const bool readable = contains(signals, Signals::readable);
  const bool writable = contains(signals, Signals::writable);
  return readable && writable ? "READABLE | WRITABLE"
         : readable           ? "READABLE"
         : writable           ? "WRITABLE"
                              : "nothing";
}

void IoBlocker::add_io_event_interest(int fd, Event event) {
  Reactor::Scope scope(reactor_);
  const bool added = event_map_
                         .emplace(std::piecewise_construct, std::forward_as_tuple(event.id),
                                  std::forward_as_tuple(*this, fd, event))
                         .second;
  if (!added) throw std::logic_error("IoBlocker: this id is taken");
}

IoBlocker::Event IoBlocker::block() {
  while (happened_.empty()) {
    if (reactor_.waiting().nothing()) throw std::logic_error("IoBlocker: nothing to wait for");
    reactor_.wait();  // whatever is ready by now rings its bell
  }
  const Event event = happened_.front();
  happened_.pop_front();
  return event;
}

/// Being woken, for a bell, is to write its event into the list.
const WakerVTable IoBlocker::Interest::kRings{
    .clone = [](void*) {},
    .wake =
        [](void* data) {
          const Bell& bell = *static_cast<Bell*>(data);
          bell.owner->happened_.push_back(bell.event);
        },
    .wake_by_ref =
        [](void* data) {
          const Bell& bell = *static_cast<Bell*>(data);
          bell.owner->happened_.push_back(bell.event);
        },
    .drop = [](void*) {},
};

IoBlocker::Interest::Interest(IoBlocker& owner, int fd, Event event)
    : readable_{&owner, {event.id, Signals::readable}},
      writable_{&owner, {event.id, Signals::writable}},
      source_(fd, IoSource::Kind::stream) {
  if (contains(event.signals, Signals::readable)) listen(Direction::read, readable_);
  if (contains(event.signals, Signals::writable)) listen(Direction::write, writable_);
}

void IoBlocker::Interest::listen(Direction direction, Bell& bell) {
  const Waker waker(&bell, &kRings);
  Context cx(waker);
  source_.clear(direction);  // believe nothing: let the system say it
  if (source_.poll_ready(direction, cx).is_ready()) waker.wake_by_ref();
}

}  // namespace book
