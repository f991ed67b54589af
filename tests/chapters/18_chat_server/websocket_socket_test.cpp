// The WebSocket as people use it: both sides of a connection, tasks that read and write, ends.
#include "18_chat_server/websocket/websocket.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "09_streams/take_skip.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "17_io/ends/duplex.h"
#include "18_chat_server/websocket/open.h"
#include "18_chat_server/websocket/until_silent.h"
#include "chapters/18_chat_server/pair.h"
#include "support/async_test.h"

namespace book {
namespace websocket_socket_test {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::Socket;

static_assert(Stream<Socket> && FusedStream<Socket> && Sink<Socket, ws::Message>);

Async<> echo(DuplexStream stream) {
  auto socket = co_await ws::accept(std::move(stream));
  for (;;) {
    auto message = co_await next(socket);
    if (!message) break;
    co_await socket.send(*message);
  }
  co_await socket.hang_up();
}

ASYNC_TEST(WebSocket, AClientSendsOneTextAndTakesTenMessages) {
  auto ends = duplex(64);
  auto server = spawn(echo(std::move(ends.second)));
  auto socket = co_await ws::connect(std::move(ends.first), "localhost:7878", "/chat");
  for (int i = 0; i < 12; ++i) {
    ws::Message message = i % 2 == 0 ? ws::text("line " + std::to_string(i)) : ws::binary("\xff");
    co_await socket.send(std::move(message));
  }
  std::vector<ws::Message> got;
  auto ten = socket | take(10);
  for (;;) {
    auto message = co_await next(ten);
    if (!message) break;
    got.push_back(*message);
  }
  EXPECT_EQ(got.size(), 10u);
  EXPECT_EQ(got[4], ws::text("line 4"));
  EXPECT_EQ(got[5], ws::binary("\xff"));
  auto ending = co_await timeout(5s, socket.hang_up(ws::kGoingAway, "that is all"));
  EXPECT_EQ(*ending, (ws::Ending{1001, "", true}));
  co_await server;
}

}  // namespace websocket_socket_test
}  // namespace book
