// People for the tests of chapter 18: members that come through duplex streams.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "17_io/bytes/io.h"
#include "17_io/bytes/lines.h"
#include "17_io/ends/duplex.h"
#include "18_chat_server/line_wire.h"
#include "18_chat_server/member.h"

namespace book::test {

using Lines = std::vector<std::string>;

/// A chat whose room is open. To be ended before it goes: its members are tasks that borrow it.
struct Open {
  explicit Open(const chat::Limits& limits = {}) : chat(limits), room(spawn(chat.room())) {}
  Async<> ends() {
    co_await chat.close();
    co_await room;
  }
  chat::Chat chat;
  JoinHandle<void> room;
};

/// One who talks, and reads what has come so far.
class Person {
 public:
  /// Comes in at once. A small `capacity` makes a connection that is soon full.
  explicit Person(chat::Chat& chat, std::size_t capacity = 64 * 1024)
      : Person(chat, duplex(capacity)) {}

  Async<> says(std::string line) {
    line += '\n';
    co_await write_all(ours_.inner(), line);
  }
  Async<> goes() { co_await close(ours_.inner()); }

  /// Lines that come until nothing has come for `quiet`, or the end.
  Async<Lines> reads(Duration quiet = std::chrono::milliseconds(1)) {
    Lines all;
    for (;;) {
      auto reading = timeout(quiet, read_line(ours_));
      auto line = co_await reading;
      if (!line) break;
      if (!*line) {
        ended = true;
        break;
      }
      all.push_back(**std::move(line));
    }
    co_return all;
  }

  DuplexStream& stream() noexcept { return ours_.inner(); }
  bool ended = false;

 private:
  Person(chat::Chat& chat, std::pair<DuplexStream, DuplexStream> ends)
      : ours_(std::move(ends.first)) {
    chat::LineWire<DuplexStream> wire(std::move(ends.second), chat.limits.line);
    auto place = chat.places.try_acquire();
    spawn_detached(chat.until_abort(chat::serve_member(std::move(wire), chat, *std::move(place))));
  }

  BufReader<DuplexStream> ours_;
};

}  // namespace book::test
