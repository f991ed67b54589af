// Frames and messages: the examples of RFC 6455, every rule that a frame can break, and every cut.
#include "18_chat_server/websocket/frame.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "18_chat_server/websocket/assembler.h"
#include "chapters/18_chat_server/pair.h"
#include "fuzz/check_frames.h"
#include "support/paths.h"

namespace book {
namespace websocket_frame_test {

using namespace std::string_literals;
using test::bytes_of;
using test::masked;
using test::unmasked;
using ws::Opcode;
using ws::Role;

/// What is found, cut at every byte and in pieces; all agree, or it fails.
std::string found(const std::string& bytes, Role role, std::size_t most = 1 << 20) {
  EXPECT_EQ(fuzz::check_frames(bytes, most), "");
  return fuzz::found_in(bytes, role, most, 0);
}

TEST(Frame, TheExamplesOfTheRfcAreReadAsItSays) {
  EXPECT_EQ(found(bytes_of("81 05 48 65 6c 6c 6f"), Role::client), "text:Hello\n");
  EXPECT_EQ(found(bytes_of("81 85 37 fa 21 3d 7f 9f 4d 51 58"), Role::server), "text:Hello\n");
  EXPECT_EQ(found(bytes_of("01 03 48 65 6c 80 02 6c 6f"), Role::client), "text:Hello\n");
  EXPECT_EQ(found(bytes_of("89 05 48 65 6c 6c 6f"), Role::client), "ping:Hello\n");
  EXPECT_EQ(found(bytes_of("8a 85 37 fa 21 3d 7f 9f 4d 51 58"), Role::server), "pong:Hello\n");
  EXPECT_EQ(found(bytes_of("82 7e 01 00") + std::string(256, 'x'), Role::client),
            "binary:" + std::string(256, 'x') + "\n");
  EXPECT_EQ(
      found(bytes_of("82 7f 00 00 00 00 00 01 00 00") + std::string(65536, 'y'), Role::client),
      "binary:" + std::string(65536, 'y') + "\n");
}

TEST(Frame, TheExamplesOfTheRfcAreWrittenAsItSays) {
  EXPECT_EQ(unmasked(Opcode::text, "Hello"), bytes_of("81 05 48 65 6c 6c 6f"));
  EXPECT_EQ(masked(Opcode::text, "Hello"), bytes_of("81 85 37 fa 21 3d 7f 9f 4d 51 58"));
  EXPECT_EQ(unmasked(Opcode::text, "Hel", false) + unmasked(Opcode::more, "lo"),
            bytes_of("01 03 48 65 6c 80 02 6c 6f"));
  EXPECT_EQ(masked(Opcode::pong, "Hello"), bytes_of("8a 85 37 fa 21 3d 7f 9f 4d 51 58"));
  const struct {
    std::size_t size;
    const char* head;
  } rows[] = {{0, "82 00"},
              {125, "82 7d"},
              {126, "82 7e 00 7e"},
              {65535, "82 7e ff ff"},
              {65536, "82 7f 00 00 00 00 00 01 00 00"}};
  for (const auto& [size, head] : rows)
    EXPECT_EQ(unmasked(Opcode::binary, std::string(size, 'x')),
              bytes_of(head) + std::string(size, 'x'));
}

TEST(Frame, AMaskIsTheSameFromWhicheverByteItGoesOn) {
  const std::string text = "a text of more than eight bytes, at an odd place";
  for (std::size_t at = 0; at <= text.size(); ++at) {
    std::string pieces = text;
    ws::mask(std::span<char>(pieces).first(at), test::same_key());
    ws::mask(std::span<char>(pieces).subspan(at), test::same_key(), at);
    EXPECT_EQ(pieces, masked(Opcode::text, text).substr(6)) << "cut at " << at;
  }
}

TEST(Frame, AClientsKeysAreNotAlike) { EXPECT_NE(ws::random_key(), ws::random_key()); }

struct Wrong {
  const char* what;
  std::string bytes;
  const char* fault;  ///< nullptr: it is right
  std::string before = "";
};

TEST(Frame, EachRuleThatIsBrokenIsSeenAtItsByte) {
  const std::string hel = masked(Opcode::text, "Hel", false);
  const Wrong rows[] = {
      {"reserved bit 1, as of compression", "\xc1",
       "1002:a reserved bit is set, and no extension was agreed on"},
      {"reserved bit 2", "\xa1", "1002:a reserved bit is set, and no extension was agreed on"},
      {"reserved bit 3 of a ping", "\x99",
       "1002:a reserved bit is set, and no extension was agreed on"},
      {"opcode 3", "\x83", "1002:an opcode that means nothing"},
      {"opcode 7", "\x87", "1002:an opcode that means nothing"},
      {"opcode 11", "\x8b", "1002:an opcode that means nothing"},
      {"opcode 15", "\x8f", "1002:an opcode that means nothing"},
      {"a ping in fragments", "\x09", "1002:a control frame in fragments"},
      {"a close in fragments", "\x08", "1002:a control frame in fragments"},
      {"no mask", "\x81\x05", "1002:a client's frame without a mask"},
      {"a ping of 125 bytes", masked(Opcode::ping, std::string(125, 'p')), nullptr,
       "ping:" + std::string(125, 'p') + "\n"},
      {"a ping of 126 bytes", "\x89\xfe", "1002:a control frame of more than 125 bytes"},
      {"a close of 2^16 bytes", "\x88\xff", "1002:a control frame of more than 125 bytes"},
      {"125 in three bytes", bytes_of("82 fe 00 7d"), "1002:a length in more bytes than it needs"},
      {"65535 in nine bytes", bytes_of("82 ff 00 00 00 00 00 00 ff ff"),
       "1002:a length in more bytes than it needs"},
      {"0 in nine bytes", bytes_of("82 ff 00 00 00 00 00 00 00 00"),
       "1002:a length in more bytes than it needs"},
      {"64 bits of length", bytes_of("82 ff 80 00 00 00 00 00 00 00"),
       "1002:a length of 64 bits: it has 63"},
      {"63 bits of length", bytes_of("82 ff 7f ff ff ff ff ff ff ff 00 00 00 00"),
       "1009:a message is larger than it may be"},
      {"a rest without a beginning", masked(Opcode::more, "lo"),
       "1002:a fragment of a message that nobody has begun"},
      {"a last rest, and another", hel + masked(Opcode::more, "lo") + masked(Opcode::more, "!"),
       "1002:a fragment of a message that nobody has begun", "text:Hello\n"},
      {"a message in a message", hel + masked(Opcode::text, "lo"),
       "1002:a message in the middle of another one"},
      {"a binary one in a text", hel + masked(Opcode::binary, "", false),
       "1002:a message in the middle of another one"},
      {"a ping in a message", hel + masked(Opcode::ping, "?") + masked(Opcode::more, "lo"), nullptr,
       "ping:?\ntext:Hello\n"},
      {"a pong nobody asked for", masked(Opcode::pong, "!"), nullptr, "pong:!\n"},
      {"an empty text", masked(Opcode::text, ""), nullptr, "text:\n"},
      {"an empty message in fragments",
       masked(Opcode::binary, "", false) + masked(Opcode::more, "", false) +
           masked(Opcode::more, ""),
       nullptr, "binary:\n"},
      {"a character in two fragments",
       masked(Opcode::text, "\xc3", false) + masked(Opcode::more, "\xbc"), nullptr,
       "text:\xc3\xbc\n"},
      {"a character with a ping inside",
       masked(Opcode::text, "\xe2\x82", false) + masked(Opcode::ping, "\xff") +
           masked(Opcode::more, "\xac"),
       nullptr, "ping:\xff\ntext:\xe2\x82\xac\n"},
      {"half a character", masked(Opcode::text, "\xe2\x82"),
       "1007:a text that ends in the middle of a character"},
      {"a wrong byte, and the message goes on",
       masked(Opcode::text, "\xce\xba\xed\xa0", false).substr(0, 10),
       "1007:a text that is not UTF-8"},
      {"a wrong byte in the second fragment",
       masked(Opcode::text, "\xc3", false) + masked(Opcode::more, "(", false),
       "1007:a text that is not UTF-8"},
      {"bytes that are no UTF-8, in a binary one", masked(Opcode::binary, "\xff\xfe"), nullptr,
       "binary:\xff\xfe\n"},
      {"a close without a code", masked(Opcode::close, ""), nullptr, "close 1005:\n"},
      {"a close with half a code", masked(Opcode::close, "\x03"), "1002:a Close with half a code"},
      {"a close with a reason",
       masked(Opcode::close,
              "\x03\xe8"
              "bye"),
       nullptr, "close 1000:bye\n"},
      {"a close with a long reason", masked(Opcode::close, "\x03\xe8" + std::string(123, 'x')),
       nullptr, "close 1000:" + std::string(123, 'x') + "\n"},
      {"a close whose reason is no UTF-8", masked(Opcode::close, "\x03\xe8\xff"),
       "1007:a Close with a reason that is not UTF-8"},
      {"a close whose reason ends too early", masked(Opcode::close, "\x03\xe8\xc3"),
       "1007:a Close with a reason that is not UTF-8"},
      {"what comes behind a close", masked(Opcode::close, "\x03\xe8") + "\xff\xff", nullptr,
       "close 1000:\n"},
      {"a close in a message", hel + masked(Opcode::close, "\x03\xe9"), nullptr, "close 1001:\n"},
  };
  for (const Wrong& row : rows) {
    const std::string wanted = row.before + (row.fault ? "fault "s + row.fault + "\n" : "");
    EXPECT_EQ(found(row.bytes, Role::server), wanted) << row.what;
  }
  EXPECT_EQ(found("\x81\x85", Role::client), "fault 1002:a server's frame with a mask\n");
}

TEST(Frame, TheCodesOfACloseThatMayBeSaid) {
  const auto says = [](int code) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return found(unmasked(Opcode::close, payload), Role::client);
  };
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                         3000, 3999, 4000, 4999})
    EXPECT_EQ(says(code), "close " + std::to_string(code) + ":\n");
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
    EXPECT_EQ(says(code), "fault 1002:a Close with a code that means nothing\n") << code;
}

TEST(Message, IsNeverLargerThanTheLimitHoweverItComes) {
  const std::string four = unmasked(Opcode::text, "four", false);
  const auto more = [](std::string text, bool last) { return unmasked(Opcode::more, text, last); };
  EXPECT_EQ(found(unmasked(Opcode::text, "0123456789"), Role::client, 10), "text:0123456789\n");
  EXPECT_EQ(found(four + more("456789", true), Role::client, 10), "text:four456789\n");
  const std::string too_large = "fault 1009:a message is larger than it may be\n";
  EXPECT_EQ(found("\x81\x0b", Role::client, 10), too_large) << "its head says so: that is enough";
  EXPECT_EQ(found(four + more("456789", false) + more("!", true), Role::client, 10), too_large);
  EXPECT_EQ(found(four + more("456789", false) + unmasked(Opcode::ping, "a longer ping"),
                  Role::client, 10),
            "ping:a longer ping\n")
      << "a ping is no part of it";
  EXPECT_EQ(found(unmasked(Opcode::text, ""), Role::client, 0), "text:\n");
}

TEST(Message, InAMillionFragmentsCostsItsBytesAndNoMore) {
  ws::Assembler assembler(Role::client, 2'000'000);
  const std::string first = unmasked(Opcode::text, "x", false),
                    rest = unmasked(Opcode::more, "x", false);
  assembler.read(first);
  for (int i = 1; i < 1'000'000; ++i) assembler.read(rest);
  EXPECT_EQ(assembler.read(unmasked(Opcode::more, "")).found, ws::Found::text);
  const std::string message = assembler.take();
  EXPECT_EQ(message.size(), 1'000'000u);
  EXPECT_LE(message.capacity(), 2'000'000u);
}

/// What `make fuzz` checks of millions of inputs, of the few that it begins with.
TEST(Fuzz, OfFramesFindsNothingInItsCorpus) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::source_dir() / "tests/fuzz/corpus/frames")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(fuzz::check_frames(bytes, 1 << 16), "") << entry.path();
    EXPECT_EQ(fuzz::check_frames(bytes, 10), "") << entry.path();
    ++files;
  }
  EXPECT_GT(files, 20);
}

}  // namespace websocket_frame_test
}  // namespace book
