// How a WebSocket ends: by a Close, by a fault, by an error of its connection, or by nothing at
// all.
#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "02_timer_future/now.h"
#include "02_timer_future/sleep.h"
#include "05_async_await/async_block.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "17_io/ends/duplex.h"
#include "17_io/sockets/tcp.h"
#include "18_chat_server/websocket/open.h"
#include "chapters/18_chat_server/pair.h"
#include "support/async_test.h"
#include "support/faulty_stream.h"

namespace book {
namespace websocket_end_test {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::masked;
using test::Socket;
using test::unmasked;
using ws::Opcode;
using ws::Role;

/// What a frame's worth of bytes looks like to a peer who reads them raw.
Async<std::string> raw(DuplexStream& stream, std::size_t size) {
  std::string bytes(size, '?');
  co_await read_exact(stream, bytes);
  co_return bytes;
}

/// What the reader meets: "text" a line, and how it ends.
Async<std::string> all_of(Socket& socket) {
  std::string all;
  try {
    for (;;) {
      auto message = co_await next(socket);
      if (!message) break;
      all += message->data + "\n";
    }
    all += "end";
  } catch (const ws::Failure& failure) {
    all += std::to_string(failure.code());
  } catch (const std::system_error& error) {
    all += "errno " + std::to_string(error.code().value());
  }
  co_return all;
}

ASYNC_TEST(WebSocket, EndsAsTheOtherSideEndsIt) {
  const struct {
    const char* what;
    std::string comes;
    std::string met;
    std::string answer;
  } rows[] = {
      {"Close", masked(Opcode::text, "hi") + masked(Opcode::close, "\x03\xe8"), "hi\nend",
       unmasked(Opcode::close, "\x03\xe8")},
      {"the end without a Close", masked(Opcode::text, "hi"), "hi\n1006", ""},
      {"the end in a frame", masked(Opcode::text, "hi") + "\x81", "hi\n1006", ""},
      {"no mask", masked(Opcode::text, "hi") + "\x81\x01x", "hi\n1002",
       unmasked(Opcode::close,
                "\x03\xea"
                "a client's frame without a mask")},
      {"a fault, and much behind it", "\xff" + std::string(3000, 'x'), "1002",
       unmasked(Opcode::close,
                "\x03\xea"
                "a reserved bit is set, and no extension was agreed on")},
  };
  for (const auto& row : rows) {
    auto ends = duplex(4096);
    auto& peer = ends.first;
    Socket socket = test::socket_on(std::move(ends.second), Role::server);
    co_await write_all(peer, row.comes);
    co_await close(peer);
    std::string met = co_await all_of(socket);
    EXPECT_EQ(met, row.met) << row.what;
    met = co_await all_of(socket);
    EXPECT_EQ(met, "end") << "a failure is thrown once: " << row.what;
    auto ending = co_await timeout(5s, socket.hang_up());
    EXPECT_EQ(*ending, socket.ending()) << row.what;
    const std::string answer = co_await read_to_end(peer, 1000);
    EXPECT_EQ(answer, row.answer) << row.what;
  }
}

ASYNC_TEST(WebSocket, AnEndOfTheConnectionForWritingIsNoneForReading) {
  auto ends = duplex(4096);
  test::FaultyStream line(std::move(ends.second), {}, {.fail_at = 1, .error = EPIPE});
  auto socket = test::socket_on(std::move(line), Role::server);
  const std::string bytes =
      masked(Opcode::ping, "?") + masked(Opcode::text, "heard") + masked(Opcode::close, "\x03\xe8");
  co_await write_all(ends.first, bytes);
  auto message = co_await next(socket);
  EXPECT_EQ(message->data, "heard") << "although nobody takes the pong";
  message = co_await next(socket);
  EXPECT_EQ(message, std::nullopt) << "nor the answer to the Close";
}

ASYNC_TEST(WebSocket, AWriterMeetsTheErrorOfItsConnectionAndThenAClosedOne) {
  auto pair = test::socket_pair(16);
  { Socket gone = std::move(pair.client); }
  int error = 0;
  try {
    co_await pair.server.send("nobody reads this");
  } catch (const std::system_error& e) {
    error = e.code().value();
  }
  EXPECT_EQ(error, EPIPE);
  const std::string met = co_await all_of(pair.server);
  EXPECT_EQ(met, "1006");
  bool closed = false;
  try {
    co_await pair.server.send("nor this");
  } catch (const ws::Closed&) {
    closed = true;
  }
  EXPECT_TRUE(closed);
}

ASYNC_TEST(WebSocket, ASenderThatWaitsWhileTheyCloseIsToldSo) {
  auto pair = test::socket_pair(4, {.write_ahead = 1});
  std::string met;
  auto sending = async([&]() -> Async<> {
    try {
      for (;;) co_await pair.server.send("more and more");
    } catch (const ws::Closed&) {
      met = "closed";
    }
  });
  auto sender = spawn(std::move(sending));
  auto reading = async([&]() -> Async<std::string> {
    std::string all = co_await all_of(pair.server);
    co_await pair.server.hang_up();
    co_return all;
  });
  auto reader = spawn(std::move(reading));
  const ws::Ending ending = co_await pair.client.hang_up();
  EXPECT_TRUE(ending.clean);
  co_await sender;
  EXPECT_EQ(met, "closed");
  const std::string read = co_await reader;
  EXPECT_EQ(read, "end");
}

// What was not begun goes no more after their Close. Its sender must not take it for sent.
ASYNC_TEST(WebSocket, ASenderWhoseMessageIsDroppedIsToldSo) {
  const std::string ends_by[] = {masked(Opcode::close, "\x03\xe8"), "\xff" + std::string(7, 'x')};
  for (const std::string& what : ends_by) {
    auto ends = duplex(8);
    Socket socket = test::socket_on(std::move(ends.second), Role::server);
    socket.start_send_text("has been begun");
    auto begins = timeout(1ms, flush(socket));
    const auto begun = co_await begins;
    EXPECT_FALSE(begun);
    auto send_another = async([&]() -> Async<std::string> {
      try {
        co_await socket.send("has not");
      } catch (const ws::Closed&) {
        co_return "closed";
      }
      co_return "sent";
    });
    auto sender = spawn(std::move(send_another));
    auto read_all = async([&]() -> Async<ws::Ending> {
      (void)co_await all_of(socket);
      co_return co_await socket.hang_up();
    });
    auto reader = spawn(std::move(read_all));
    co_await sleep(1ms);
    co_await write_all(ends.first, what);
    co_await sleep(1ms);  // the reader has it, and the connection has no room yet
    const std::string heard = co_await read_to_end(ends.first, 100);
    EXPECT_TRUE(heard.starts_with(unmasked(Opcode::text, "has been begun") + "\x88")) << heard;
    co_await close(ends.first);
    const std::string met = co_await sender;
    EXPECT_EQ(met, "closed");
    (void)co_await reader;
  }
}

ASYNC_TEST(WebSocket, AResetIsAnEndWithoutAClose) {
  for (const bool reads_first : {false, true}) {
    auto ends = duplex(64);
    test::FaultyStream line(std::move(ends.second), {.fail_at = 1, .error = ECONNRESET});
    auto socket = test::socket_on(std::move(line), Role::server);
    if (reads_first) {
      int error = 0;
      try {
        (void)co_await next(socket);
      } catch (const std::system_error& e) {
        error = e.code().value();
      }
      EXPECT_EQ(error, ECONNRESET);
      EXPECT_EQ(socket.ending().code, ws::kNoClose);
      auto message = co_await next(socket);
      EXPECT_EQ(message, std::nullopt) << "it is thrown once";
    }
    const ws::Ending ending = co_await socket.hang_up();
    EXPECT_EQ(ending.code, ws::kNoClose);
    EXPECT_FALSE(ending.clean);
  }
}

ASYNC_TEST(WebSocket, HangUpWaitsForAnAnswerAsLongAsYouSay) {
  auto ends = duplex(64);
  const Instant began = now();
  {
    Socket socket = test::socket_on(std::move(ends.second), Role::server);
    auto ending = co_await timeout(5s, socket.hang_up(ws::kPolicy, "too slow"));
    EXPECT_FALSE(ending);
    EXPECT_EQ(now() - began, 5s);
  }
  const std::string heard = co_await read_to_end(ends.first, 100);
  EXPECT_EQ(heard, unmasked(Opcode::close, "\x03\xf0too slow"));
}

ASYNC_TEST(WebSocket, TheServerEndsTheConnectionFirst) {
  auto ends = duplex(64);
  auto& client = ends.first;
  Socket socket = test::socket_on(std::move(ends.second), Role::server);
  auto hanging = spawn(socket.hang_up());
  const std::string close_frame = unmasked(Opcode::close, "\x03\xe8");
  std::string heard = co_await raw(client, close_frame.size());
  EXPECT_EQ(heard, close_frame);
  EXPECT_FALSE(hanging.is_finished());
  const std::string answer =
      masked(Opcode::text, "still there") + masked(Opcode::close, "\x03\xe8");
  co_await write_all(client, answer);
  heard = co_await read_to_end(client, 100);
  EXPECT_EQ(heard, "") << "the end, which our own has not caused";
  EXPECT_FALSE(hanging.is_finished()) << "it reads to our end";
  co_await close(client);
  const ws::Ending ending = co_await hanging;
  EXPECT_EQ(ending, (ws::Ending{1000, "", true}));
}

// --- Real sockets ----------------------------------------------------------------------------

ASYNC_TEST_REAL_TIME(WebSocket, ATooLargeMessageIsRefusedAndTheRefusalArrives) {
  auto listener = TcpListener::bind(0);
  auto client = co_await TcpStream::connect(listener.local_address());
  auto accepted = co_await listener.accept();
  auto serve = [](TcpStream stream) -> Async<ws::Ending> {
    auto socket = test::socket_on(std::move(stream), Role::server, {.most_message = 1000});
    co_return co_await socket.hang_up();
  };
  auto server = spawn(serve(std::move(accepted.stream)));
  const std::string flood = masked(Opcode::binary, std::string(300'000, 'x'));
  co_await write_all(client, flood);
  const std::string heard = co_await read_to_end(client, 1000);
  co_await close(client);
  // The server had said Close already, and the flood came instead of an answer.
  EXPECT_EQ(heard, unmasked(Opcode::close, "\x03\xe8"));
  const ws::Ending ending = co_await server;
  EXPECT_EQ(ending.code, 1009);
}

}  // namespace websocket_end_test
}  // namespace book
