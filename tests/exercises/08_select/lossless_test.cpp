#include "exercise/lossless.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using Messages = std::vector<std::string>;

/// A line on which a piece arrives every `pace`. A message ends with a full stop.
class Line {
 public:
  Line(Duration pace, Messages pieces) : pace_(pace), pieces_(std::move(pieces)) {}

  /// The next message, piece by piece out of the line; empty at its end.
  Async<std::optional<std::string>> read() {
    std::string message;
    while (!message.ends_with('.')) {
      if (taken_ == pieces_.size()) co_return std::nullopt;
      if (!begin_) begin_ = Reactor::current().now();
      co_await sleep_until(*begin_ + pace_ * static_cast<int>(taken_ + 1));
      message += pieces_[taken_++];
    }
    co_return message;
  }

 private:
  Duration pace_;
  Messages pieces_;
  std::size_t taken_ = 0;
  std::optional<Instant> begin_;
};

struct Result {
  Messages messages;
  int beats = 0;
};

/// A heart that beats every 100 ms, 50 times at most.
Result read_all(Duration pace, Messages pieces) {
  Result result;
  Line line(pace, std::move(pieces));
  Ticks heart(100ms, 50);
  auto read = [&line] { return line.read(); };
  result.messages =
      block_on(exercise::all_messages(read, heart, result.beats), {.time = TimeMode::virtual_time});
  return result;
}

constexpr const char* kAskedAgain =
    "A future that has ended was asked again, or nobody was left to ask. A read that is borrowed "
    "has to say when it has ended, and a new one has to take its place: fuse, and set.\n";

TEST(Lossless, ReadsMessagesThatComeInOnePiece) {
  try {
    const Result result = read_all(30ms, {"one.", "two."});
    EXPECT_EQ(result.messages, (Messages{"one.", "two."}))
        << "Each message once, in the order in which they came.";
  } catch (const std::logic_error& error) {
    const bool nobody_left = std::string(error.what()).find("select:") == 0;
    FAIL() << (nobody_left ? "Only the first message came. Who makes the next read, when one has "
                             "given its message?\n"
                           : kAskedAgain)
           << error.what();
  }
}

TEST(Lossless, LosesNothingOfAMessageThatComesInPieces) {
  const Result result = read_all(70ms, {"sl", "ow", "ly.", "but ", "sure", "ly."});
  EXPECT_EQ(result.messages, (Messages{"slowly.", "but surely."}))
      << "The heart has beaten in the middle of a message. What the read had taken out of the line "
         "by then was dropped with the read: who dropped it?";
}

TEST(Lossless, GoesOnCountingHeartbeats) {
  EXPECT_EQ(read_all(70ms, {"a", "b", "c", "d", "e."}).beats, 3)
      << "The message takes 350 ms. The heart has to beat meanwhile, every 100 ms.";
}

TEST(Lossless, CanBeCancelled) {
  Line line(70ms, {"on", "e."});
  Ticks heart(100ms, 50);
  int beats = 0;
  auto read = [&line] { return line.read(); };
  {
    Executor executor({.time = TimeMode::virtual_time});
    executor.spawn(exercise::all_messages(read, heart, beats));
    executor.block_on(sleep(110ms));
  }
  EXPECT_EQ(beats, 1);
}

}  // namespace
}  // namespace book
