// A frame: what a WebSocket sends, out of the pieces in which it comes. No sockets here.
//
//      byte 0             byte 1              then
//     +-+-+-+-+--------+ +-+----------------+ +--------------------+----------+---------------
//     |F|R|R|R| opcode | |M| length, 7 bits | | 0, 2 or 8 bytes    | mask, 4  | payload
//     |I|S|S|S|        | |A|                | | of length: 126 and | bytes if | masked: byte i
//     |N|V|V|V|        | |S|                | | 127 say that they  | MASK     | xor mask[i % 4]
//     | |1|2|3|        | |K|                | | follow             |          |
//     +-+-+-+-+--------+ +-+----------------+ +--------------------+----------+---------------
//
//     "hi" of a server   81 02 68 69
//     "hi" of a client   81 82 37 fa 21 3d 5f 93      masked with 37 fa 21 3d
//
// A client masks, and a server does not: so that nobody can make a browser send bytes that a proxy
// in between takes for a request. Chapter 18 explains it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "18_chat_server/websocket/close_code.h"

namespace book::ws {

/// Which side of the connection we are.
enum class Role : std::uint8_t { server, client };

enum class Opcode : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Close, ping and pong: never in fragments, at most 125 bytes, and welcome between the fragments
/// of a message.
constexpr bool is_control(Opcode opcode) noexcept { return opcode >= Opcode::close; }
inline constexpr std::size_t kMostControl = 125;

using MaskKey = std::array<unsigned char, 4>;
/// From the system's random generator: nobody else can know it beforehand.
[[nodiscard]] MaskKey random_key();

/// Masks, or unmasks, in place. The first of these bytes is byte `at` of its payload.
void mask(std::span<char> bytes, const MaskKey& key, std::uint64_t at = 0) noexcept;

/// A whole frame behind what is in `out`; masked if there is a key.
void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  const std::optional<MaskKey>& key = {}, bool last = true);

/// Reads frames, one after the other, in whatever pieces they come. All it keeps of a frame is its
/// head. Each fault is seen at the first byte that shows it.
class FrameReader {
 public:
  explicit FrameReader(Role we_are) noexcept : we_are_(we_are) {}

  /// Reads on in the head, at most to its end: how many bytes that took.
  std::size_t read_head(std::string_view bytes) noexcept;
  bool has_head() const noexcept { return need_ != 0 && have_ == need_; }
  const Fault& fault() const noexcept { return fault_; }

  // Of the head, once it is there.
  Opcode opcode() const noexcept { return static_cast<Opcode>(head_[0] & 0x0f); }
  bool is_last() const noexcept { return (head_[0] & 0x80) != 0; }
  std::uint64_t length() const noexcept { return length_; }

  /// Reads on in the payload, at most to its end, and puts it unmasked behind `payload`: how many
  /// bytes that took.
  std::size_t read_payload(std::string_view bytes, std::string& payload);
  /// Bytes of the payload that have not come yet.
  std::uint64_t left() const noexcept { return length_ - read_; }

  /// The frame is done with; the next one begins.
  void next() noexcept { have_ = need_ = 0; }

 private:
  void look_at_first() noexcept;
  void look_at_second() noexcept;
  void look_at_length() noexcept;
  void look_at_key() noexcept;
  std::size_t extended() const noexcept;
  void fail(const char* why) noexcept { fault_ = {kProtocolError, why}; }

  std::uint64_t length_ = 0, read_ = 0;  // of the payload
  std::array<unsigned char, 14> head_{};
  std::uint8_t have_ = 0, need_ = 0;  // bytes of the head; need_ is known from the second one on
  Role we_are_;
  MaskKey key_{};
  Fault fault_;
};

}  // namespace book::ws
