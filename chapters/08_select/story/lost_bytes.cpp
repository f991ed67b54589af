#include "08_select/story/lost_bytes.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/socket_read.h"
#include "04_io_executor/story/people.h"
#include "08_select/fuse.h"
#include "08_select/select.h"
#include "08_select/ticks.h"
#include "common/program/narrator.h"
#include "common/stream.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMessageSize = 12;

/// What a read has so far. Says so when it goes with the read, and nobody has got it.
struct Received {
  explicit Received(Instant start) : start(start) {}
  Received(const Received&) = delete;
  ~Received() {
    if (!text.empty()) say(start, fmt::format("a read is dropped, and \"{}\" with it", text));
  }
  Instant start;
  std::string text{};
};

/// Reads until the message is whole. Throws std::runtime_error when the line ends before.
Async<std::string> read_message(AsyncFd& line, Instant start) {
  Received received(start);
  while (received.text.size() < kMessageSize) {
    std::string part = co_await SocketRead(line);
    if (part.empty()) {
      throw std::runtime_error(fmt::format("the line has ended: a message of {} bytes, {} came",
                                           kMessageSize, received.text.size()));
    }
    say(start, fmt::format("read \"{}\"", part));
    received.text += part;
  }
  co_return std::exchange(received.text, "");
}

/// Sends the message in two parts, then hangs up. The line lives in the caller, who awaits the end.
Async<> send_message(Line& line) {
  co_await sleep(50ms);
  line.send("hello");
  co_await sleep(100ms);
  line.send(", world");
  co_await sleep(100ms);
  ::shutdown(line.far.fd(), SHUT_WR);
}

}  // namespace

Async<> read_made_anew(Instant start) {
  Line line;
  auto sending = fuse(send_message(line));
  Ticks heart(100ms, 9);

  auto on_beat = [&](int) {
    say(start, "heartbeat");
    return true;
  };
  auto on_message = [&](const std::string& message) {
    say(start, fmt::format("the message: \"{}\"", message));
    return false;
  };
  auto on_sent = [] { return true; };

  try {
    for (;;) {
      auto round = select(on(read_message(line.near, start), on_message),  // anew: the trap
                          on(select_next_some(heart), on_beat), on(sending, on_sent));
      const bool more = co_await round;
      if (!more) break;
    }
  } catch (const std::runtime_error& error) {
    say(start, error.what());
  }
}

Async<> read_borrowed(Instant start) {
  Line line;
  auto sending = fuse(send_message(line));
  Ticks heart(100ms, 9);
  auto message = fuse(read_message(line.near, start));

  auto on_beat = [&](int) {
    say(start, "heartbeat");
    return true;
  };
  auto on_message = [&](const std::string& text) {
    say(start, fmt::format("the message: \"{}\"", text));
    return false;
  };
  auto on_sent = [] { return true; };

  for (;;) {
    auto round =
        select(on(message, on_message), on(select_next_some(heart), on_beat), on(sending, on_sent));
    const bool more = co_await round;
    if (!more) break;
  }
}

}  // namespace book::story
