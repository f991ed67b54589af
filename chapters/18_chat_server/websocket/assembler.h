// Assembler: messages and control frames, out of the bytes of a connection.
//
//     bytes   [text "Hel", more follow] [ping "?"] [the rest: "lo"]
//     found                              ping "?"   text "Hello"
//
// A message may come in any number of fragments, with control frames between them. Its bytes go
// into one string, so a million fragments of a byte each cost a million bytes and no more. UTF-8 is
// judged over the whole message, at the first byte that is wrong; the limit as soon as a head says
// that there will be too much. It knows nothing of sockets. Chapter 18 explains it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "17_io/bytes/utf8.h"
#include "18_chat_server/websocket/frame.h"

namespace book::ws {

enum class Found : std::uint8_t { nothing, text, binary, ping, pong, close, fault };

class Assembler {
 public:
  /// No message has more than `most` bytes.
  Assembler(Role we_are, std::size_t most) noexcept : frame_(we_are), most_(most) {}

  struct Step {
    std::size_t used;  ///< bytes, from the front
    Found found;
  };
  /// Reads on, to the end of the bytes or of a frame. So it is to be called again with what was not
  /// used; not after a fault or a close.
  Step read(std::string_view bytes);

  /// The payload of what was found.
  std::string take() noexcept {
    return std::exchange(is_control(opcode_) ? control_ : message_, {});
  }
  /// Of a close: 1005 if it had no code.
  const Ending& ending() const noexcept { return ending_; }
  const Fault& fault() const noexcept { return fault_; }
  /// Is a frame, or a message, begun?
  bool is_inside() const noexcept { return begun_ != Opcode::more || inside_frame_; }

 private:
  Found fail(CloseCode code, const char* why) noexcept;
  bool begin_frame() noexcept;
  Found end_frame();
  Found end_close();

  FrameReader frame_;
  std::size_t most_;
  std::string message_, control_;
  Utf8Check utf8_;
  Opcode opcode_ = Opcode::more;  // of the frame
  Opcode begun_ = Opcode::more;   // of a message of which there is more to come
  bool inside_frame_ = false;
  Ending ending_;
  Fault fault_;
};

}  // namespace book::ws
