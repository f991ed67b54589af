// The WebSocket of chapter 18 against those of others: the npm package ws, both ways, and a browser
// with two visitors. The package is for developers: where it is missing, its tests say so and are
// skipped.
//
//     mkdir -p build/ws && cp tests/real_clients/ws/package*.json build/ws && npm ci --prefix
//     build/ws NODE_PATH=$PWD/build/ws/node_modules build/bin/real_clients_test --gtest_filter=Ws.*
//
// (.ci/run clients does so.)
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <thread>
#include <utility>

#include "04_io_executor/block_on.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "17_io/sockets/tcp.h"
#include "18_chat_server/chat.h"
#include "18_chat_server/web_door.h"
#include "18_chat_server/websocket/open.h"
#include "support/paths.h"
#include "support/watchdog.h"
#include "tool.h"
#include "visit.h"

namespace book::http {
namespace {

using namespace std::chrono_literals;

const std::filesystem::path kScripts = test::source_dir() / "tests/real_clients/ws";

class Ws : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_tool("node"))
      GTEST_SKIP() << "node is not installed: apt-get install nodejs npm";
    if (test::run(node("-e", "'require(\"ws\")'")).code != 0)
      GTEST_SKIP()
          << "the npm package ws is not installed: npm ci --prefix build/ws, with ws/package.json "
             "and its lock there, and NODE_PATH=build/ws/node_modules";
  }

  static std::string node(const std::string& script, const std::string& argument = "") {
    return "NODE_PATH=\"${NODE_PATH:-$(npm root -g)}\" exec node " + script + " " + argument;
  }
};

/// One conversation: sends back what comes.
Async<ws::Ending> echo_one(TcpListener& listener) {
  auto accepted = co_await listener.accept();
  const ws::Options options{.most_message = 1'000'000};
  auto socket = co_await ws::accept(std::move(accepted.stream), options);
  for (;;) {
    auto message = co_await next(socket);
    if (!message) break;
    co_await socket.send(*std::move(message));
  }
  co_return co_await socket.hang_up();
}

TEST_F(Ws, AClientOfItsTalksWithOurServer) {
  auto listener = TcpListener::bind(0);
  const std::string url = "ws://127.0.0.1:" + std::to_string(listener.local_address().port()) + "/";
  test::Tool client(node((kScripts / "client.js").string(), url));
  const std::optional<ws::Ending> ending = block_on(timeout(15s, echo_one(listener)));
  EXPECT_EQ(client.wait(5s), 0);
  EXPECT_EQ(client.output(), "good, closed with 4001\n");
  ASSERT_TRUE(ending);
  EXPECT_EQ(*ending, (ws::Ending{4001, "that is all", true}));
}

Async<ws::Ending> echo_as_client(std::uint16_t port) {
  auto stream = co_await TcpStream::connect(Address::loopback(port));
  const ws::Options options{.most_message = 1'000'000};
  auto socket = co_await ws::connect(std::move(stream), "127.0.0.1", "/chat?x=1", options);
  for (;;) {
    auto message = co_await next(socket);
    if (!message) break;
    co_await socket.send(*std::move(message));
  }
  co_return co_await socket.hang_up();
}

TEST_F(Ws, OurClientTalksWithAServerOfIts) {
  test::Tool server(node((kScripts / "server.js").string()));
  long port = -1;
  for (int i = 0; i < 500 && port < 0; ++i) {
    std::this_thread::sleep_for(20ms);
    port = number_in(server.output(), "port (\\d+)\n");
  }
  ASSERT_GT(port, 0) << server.output();
  const std::optional<ws::Ending> ending =
      block_on(timeout(15s, echo_as_client(static_cast<std::uint16_t>(port))));
  EXPECT_EQ(server.wait(5s), 0);
  EXPECT_NE(server.output().find("/chat?x=1 got 10, pongs, closed with 1000\n"), std::string::npos)
      << server.output();
  ASSERT_TRUE(ending);
  EXPECT_EQ(*ending, (ws::Ending{1000, "that is all", true}));
}

/// A visitor who only listens: what the two others have said, until each has said what it saw.
Async<std::string> overhear(chat::Chat& chat, std::string page, TcpListener& listener) {
  auto room = spawn(chat.room());
  auto door = spawn(chat.until_abort(chat::web_door(listener, chat, page)));
  auto stream = co_await TcpStream::connect(listener.local_address());
  auto socket = co_await ws::connect(std::move(stream), "127.0.0.1", "/chat");
  co_await socket.send("judge");
  std::string all;
  for (int verdicts = 0; verdicts < 2;) {
    auto message = co_await next(socket);
    if (!message) break;
    all += message->data + "\n";
    if (message->data.find(": I saw ") != std::string::npos) ++verdicts;
  }
  co_await socket.hang_up();
  chat.abort();
  co_return all;
}

class Chat : public Visit {
 protected:
  Chat() : Visit(browser()) {}
};

TEST_F(Chat, OfTwoTabsOfABrowser) {
  test::give_this_test(90s);
  chat::Chat chat;
  auto listener = TcpListener::bind(0);
  const std::string url =
      "http://127.0.0.1:" + std::to_string(listener.local_address().port()) + "/#";
  const std::string page =
      content_of(test::source_dir() / "chapters/18_chat_server/pages/chat.html") +
      content_of(kScripts / "driver.html");
  const test::Tool ann(browser_command(folder.base() / "ann", url + "ann"));
  const test::Tool ben(browser_command(folder.base() / "ben", url + "ben"));
  const std::optional<std::string> heard = block_on(timeout(60s, overhear(chat, page, listener)));
  ASSERT_TRUE(heard) << ann.output() << ben.output();
  EXPECT_NE(heard->find("ann: ben, are you there? <img src=x onerror=\"document.title=1\">\n"),
            std::string::npos)
      << *heard;
  EXPECT_NE(heard->find("ben: yes, ann\n"), std::string::npos) << *heard;
  const std::regex saw("ann: I saw \\d+ lines, 0 images, \\d+ notices\n");
  EXPECT_TRUE(std::regex_search(*heard, saw)) << "what was typed is text: " << *heard;
}

}  // namespace
}  // namespace book::http
