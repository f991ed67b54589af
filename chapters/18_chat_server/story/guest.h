// Guest: somebody who comes in at the line door, over a stream in memory, and keeps what they read.
// And the hall in which they meet. For the story.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "10_spawning/spawn.h"
#include "17_io/bytes/lines.h"
#include "17_io/ends/duplex.h"
#include "18_chat_server/chat.h"

namespace book::story {

/// A stream in memory whose connection can break, as only a socket's does.
class Cable {
 public:
  Cable(DuplexStream stream, std::shared_ptr<bool> broken)
      : stream_(std::move(stream)), broken_(std::move(broken)) {}

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer);
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    return stream_.poll_write(cx, bytes);
  }
  Poll<void> poll_flush(Context& cx) { return stream_.poll_flush(cx); }
  Poll<void> poll_close(Context& cx) { return stream_.poll_close(cx); }
  void forget(Direction direction, const Waker& waker) noexcept {
    stream_.forget(direction, waker);
  }

 private:
  DuplexStream stream_;
  std::shared_ptr<bool> broken_;
};

/// A chat and its room, from `start`.
struct Hall {
  explicit Hall(const chat::Limits& limits = {});
  /// Ends the chat: before the executor does.
  Async<> closes();

  chat::Chat chat;
  JoinHandle<void> room;
  Instant start;
};

class Guest {
 public:
  struct Heard {
    long ms;
    std::string line;
  };

  /// Connects. `room_on_the_way`: bytes that the connection holds in each direction.
  Guest(std::string name, Hall& hall, std::size_t room_on_the_way = 4096);

  Async<> says(std::string line);
  /// Writes these bytes, and no line end.
  Async<> begins_to_say(std::string bytes);
  /// Reads to the end, and keeps it.
  Async<> listens();
  Async<> hangs_up();
  void breaks_off();

  const std::string& name() const noexcept { return name_; }
  const std::vector<Heard>& heard() const noexcept { return heard_; }

 private:
  std::string name_;
  Instant start_;
  std::shared_ptr<bool> broken_ = std::make_shared<bool>(false);
  std::unique_ptr<BufReader<DuplexStream>> connection_;
  std::vector<Heard> heard_;
};

/// What each of them has read, a column each; what came to several in the same moment is in one
/// row.
void print_side_by_side(std::span<const Guest* const> guests, std::size_t width);

}  // namespace book::story
