// The WebSocket as people use it: both sides of a connection, tasks that read and write.
#include "18_chat_server/websocket/websocket.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "09_streams/forward.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "17_io/ends/duplex.h"
#include "18_chat_server/websocket/open.h"
#include "chapters/18_chat_server/pair.h"
#include "support/async_test.h"
#include "support/faulty_stream.h"
#include "support/hand.h"

namespace book {
namespace websocket_socket_test {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::masked;
using test::Socket;
using test::unmasked;
using ws::Opcode;
using ws::Role;

static_assert(Stream<Socket> && FusedStream<Socket> && Sink<Socket, ws::Message>);

template <class S>
Async<> echo(S stream) {
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
    ws::Message message = i % 2 == 0 ? ws::text(std::to_string(i)) : ws::binary("\xff");
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
  EXPECT_EQ(got[4], ws::text("4"));
  EXPECT_EQ(got[5], ws::binary("\xff"));
  auto ending = co_await timeout(5s, socket.hang_up(ws::kGoingAway, "that is all"));
  EXPECT_EQ(*ending, (ws::Ending{1001, "", true}));
  co_await server;
}

/// Sends `count` messages and pings.
template <class S>
Async<> talk(ws::WebSocket<S>& socket, int count) {
  for (int i = 0; i < count; ++i) {
    co_await socket.send(std::string(i % 50, 'x'));
    socket.ping(std::to_string(i));
  }
}
/// Counts what comes.
template <class S>
Async<int> listen(ws::WebSocket<S>& socket) {
  int count = 0;
  for (;;) {
    auto message = co_await next(socket);
    if (!message) co_return count;
    ++count;
  }
}

ASYNC_TEST(WebSocket, TwoThatTalkAtOnceOverThreeBytesDoNotWaitForEachOther) {
  for (const std::size_t write_ahead : {1u, 100u}) {
    auto pair = test::socket_pair(3, {.write_ahead = write_ahead});
    auto a = spawn(talk(pair.client, 200));
    auto b = spawn(talk(pair.server, 200));
    auto c = spawn(listen(pair.client));
    auto d = spawn(listen(pair.server));
    co_await a;
    co_await b;
    co_await close(pair.client);
    const int at_client = co_await c;
    const int at_server = co_await d;
    EXPECT_EQ(at_client, 200);
    EXPECT_EQ(at_server, 200);
    EXPECT_EQ(pair.client.state(), ws::State::both);
    EXPECT_EQ(pair.server.ending(), (ws::Ending{1000, "", true}));
  }
}

/// Here every call waits first, and wakes its own task while it is still being made.
ASYNC_TEST(WebSocket, OverABadLineNoWakeIsLost) {
  auto ends = duplex(64);
  const test::StreamFaults bad{.piece = 3, .waits = 2};
  auto client = test::socket_on(test::FaultyStream(ends.first, bad, bad), Role::client);
  auto server = test::socket_on(test::FaultyStream(ends.second, bad, bad), Role::server);
  auto a = spawn(talk(client, 100));
  auto b = spawn(talk(server, 100));
  auto c = spawn(listen(client));
  auto d = spawn(listen(server));
  co_await a;
  co_await b;
  co_await close(client);
  const int at_client = co_await c;
  const int at_server = co_await d;
  EXPECT_EQ(at_client, 100);
  EXPECT_EQ(at_server, 100);
}

ASYNC_TEST(WebSocket, AStreamIsForwardedToItAndClosesIt) {
  auto pair = test::socket_pair(5);
  auto listening = spawn(listen(pair.server));
  std::vector<ws::Message> lines(20, ws::text("a line of some bytes"));
  auto all = iter(std::move(lines)) | forward(pair.client);
  co_await all;
  const int heard = co_await listening;
  EXPECT_EQ(heard, 20);
  EXPECT_EQ(pair.server.ending().code, 1000);
}

TEST(WebSocket, AReaderThatCannotWriteItsPongReadsOn) {
  auto ends = duplex(4);
  auto& peer = ends.first;
  auto socket = test::socket_on(ends.second, Role::server);
  test::Hand reader;
  Context cx(reader.waker.waker());
  std::vector<std::string> got;
  const std::string bytes = masked(Opcode::ping, "first, and too long for the connection") +
                            masked(Opcode::text, "heard") + masked(Opcode::ping, "second");
  for (std::size_t at = 0; at < bytes.size();) {
    const auto wrote = peer.poll_write(cx, std::string_view(bytes).substr(at));
    if (wrote.is_ready()) at += wrote.value();
    auto message = socket.poll_next(cx);
    if (message.is_ready()) got.push_back(message.value()->data);
  }
  EXPECT_TRUE(reader.waits(socket));
  EXPECT_EQ(got, std::vector<std::string>{"heard"});
  std::string answer;
  for (int i = 0; i < 100; ++i) {  // now it reads: four bytes at a time
    char four[4];
    const auto came = peer.poll_read(cx, four);
    if (came.is_ready()) answer.append(four, came.value());
    EXPECT_TRUE(reader.waits(socket));
  }
  EXPECT_EQ(answer, unmasked(Opcode::pong, "first, and too long for the connection") +
                        unmasked(Opcode::pong, "second"));
}

TEST(WebSocket, APingOfAThirdTaskWakesTheReaderWhoWritesIt) {
  auto pair = test::socket_pair();
  test::Hand reader, other;
  EXPECT_TRUE(reader.waits(pair.server));
  pair.server.ping("?");
  EXPECT_EQ(reader.wakes(), 1);
  EXPECT_TRUE(reader.waits(pair.server));
  EXPECT_TRUE(other.waits(pair.client)) << "a ping is no message";
  EXPECT_TRUE(reader.waits(pair.server)) << "nor is a pong";
  pair.server.say_close(1008, "out");
  EXPECT_EQ(other.wakes(), 0) << "nobody has written it yet";
  EXPECT_TRUE(reader.waits(pair.server));
  EXPECT_EQ(other.wakes(), 1);
  EXPECT_EQ(other.take(pair.client), std::nullopt);
  EXPECT_EQ(pair.client.ending(), (ws::Ending{1008, "out", true}));
  EXPECT_EQ(reader.take(pair.server), std::nullopt);
}

TEST(WebSocket, WhatTheReaderWroteForTheWriterItTellsTheWriter) {
  auto ends = duplex(4);
  auto& peer = ends.first;
  auto socket = test::socket_on(ends.second, Role::server, {.write_ahead = 1});
  test::Hand reader, writer;
  EXPECT_TRUE(reader.waits(socket));
  auto sending = socket.send("123456");
  EXPECT_TRUE(writer.is_pending(sending));
  Context cx(reader.waker.waker());
  char four[4];
  EXPECT_EQ(peer.poll_read(cx, four).value(), 4u);
  EXPECT_EQ(writer.wakes(), 1);
  EXPECT_TRUE(writer.is_pending(sending) == false);
}

TEST(WebSocket, ADroppedReaderDoesNotTakeTheWritersWakeWithIt) {
  auto ends = duplex(4);
  auto& peer = ends.first;
  auto socket = test::socket_on(ends.second, Role::server, {.write_ahead = 1});
  test::Hand writer;
  auto sending = socket.send("123456");
  EXPECT_TRUE(writer.is_pending(sending));
  {
    test::Hand reader;
    auto reading = next(socket);
    EXPECT_TRUE(reader.is_pending(reading)) << "it has tried to write as well, and waits for room";
  }
  test::CountingWaker nobody;
  Context cx(nobody.waker());
  char four[4];
  EXPECT_EQ(peer.poll_read(cx, four).value(), 4u);
  EXPECT_EQ(writer.wakes(), 1);
}

}  // namespace websocket_socket_test
}  // namespace book
