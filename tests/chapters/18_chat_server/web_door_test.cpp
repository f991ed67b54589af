// The web door: what it answers, and members that come through it.
#include "18_chat_server/web_door.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "02_timer_future/now.h"
#include "18_chat_server/web_visit.h"
#include "chapters/18_chat_server/pair.h"
#include "chapters/18_chat_server/people.h"
#include "support/async_test.h"

namespace book {
namespace web_door_test {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::Lines;
using test::Open;
using test::Person;
using test::Socket;

static_assert(chat::Wire<chat::WebWire<DuplexStream>>);

constexpr std::string_view kPage = "<title>Chat</title>";

/// A connection at the web door.
DuplexStream comes_to(chat::Chat& chat, std::size_t capacity = 64 * 1024) {
  auto ends = duplex(capacity);
  auto step = chat.doorstep.try_acquire();
  auto visit = chat::visit_web(std::move(ends.second), chat, kPage, *std::move(step));
  spawn_detached(chat.until_abort(std::move(visit)));
  return std::move(ends.first);
}

Async<std::string> asks(chat::Chat& chat, std::string request) {
  DuplexStream stream = comes_to(chat);
  co_await write_all(stream, request);
  co_return co_await read_to_end(stream, 10'000);
}

/// Comes in with a name, and has read what is said to all who do.
Async<std::unique_ptr<Socket>> comes_in(chat::Chat& chat, std::string name,
                                        std::size_t capacity = 64 * 1024) {
  auto opened = co_await ws::connect(comes_to(chat, capacity), "here", "/chat", {}, "http://here");
  auto socket = std::make_unique<Socket>(std::move(opened));
  auto asked = co_await next(*socket);
  EXPECT_EQ(asked, ws::text("* your name?"));
  co_await socket->send(std::move(name));
  co_return socket;
}

/// What it is told until nothing has come for a millisecond, or until the end.
Async<std::string> hears(Socket& socket, Duration quiet = 1ms) {
  std::string all;
  for (;;) {
    auto hearing = timeout(quiet, next(socket));
    auto message = co_await hearing;
    if (!message) co_return all;
    if (!*message) break;
    all += (*message)->data + "\n";
  }
  co_return all + std::to_string(socket.ending().code) + " " + socket.ending().reason;
}

ASYNC_TEST(WebDoor, AnswersWhatItIsAskedFor) {
  Open open;
  const struct {
    const char* request;
    std::string status, end;
  } rows[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "200", "\r\n\r\n" + std::string(kPage)},
      {"GET /?x=1 HTTP/1.0\r\n\r\n", "200", std::string(kPage)},
      {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "200",
       "Content-Length: 19\r\nConnection: close\r\n\r\n"},
      {"GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "404", "there is / and /chat\n"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "405", "GET it\n"},
      {"GET /chat HTTP/1.1\r\nHost: a\r\n\r\n", "426", "this door speaks WebSocket\n"},
      {"HEAD /chat HTTP/1.1\r\nHost: a\r\n\r\n", "405", "Connection: close\r\n\r\n"},
      {"HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n", "404",
       "Content-Length: 21\r\nConnection: close\r\n\r\n"},
      {"nonsense\r\n\r\n", "400", "400 Bad Request\r\n"},
  };
  for (const auto& row : rows) {
    const std::string answer = co_await asks(open.chat, row.request);
    EXPECT_EQ(answer.substr(9, 3), row.status) << row.request;
    EXPECT_TRUE(answer.ends_with(row.end)) << answer;
  }
  co_await sleep(1ms);
  EXPECT_EQ(open.chat.doorstep.available(), 32u);
  const std::string broken_off = co_await asks(open.chat, "");
  EXPECT_EQ(broken_off, "");
  co_await open.ends();
}

ASYNC_TEST(WebDoor, AMemberThereAndOneAtTheLineDoorTalk) {
  Open open;
  auto ann = co_await comes_in(open.chat, "ann");
  Person ben(open.chat);
  co_await ben.says("ben");
  (void)co_await hears(*ann);
  (void)co_await ben.reads();
  co_await ann->send("from the web");
  co_await ben.says("from a line");
  const std::string heard = co_await hears(*ann);
  EXPECT_EQ(heard, "ann: from the web\nben: from a line\n");
  const Lines read = co_await ben.reads();
  EXPECT_EQ(read, (Lines{"ann: from the web", "ben: from a line"}));
  co_await ann->send("/quit see you");
  const std::string last = co_await hears(*ann);
  EXPECT_EQ(last, "1000 * good-bye");
  const Lines left = co_await ben.reads();
  EXPECT_EQ(left, Lines{"* ann has left: see you"});
  auto over = co_await timeout(5s, ann->hang_up());
  EXPECT_TRUE(over && over->clean);
  co_await open.ends();
}

// The answer to their Close waits for room, and the writer has a line: they have left, no more.
ASYNC_TEST(WebDoor, WhoHasSaidCloseHasLeftAndWasNotLost) {
  const std::string close_frame = test::masked(ws::Opcode::close, "\x03\xe8");
  const std::string fault = "\xff\xff";
  const std::pair<std::string, chat::Why> rows[] = {{close_frame, chat::Why::end},
                                                    {fault, chat::Why::refused}};
  for (const auto& [comes, wanted] : rows) {
    auto ends = duplex(64);
    using Stream = chat::Pulse<DuplexStream>;
    chat::WebWire<DuplexStream> wire(
        test::socket_on(Stream(std::move(ends.second)), ws::Role::server));
    const std::array fills_it{chat::Message(std::string(62, 'x'))};
    co_await wire.send(fills_it);
    co_await write_all(ends.first, comes);
    auto receiving = timeout(1ms, wire.receive());
    const auto received = co_await receiving;
    EXPECT_FALSE(received) << "it waits for room";
    std::optional<chat::Why> met;
    try {
      co_await wire.send(fills_it);
    } catch (const chat::Refused& refused) {
      met = refused.why();
    } catch (const ws::Closed&) {
      // Then the others would read "connection lost".
    }
    EXPECT_EQ(met, wanted);
  }
}

/// How a member ends that does this.
template <class Does>
Async<std::string> ends_by(Does does, chat::Limits limits = {}) {
  Open open(limits);
  auto ann = co_await comes_in(open.chat, "ann");
  (void)co_await hears(*ann);
  co_await does(*ann, open.chat);
  std::string end = co_await hears(*ann, 60s);
  auto over = co_await timeout(5s, ann->hang_up());
  EXPECT_TRUE(over && over->clean);
  co_await open.ends();
  co_return end.substr(end.rfind('\n') + 1);
}

ASYNC_TEST(WebDoor, TellsWhyItEnds) {
  auto binary = [](Socket& socket, chat::Chat&) -> Async<> {
    co_await socket.send(ws::binary("x"));
  };
  const std::string no_binary = co_await ends_by(binary);
  EXPECT_EQ(no_binary, "1003 * that is not spoken here");

  auto large = [](Socket& socket, chat::Chat&) -> Async<> {
    co_await socket.send(std::string(4097, 'x'));
  };
  const std::string too_large = co_await ends_by(large);
  EXPECT_EQ(too_large, "1009 a message is larger than it may be");

  auto flood = [](Socket& socket, chat::Chat&) -> Async<> {
    for (int i = 0; i < 30; ++i) co_await socket.send("again");
  };
  const std::string too_many = co_await ends_by(flood);
  EXPECT_EQ(too_many, "1008 * too many lines");
}

ASYNC_TEST(WebDoor, SaysThatTheServerCloses) {
  Open open;
  auto ann = co_await comes_in(open.chat, "ann");
  (void)co_await hears(*ann);
  auto ending = spawn(open.ends());
  const std::string end = co_await hears(*ann);
  EXPECT_EQ(end, "* the server closes\n1001 ");
  auto over = co_await timeout(5s, ann->hang_up());
  EXPECT_TRUE(over && over->clean);
  co_await ending;
}

ASYNC_TEST(WebDoor, ATabThatAnswersPingsStaysAndOneThatIsHalfOpenIsOutAfterFortySeconds) {
  Open open;
  auto ann = co_await comes_in(open.chat, "ann");
  auto ben = co_await comes_in(open.chat, "ben");
  const Instant last_byte = now();  // of ben, whose program does not run from now on
  const std::string first = co_await hears(*ann);
  EXPECT_TRUE(first.ends_with("* ben has come in\n")) << first;
  auto left = co_await next(*ann);
  EXPECT_EQ(left, ws::text("* ben has left (no answer)"));
  EXPECT_EQ(now() - last_byte, 40s);
  co_await open.ends();
}

ASYNC_TEST(WebDoor, WithoutAPlaceItSays503AndThePageIsStillThere) {
  chat::Limits limits;
  limits.members = 1;
  Open open(limits);
  auto ann = co_await comes_in(open.chat, "ann");
  int status = 0;
  try {
    auto refused = ws::connect(comes_to(open.chat), "here", "/chat");
    auto socket = co_await std::move(refused);
  } catch (const ws::Refused& refused) {
    status = refused.status();
  }
  EXPECT_EQ(status, 503);
  const std::string page = co_await asks(open.chat, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(page.ends_with(kPage));
  co_await ann->hang_up();
  co_await open.ends();
}

ASYNC_TEST(WebDoor, ASlowRequestIsGivenUp) {
  Open open;
  DuplexStream stream = comes_to(open.chat);
  const Instant began = now();
  co_await write_all(stream, "GET / HTTP/1.1\r\n");
  const std::string answer = co_await read_to_end(stream, 1000);
  EXPECT_EQ(answer, "");
  EXPECT_EQ(now() - began, open.chat.limits.naming);
  co_await open.ends();
}

}  // namespace web_door_test
}  // namespace book
