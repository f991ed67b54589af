// One side of a conversation without its connection: the slots, the closing table, what is refused.
#include "18_chat_server/websocket/protocol.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "chapters/18_chat_server/pair.h"

namespace book {
namespace websocket_protocol_test {

using namespace std::string_literals;
using test::masked;
using test::unmasked;
using ws::Opcode;
using ws::Protocol;
using ws::Role;
using ws::State;

const std::string kClose1000 = "\x03\xe8";

/// All that comes, and the texts that were in it, one behind the other.
std::string read_all(Protocol& protocol, std::string_view bytes) {
  std::string texts;
  while (!bytes.empty()) {
    bytes.remove_prefix(protocol.read(bytes));
    if (protocol.message()) texts += std::exchange(protocol.message(), std::nullopt)->data;
  }
  return texts;
}

/// All that it has to write, taken in pieces.
std::string written_by(Protocol& protocol, std::size_t piece = 1000) {
  std::string all;
  for (;;) {
    const std::string_view bytes = protocol.to_write().substr(0, piece);
    if (bytes.empty()) return all;
    all += bytes;
    protocol.wrote(bytes.size());
  }
}

TEST(Protocol, AnswersTheLatestPingAndAtTheEndOfAFrame) {
  Protocol server(Role::server, {});
  server.send(ws::Message::Kind::text, "a line");
  server.wrote(server.to_write().substr(0, 3).size());  // in the middle of a frame
  server.send(ws::Message::Kind::text, "another");
  EXPECT_EQ(read_all(server, masked(Opcode::ping, "1") + masked(Opcode::ping, "2")), "");
  EXPECT_EQ(written_by(server, 1), unmasked(Opcode::text, "a line").substr(3) +
                                       unmasked(Opcode::pong, "2") +
                                       unmasked(Opcode::text, "another"));
}

TEST(Protocol, AFloodOfPingsCostsOneSlot) {
  Protocol server(Role::server, {});
  const std::string ping = masked(Opcode::ping, std::string(125, 'p'));
  for (int i = 0; i < 100'000; ++i) read_all(server, ping);
  EXPECT_EQ(server.waiting(), 0u) << "a slot is not in the queue";
  EXPECT_EQ(written_by(server), unmasked(Opcode::pong, std::string(125, 'p')));
}

TEST(Protocol, AClientMasksAllItWritesWithAKeyEach) {
  static int keys = 0;
  Protocol client(Role::client, {.key = [] {
                    ++keys;
                    return test::same_key();
                  }});
  client.send(ws::Message::Kind::text, "Hello");
  client.ping("?");
  client.say_close(ws::kDone, "bye");
  EXPECT_EQ(written_by(client), masked(Opcode::ping, "?") + masked(Opcode::text, "Hello") +
                                    masked(Opcode::close, kClose1000 + "bye"));
  EXPECT_EQ(keys, 3);
}

/// What happens in a row, and what is written meanwhile.
struct Closing {
  const char* what;
  std::function<void(Protocol&)> happens;
  std::string writes;
  State state;
  ws::Ending ending;
};

TEST(Protocol, ClosesByTheTable) {
  const std::string they_close = masked(Opcode::close, kClose1000 + "bye");
  const std::string we_close = unmasked(Opcode::close, "\x03\xe9gone");
  const std::string our_answer = unmasked(Opcode::close, kClose1000);
  const ws::Ending nothing{}, theirs{1000, "bye", true};
  const auto no_utf8 = [&](Protocol& p) { read_all(p, masked(Opcode::text, "\xff")); };
  const std::string tells = unmasked(Opcode::close,
                                     "\x03\xef"
                                     "a text that is not UTF-8");
  const ws::Ending broken{1007, "a text that is not UTF-8", false};
  const ws::Ending lost{1006, "the connection ended before the other side had said Close", false};
  const Closing rows[] = {
      {"we say Close", [](Protocol& p) { p.say_close(1001, "gone"); }, we_close, State::we_said,
       nothing},
      {"we say it twice: the first counts",
       [](Protocol& p) {
         p.say_close(1001, "gone");
         p.say_close(1000, "");
       },
       we_close, State::we_said, nothing},
      {"they say Close", [&](Protocol& p) { read_all(p, they_close); }, our_answer, State::both,
       theirs},
      {"they say it without a code",
       [&](Protocol& p) { read_all(p, masked(Opcode::close, "")); },
       unmasked(Opcode::close, ""),
       State::both,
       {1005, "", true}},
      {"they say it twice", [&](Protocol& p) { read_all(p, they_close + they_close); }, our_answer,
       State::both, theirs},
      {"they say it, and more",
       [&](Protocol& p) {
         EXPECT_EQ(read_all(p, they_close + masked(Opcode::text, "more") +
                                   masked(Opcode::ping, "?") + "\xff\xff"),
                   "");
       },
       our_answer, State::both, theirs},
      {"a ping, and Close",
       [&](Protocol& p) { read_all(p, masked(Opcode::ping, "?") + they_close); }, our_answer,
       State::both, theirs},
      {"we send, and they say Close",
       [&](Protocol& p) {
         p.send(ws::Message::Kind::text, "late");
         read_all(p, they_close);
       },
       our_answer, State::both, theirs},
      {"both at once",
       [&](Protocol& p) {
         p.say_close(1001, "gone");
         read_all(p, they_close);
       },
       we_close, State::both, theirs},
      {"we send and say Close: in this order",
       [&](Protocol& p) {
         p.send(ws::Message::Kind::text, "last");
         p.say_close(1001, "gone");
       },
       unmasked(Opcode::text, "last") + we_close, State::we_said, nothing},
      {"we say Close, and still hear them",
       [&](Protocol& p) {
         p.say_close(1001, "gone");
         EXPECT_EQ(read_all(p, masked(Opcode::text, "still")), "still");
       },
       we_close, State::we_said, nothing},
      {"we say Close, and answer no ping",
       [&](Protocol& p) {
         p.say_close(1001, "gone");
         read_all(p, masked(Opcode::ping, "?"));
       },
       we_close, State::we_said, nothing},
      {"they break the rules", no_utf8, tells, State::we_said, broken},
      {"they break the rules, and go on",
       [&](Protocol& p) {
         no_utf8(p);
         read_all(p, they_close);
       },
       tells, State::we_said, broken},
      {"they break the rules after our Close",
       [&](Protocol& p) {
         p.say_close(1001, "gone");
         no_utf8(p);
       },
       we_close, State::we_said, broken},
      {"we send, and they break the rules",
       [&](Protocol& p) {
         p.send(ws::Message::Kind::text, "late");
         no_utf8(p);
       },
       tells, State::we_said, broken},
      {"the connection ends", [](Protocol& p) { p.read_end(); }, "", State::open, lost},
      {"the connection ends in a frame",
       [](Protocol& p) {
         read_all(p, "\x81");
         p.read_end();
       },
       "", State::open, lost},
      {"the connection ends after our Close",
       [](Protocol& p) {
         p.say_close(1001, "gone");
         p.read_end();
       },
       we_close, State::we_said, lost},
      {"the connection ends after theirs",
       [&](Protocol& p) {
         read_all(p, they_close);
         p.read_end();
       },
       our_answer, State::both, theirs},
  };
  for (const Closing& row : rows) {
    Protocol server(Role::server, {});
    row.happens(server);
    EXPECT_EQ(written_by(server, 1), row.writes) << row.what;
    EXPECT_EQ(server.state(), row.state) << row.what;
    EXPECT_EQ(server.ending(), row.ending) << row.what;
    EXPECT_THROW(server.send(ws::Message::Kind::text, "x"), ws::Closed) << row.what;
    server.ping("?");
    server.say_close(1000, "");
    EXPECT_EQ(written_by(server), "") << "behind a Close nothing goes: " << row.what;
  }
}

TEST(Protocol, OurAnswerWaitsForTheEndOfTheFrameThatGoes) {
  Protocol server(Role::server, {});
  server.send(ws::Message::Kind::text, "first");
  server.wrote(server.to_write().substr(0, 2).size());
  server.send(ws::Message::Kind::text, "second, and not begun");
  read_all(server, masked(Opcode::close, kClose1000));
  EXPECT_EQ(server.state(), State::they_said) << "the answer has not gone yet";
  EXPECT_EQ(written_by(server, 1), "first" + unmasked(Opcode::close, kClose1000));
  EXPECT_EQ(server.state(), State::both);
}

TEST(Protocol, SendsNothingThatTheRfcForbids) {
  Protocol server(Role::server, {});
  for (const ws::CloseCode code : {0, 999, 1004, 1006, 1015, 1016, 2999, 5000})
    EXPECT_THROW(server.say_close(code, ""), std::invalid_argument) << code;
  EXPECT_THROW(server.say_close(1005, "a reason without a code"), std::invalid_argument);
  EXPECT_THROW(server.say_close(1000, std::string(124, 'x')), std::invalid_argument);
  EXPECT_THROW(server.say_close(1000, "\xff"), std::invalid_argument);
  EXPECT_THROW(server.ping(std::string(126, 'x')), std::invalid_argument);
  EXPECT_THROW(server.send(ws::Message::Kind::text, "\xc3"), std::invalid_argument);
  EXPECT_EQ(written_by(server), "");
  EXPECT_EQ(server.state(), State::open);
  server.send(ws::Message::Kind::binary, "\xc3");
  server.say_close(1005, "");
  EXPECT_EQ(written_by(server), unmasked(Opcode::binary, "\xc3") + unmasked(Opcode::close, ""));
}

TEST(Protocol, ASlowPeerHoldsTheSenderAndNotTheMemory) {
  Protocol server(Role::server, {.write_ahead = 100});
  int sent = 0;
  for (; server.has_room(); ++sent) server.send(ws::Message::Kind::text, std::string(38, 'x'));
  EXPECT_EQ(sent, 3) << "40 bytes each: the third goes beyond 100";
  EXPECT_EQ(server.waiting(), 120u);
  server.wrote(server.to_write().substr(0, 30).size());
  EXPECT_TRUE(server.has_room());
}

TEST(Protocol, GivesTheMemoryOfABurstBack) {
  const std::string burst(100'000, 'x');
  const struct {
    const char* what;
    std::function<void(Protocol&)> meanwhile;
  } rows[] = {
      {"nothing more", [](Protocol&) {}},
      {"a ping goes in front", [](Protocol& p) { p.ping("?"); }},
      {"Close", [](Protocol& p) { read_all(p, masked(Opcode::close, kClose1000)); }},
      {"a fault", [](Protocol& p) { read_all(p, "\xff\xff"); }},
  };
  for (const auto& row : rows) {
    Protocol server(Role::server, {});
    server.send(ws::Message::Kind::text, "begun");
    server.wrote(server.to_write().substr(0, 1).size());
    server.send(ws::Message::Kind::text, burst);
    row.meanwhile(server);
    EXPECT_NE(written_by(server), "");
    EXPECT_LE(server.memory(), 2000u) << row.what;
  }
}

}  // namespace websocket_protocol_test
}  // namespace book
