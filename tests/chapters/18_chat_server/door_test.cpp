// The line door, over sockets: places, members that are turned away, and a member that is dropped.
// (Chapter 18)
#include "18_chat_server/line_door.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "10_spawning/cancellation_token.h"
#include "10_spawning/spawn.h"
#include "17_io/bytes/io.h"
#include "17_io/bytes/lines.h"
#include "18_chat_server/server.h"
#include "support/async_test.h"
#include "support/child_process.h"
#include "support/paths.h"

namespace book {
namespace chat_door_test {

using chat::Chat;
using chat::Doors;

/// A chat that is served, and told to stop.
struct Served {
  explicit Served(const chat::Limits& limits)
      : chat(limits), doors{TcpListener::bind(0)}, address(doors.lines.local_address()) {}
  void opens() { serving.emplace(spawn(chat::serve(chat, std::move(doors), stop.cancelled()))); }

  Chat chat;
  Doors doors;
  Address address;
  CancellationToken stop;
  std::optional<JoinHandle<void>> serving;
};

ASYNC_TEST_REAL_TIME(ChatDoor, LetsInAsManyAsThereArePlacesAndSaysGoodBye) {
  Served served({.members = 1});
  served.opens();
  TcpStream of_ann = co_await TcpStream::connect(served.address);
  BufReader ann(std::move(of_ann));
  co_await write_all(ann.inner(), "ann\n");
  std::vector<std::string> heard;
  for (int i = 0; i < 2; ++i) {
    std::optional<std::string> line = co_await read_line(ann);
    heard.push_back(line.value_or("(end)"));
  }
  EXPECT_EQ(heard.back(), "* welcome, ann; nobody else is here");

  TcpStream of_ben = co_await TcpStream::connect(served.address);
  BufReader ben(std::move(of_ben));
  std::optional<std::string> line = co_await read_line(ben);
  EXPECT_EQ(line, "* the room is full");
  line = co_await read_line(ben);
  EXPECT_FALSE(line);
  co_await close(ben.inner());

  served.stop.cancel();
  line = co_await read_line(ann);
  EXPECT_EQ(line, "* the server closes");
  line = co_await read_line(ann);
  EXPECT_FALSE(line);
  co_await close(ann.inner());
  JoinHandle<void> serving = *std::move(served.serving);
  co_await serving;
  EXPECT_EQ(served.chat.places.available(), 1u);
  EXPECT_EQ(served.chat.doorstep.available(), 32u);
  bool refused = false;
  try {
    TcpStream late = co_await TcpStream::connect(served.address);
  } catch (const std::system_error&) {
    refused = true;
  }
  EXPECT_TRUE(refused) << "the door is shut";
}

TEST(ChatProgram, SaysOneClearLineWhenItCannotServe) {
  const TcpListener taken = TcpListener::bind(0);
  const std::uint16_t port = taken.local_address().port();
  const struct {
    std::string arguments;
    int exit_code;
    std::string error;
  } cases[] = {
      {fmt::format("--serve --port {}", port), 1,
       fmt::format("port {} is in use: choose another one with --port, or 0 for any", port)},
      {"--serve --members 0", 2, "--members"},
      {"--serve --silence 3601", 2, "--silence"},
      {"--serve --slow later", 2, "--slow"},
      {"--serve --virtual-time", 2, "real people live in real time"},
      {"--port 1234", 2, "--port is for the doors: add --serve"},
      {"--slow drop", 2, "--slow is for the doors: add --serve"},
      {"--serve --trap unbounded", 2, "--trap is of the story, and --serve opens the doors"},
  };
  for (const auto& one : cases) {
    const test::ChildResult result =
        test::run_program(test::program("18_chat_server"), one.arguments);
    EXPECT_EQ(result.exit_code, one.exit_code) << one.arguments;
    EXPECT_NE(result.err.find(one.error), std::string::npos) << result.err;
  }
}

}  // namespace chat_door_test
}  // namespace book
