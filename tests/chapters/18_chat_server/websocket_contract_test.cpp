// What every future and stream keeps, of a WebSocket; and a conversation that is dropped wherever
// it waits, and cut wherever it can be.
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "05_async_await/async.h"
#include "07_join/join.h"
#include "17_io/ends/duplex.h"
#include "18_chat_server/websocket/open.h"
#include "18_chat_server/websocket/websocket.h"
#include "chapters/18_chat_server/pair.h"
#include "support/contract.h"
#include "support/faulty_stream.h"
#include "support/hand.h"

namespace book {
namespace websocket_contract_test {

using namespace std::string_literals;
using test::masked;
using test::Socket;
using test::unmasked;
using ws::Opcode;
using ws::Role;

/// Everything there is to read, read; a peer that only takes.
std::string drain(DuplexStream& peer) {
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  std::string all;
  char some[16];
  for (;;) {
    const auto came = peer.poll_read(cx, some);
    if (came.is_pending()) peer.forget(Direction::read, nobody);
    if (came.is_pending() || came.value() == 0) return all;
    all.append(some, came.value());
  }
}
void put(DuplexStream& peer, std::string_view bytes) {
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  try {
    (void)peer.poll_write(cx, bytes);
  } catch (const std::system_error&) {
    // The socket is gone.
  }
}

void end(DuplexStream& peer) {
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  (void)peer.poll_close(cx);
}

/// A socket and what is at the other end of its connection.
struct Line {
  explicit Line(std::size_t capacity, Role role = Role::server) : Line(duplex(capacity), role) {}
  Line(std::pair<DuplexStream, DuplexStream> ends, Role role)
      : peer(std::make_shared<DuplexStream>(std::move(ends.first))),
        socket(test::socket_on(std::move(ends.second), role, {.write_ahead = 1})) {}
  std::shared_ptr<DuplexStream> peer;
  Socket socket;
};

TEST(Contract, OfTheNextMessage) {
  test::expect_contract(
      [] {
        Line line(4096);
        auto pieces = std::make_shared<std::string>(masked(Opcode::ping, "?") +
                                                    masked(Opcode::text, "hi", false) +
                                                    masked(Opcode::more, "!"));
        return test::subject(next(std::move(line.socket)), [peer = line.peer, pieces] {
          const std::size_t some = std::min<std::size_t>(pieces->size(), 8);
          if (some > 0) put(*peer, std::string_view(*pieces).substr(0, some));
          pieces->erase(0, some);
        });
      },
      {.events = 3},
      [](const std::optional<ws::Message>& message) { return message == ws::text("hi!"); });
}

TEST(Contract, OfTheEndWhichWaitsUntilOurCloseIsOut) {
  test::expect_contract(
      [] {
        Line line(64, Role::client);
        put(*line.peer, unmasked(Opcode::close, ""));
        return test::subject(next(std::move(line.socket)));
      },
      {.ready_at_once = true}, [](const std::optional<ws::Message>& message) { return !message; });
  test::expect_contract(
      [] {
        Line line(3);  // a ping and an answer have two bytes each, and one of them is not taken
        const std::string close = masked(Opcode::close, "");
        line.socket.ping();
        put(*line.peer, close.substr(0, 3));
        auto happened = std::make_shared<int>(0);
        return test::subject(next(std::move(line.socket)), [peer = line.peer, close, happened] {
          if (++*happened == 1) put(*peer, close.substr(3));
          if (*happened == 2) drain(*peer);
        });
      },
      {.events = 2}, [](const std::optional<ws::Message>& message) { return !message; });
}

TEST(Contract, OfAFailure) {
  test::expect_contract(
      [] {
        Line line(4096);
        return test::subject(next(std::move(line.socket)),
                             [peer = line.peer] { put(*peer, "\xff"); });
      },
      {.throws = true});
}

TEST(Contract, OfASendThatWaitsForRoom) {
  const auto make = [] {
    auto line = std::make_shared<Line>(4);
    return test::subject(line->socket.send("123456789"), [line] { drain(*line->peer); });
  };
  test::expect_contract(make, {.events = 2});
  test::expect_contract(
      [] {
        auto line = std::make_shared<Line>(64);
        return test::subject(line->socket.send("1"), [line] {});
      },
      {.ready_at_once = true});
}

TEST(Contract, OfAHangUp) {
  test::expect_contract(
      [] {
        auto line = std::make_shared<Line>(64);
        auto said = std::make_shared<int>(0);
        return test::subject(line->socket.hang_up(), [line, said] {
          if (++*said == 1) put(*line->peer, masked(Opcode::close, "\x03\xe8"));
          if (*said == 2) end(*line->peer);
        });
      },
      {.events = 2}, [](const ws::Ending& ending) { return ending.clean; });
}

/// Both sides, from the handshake to the last byte; what each has heard goes to `heard`.
Async<> server_side(DuplexStream stream, std::string& heard) {
  auto socket = co_await ws::accept(std::move(stream));
  for (;;) {
    auto message = co_await next(socket);
    if (!message) break;
    heard += "<" + message->data;
    co_await socket.send(*message);
  }
  co_await socket.hang_up();
}
Async<> client_side(DuplexStream stream, std::string& heard) {
  auto socket = co_await ws::connect(std::move(stream), "here", "/");
  for (const char* line : {"one", "", "three, which is longer"}) {
    co_await socket.send(line);
    socket.ping("?");
    auto message = co_await next(socket);
    heard += ">" + message->data;
  }
  co_await socket.hang_up();
}

TEST(Conversation, CanBeDroppedWhereverItWaits) {
  const std::string all = "<one>one<><three, which is longer>three, which is longer";
  for (const std::size_t capacity : {1u, 7u, 1000u}) {
    bool over = false;
    int dropped = 0;
    for (int polls = 1; !over; ++polls) {
      std::string heard;
      test::Hand task;
      {
        auto ends = duplex(capacity);
        auto both = join(client_side(std::move(ends.first), heard),
                         server_side(std::move(ends.second), heard));
        for (int i = 0; i < polls && !over; ++i) over = task.is_ready(both);
        ++dropped;
      }
      EXPECT_EQ(task.waker.kept(), 0) << "dropped after " << polls << " polls";
      EXPECT_TRUE(all.starts_with(heard)) << heard;
      EXPECT_EQ(over, heard == all && over);
    }
    EXPECT_GT(dropped, capacity == 1 ? 100 : 3);
  }
}

/// A server that echoes over a line that moves `piece` bytes at a time, with a wait before each.
Async<std::string> heard_over(DuplexStream stream, std::size_t piece) {
  test::FaultyStream line(std::move(stream), {.piece = piece, .waits = 1},
                          {.piece = piece, .waits = 1});
  auto socket = test::socket_on(std::move(line), Role::server);
  std::string heard;
  try {
    for (;;) {
      auto message = co_await next(socket);
      if (!message) break;
      heard += message->data + ".";
      co_await socket.send(*message);
    }
    heard += std::to_string(socket.ending().code);
  } catch (const ws::Failure& failure) {
    heard += "failed " + std::to_string(failure.code());
  }
  co_return heard;
}

TEST(Conversation, IsTheSameHoweverItIsCutAndWhereverItBreaksOff) {
  const std::string frames[] = {masked(Opcode::text, "gr\xc3", false), masked(Opcode::ping, "?"),
                                masked(Opcode::more, "\xbc\xc3\x9f"), masked(Opcode::binary, ""),
                                masked(Opcode::close, "\x03\xe9")};
  std::string all;
  for (const std::string& frame : frames) all += frame;
  const std::string answers = unmasked(Opcode::pong, "?") +
                              unmasked(Opcode::text, "gr\xc3\xbc\xc3\x9f") +
                              unmasked(Opcode::binary, "") + unmasked(Opcode::close, "\x03\xe9");
  const std::size_t text_at = all.size() - frames[4].size() - frames[3].size();
  for (std::size_t size = 0; size <= all.size(); ++size) {
    for (const std::size_t piece : {1u, 3u, 1000u}) {
      auto ends = duplex(1000);
      put(ends.first, all.substr(0, size));
      end(ends.first);
      auto hearing = heard_over(std::move(ends.second), piece);
      test::Hand task;
      int polls = 0;
      Poll<std::string> heard = pending;
      while (heard.is_pending() && ++polls < 1000) heard = task.poll(hearing);
      std::string wanted = size >= text_at ? "gr\xc3\xbc\xc3\x9f." : "";
      if (size >= text_at + frames[3].size()) wanted += ".";
      wanted += size == all.size() ? "1001" : "failed 1006";
      EXPECT_EQ(heard.value(), wanted) << size << " bytes, in pieces of " << piece;
      const std::string answered = drain(ends.first);
      EXPECT_EQ(answered, answers.substr(0, answered.size())) << size;
      EXPECT_TRUE(size < all.size() || answered == answers);
    }
  }
}

}  // namespace websocket_contract_test
}  // namespace book
