// IoBlocker: the reactor as the Rust book first draws it. You say which sockets you care about,
// each with a number; block() stops until something happens to one of them, and says the number.
//
//     IoBlocker io_blocker;
//     io_blocker.add_io_event_interest(socket_1, {.id = 1, .signals = Signals::readable});
//     IoBlocker::Event event = io_blocker.block();      // {1, readable}
//
// No futures yet: the event map leads from a number to a bell, and a bell writes into a list. The
// executor is the same with the bells connected to tasks. Chapter 04's README walks through both.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "common/reactor/io_source.h"
#include "common/reactor/reactor.h"

namespace book {

/// A set of things that can happen to a socket.
enum class Signals : unsigned { none = 0, readable = 1, writable = 2 };
constexpr Signals operator|(Signals a, Signals b) noexcept {
  return static_cast<Signals>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool contains(Signals set, Signals one) noexcept {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}
/// "READABLE", "WRITABLE", "READABLE | WRITABLE".
std::string to_string(Signals signals);

class IoBlocker {
 public:
  struct Event {
    std::size_t id;
    Signals signals;
  };

  /// Wants to hear, once, of each of these signals of a non-blocking descriptor, which is borrowed.
  /// Throws std::logic_error when the id is taken.
  void add_io_event_interest(int fd, Event event);

  /// Blocks until one of the events occurs. Throws std::logic_error when there is nothing to wait
  /// for.
  Event block();

 private:
  /// One interest: its source, and the two bells that the reactor rings.
  class Interest {
   public:
    Interest(IoBlocker& owner, int fd, Event event);

   private:
    struct Bell {
      IoBlocker* owner;
      Event event;
    };
    static const WakerVTable kRings;

    void listen(Direction direction, Bell& bell);

    Bell readable_;
    Bell writable_;
    IoSource source_;
  };

  Reactor reactor_;
  std::deque<Event> happened_;
  std::map<std::size_t, Interest> event_map_;  // last: its sources leave before the reactor ends
};

}  // namespace book
