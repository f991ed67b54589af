// Part 4: the bytes of a WebSocket, without a connection.
#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "18_chat_server/story/parts.h"
#include "18_chat_server/websocket/assembler.h"

namespace book::story {
namespace {

constexpr ws::MaskKey kKey{0x37, 0xfa, 0x21, 0x3d};

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes)
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(byte));
  return text;
}

/// What is found in bytes that come in pieces of this size.
std::string found_in(std::string_view bytes, std::size_t piece) {
  ws::Assembler assembler(ws::Role::server, 4096);
  std::string text;
  while (!bytes.empty()) {
    const ws::Assembler::Step step = assembler.read(bytes.substr(0, piece));
    bytes.remove_prefix(step.used);
    const char* space = text.empty() ? "" : ", ";
    if (step.found == ws::Found::ping)
      text += fmt::format("{}ping \"{}\"", space, assembler.take());
    if (step.found == ws::Found::text)
      text += fmt::format("{}text \"{}\"", space, assembler.take());
    if (step.found == ws::Found::fault) return text + assembler.fault().why;
  }
  return text;
}

}  // namespace

void the_wire() {
  fmt::print("\n4. The same room, another door: what goes over the wire.\n");
  std::string of_server, of_client, pieces, bare;
  ws::append_frame(of_server, ws::Opcode::text, "hi");
  ws::append_frame(of_client, ws::Opcode::text, "hi", kKey);
  fmt::print("   \"hi\" of the server        {}\n", hex(of_server));
  fmt::print("   \"hi\" of a browser         {}\n", hex(of_client));
  ws::append_frame(pieces, ws::Opcode::text, "good m", kKey, false);
  ws::append_frame(pieces, ws::Opcode::ping, "?", kKey);
  ws::append_frame(pieces, ws::Opcode::more, "orning", kKey);
  fmt::print("   two fragments and a ping  {} bytes\n", pieces.size());
  fmt::print("     all at once             {}\n", found_in(pieces, pieces.size()));
  fmt::print("     byte by byte            {}\n", found_in(pieces, 1));
  ws::append_frame(bare, ws::Opcode::text, "hi");
  fmt::print("   a browser without a mask  {}\n", found_in(bare, bare.size()));
}

}  // namespace book::story
