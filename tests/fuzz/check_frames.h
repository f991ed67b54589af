// What must hold of a WebSocket's messages, whatever the bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "18_chat_server/websocket/assembler.h"
#include "fuzz/cuts.h"

namespace book::fuzz {

inline std::string event(std::string_view what, std::string_view data) {
  return std::string(what) + ":" + std::string(data) + "\n";
}
inline std::string fault_event(ws::CloseCode code, std::string_view why) {
  return event("fault " + std::to_string(code), why);
}

/// What the Assembler finds, a line for each. Pieces of 1 to `most_a_piece` bytes; all at once if
/// that is 0.
inline std::string found_in(std::string_view bytes, ws::Role role, std::size_t most,
                            std::size_t most_a_piece, unsigned salt = 0) {
  ws::Assembler assembler(role, most);
  std::string all;
  Cuts cuts(bytes, most_a_piece > 0 ? most_a_piece : 1, salt);
  while (!bytes.empty()) {
    const Piece piece(most_a_piece > 0 ? bytes.substr(0, cuts.next()) : bytes);
    bytes.remove_prefix(piece.bytes().size());
    for (std::string_view rest = piece.bytes(); !rest.empty();) {
      const ws::Assembler::Step step = assembler.read(rest);
      if (step.used == 0 || step.used > rest.size()) return all + "it used no byte, or too many";
      rest.remove_prefix(step.used);
      switch (step.found) {
        case ws::Found::nothing:
          break;
        case ws::Found::text:
          all += event("text", assembler.take());
          break;
        case ws::Found::binary:
          all += event("binary", assembler.take());
          break;
        case ws::Found::ping:
          all += event("ping", assembler.take());
          break;
        case ws::Found::pong:
          all += event("pong", assembler.take());
          break;
        case ws::Found::close:
          return all + event("close " + std::to_string(assembler.ending().code),
                             assembler.ending().reason);
        case ws::Found::fault:
          return all + fault_event(assembler.fault().code, assembler.fault().why);
      }
    }
  }
  return all;
}

/// Is it UTF-8, or may it still become that? Decoded character by character.
inline bool is_plain_utf8(std::string_view text, bool may_go_on) {
  static constexpr std::array<std::uint32_t, 4> kLeast = {0, 0x80, 0x800, 0x10000};
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t more = first < 0x80             ? 0
                             : (first & 0xe0) == 0xc0 ? 1
                             : (first & 0xf0) == 0xe0 ? 2
                             : (first & 0xf8) == 0xf0 ? 3
                                                      : 9;
    if (more == 9) return false;
    if (text.size() <= more) {
      if (!may_go_on) return false;
      // Some way to go on has to be good.
      for (const char next : {'\x80', '\x90', '\xa0', '\xbf'}) {
        const std::string longer = std::string(text) + next;
        if (is_plain_utf8(longer, longer.size() <= more)) return true;
      }
      return false;
    }
    std::uint32_t c = more == 0 ? first : first & (0x3fu >> more);
    for (std::size_t i = 1; i <= more; ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if ((byte & 0xc0) != 0x80) return false;
      c = c << 6 | (byte & 0x3f);
    }
    if (c < kLeast[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return false;
    text.remove_prefix(more + 1);
  }
  return true;
}

/// The same, read in another way: frame by frame, with all bytes at hand and byte by byte unmasked.
inline std::string plainly_in(std::string_view bytes, ws::Role role, std::size_t most) {
  std::string all, message;
  unsigned begun = 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto wrong = [&](const char* why, ws::CloseCode code = 1002) {
    return all + fault_event(code, why);
  };
  while (!bytes.empty()) {
    const unsigned opcode = at(0) % 16;
    const bool last = at(0) >= 128, control = opcode >= 8;
    if (at(0) / 16 % 8 != 0) return wrong("a reserved bit is set, and no extension was agreed on");
    if (opcode != 0 && opcode != 1 && opcode != 2 && opcode != 8 && opcode != 9 && opcode != 10)
      return wrong("an opcode that means nothing");
    if (control && !last) return wrong("a control frame in fragments");
    if (bytes.size() < 2) return all;
    const bool is_masked = at(1) >= 128;
    if (is_masked && role == ws::Role::client) return wrong("a server's frame with a mask");
    if (!is_masked && role == ws::Role::server) return wrong("a client's frame without a mask");
    std::uint64_t length = at(1) % 128;
    if (control && length > 125) return wrong("a control frame of more than 125 bytes");
    std::size_t head = 2;
    if (length > 125) {
      const std::size_t more = length == 126 ? 2 : 8;
      if (bytes.size() < head + more) return all;
      length = 0;
      for (std::size_t i = 0; i < more; ++i) length = 256 * length + at(head + i);
      head += more;
      if (length < 126 || (more == 8 && length < 65536))
        return wrong("a length in more bytes than it needs");
      if (length >= std::uint64_t{1} << 63) return wrong("a length of 64 bits: it has 63");
    }
    const std::size_t key = head;
    if (is_masked) head += 4;
    if (bytes.size() < head) return all;
    if (opcode == 0 && begun == 0) return wrong("a fragment of a message that nobody has begun");
    if (!control && opcode != 0 && begun != 0)
      return wrong("a message in the middle of another one");
    if (!control && length > most - message.size())
      return wrong("a message is larger than it may be", 1009);
    std::string payload(bytes.substr(head, length));
    if (is_masked)
      for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(at(head + i) ^ at(key + i % 4));
    const bool whole = payload.size() == length;
    bytes.remove_prefix(head + payload.size());
    if (!control) {
      if (opcode != 0) begun = opcode;
      message += payload;
      if (begun == 1 && !is_plain_utf8(message, true))
        return wrong("a text that is not UTF-8", 1007);
      if (!whole) return all;
      if (!last) continue;
      if (begun == 1 && !is_plain_utf8(message, false))
        return wrong("a text that ends in the middle of a character", 1007);
      all += event(begun == 1 ? "text" : "binary", message);
      message.clear();
      begun = 0;
      continue;
    }
    if (!whole) return all;
    if (opcode != 8) {
      all += event(opcode == 9 ? "ping" : "pong", payload);
      continue;
    }
    if (payload.empty()) return all + event("close 1005", "");
    if (payload.size() == 1) return wrong("a Close with half a code");
    const int code =
        256 * static_cast<unsigned char>(payload[0]) + static_cast<unsigned char>(payload[1]);
    payload.erase(0, 2);
    const bool known = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
    if (!known && (code < 3000 || code >= 5000))
      return wrong("a Close with a code that means nothing");
    if (!is_plain_utf8(payload, false))
      return wrong("a Close with a reason that is not UTF-8", 1007);
    return all + event("close " + std::to_string(code), payload);
  }
  return all;
}

/// Gives what is wrong, or nothing.
inline std::string check_frames(std::string_view bytes, std::size_t most) {
  for (const ws::Role role : {ws::Role::server, ws::Role::client}) {
    const std::string whole = found_in(bytes, role, most, 0);
    if (found_in(bytes, role, most, 1) != whole) return "byte by byte it finds something else";
    for (unsigned salt = 0; salt < 3; ++salt)
      if (found_in(bytes, role, most, 20, salt) != whole)
        return "in pieces it finds something else";
    if (plainly_in(bytes, role, most) != whole)
      return "it finds: " + whole + "\nand plainly read: " + plainly_in(bytes, role, most);
  }
  return "";
}

}  // namespace book::fuzz
