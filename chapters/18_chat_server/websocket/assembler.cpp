#include "18_chat_server/websocket/assembler.h"

namespace book::ws {

Assembler::Step Assembler::read(std::string_view bytes) {
  std::size_t used = 0;
  if (!frame_.has_head()) {
    used = frame_.read_head(bytes);
    inside_frame_ = inside_frame_ || used > 0;
    if (frame_.fault()) return {used, fail(frame_.fault().code, frame_.fault().why)};
    if (!frame_.has_head()) return {used, Found::nothing};
    if (!begin_frame()) return {used, Found::fault};
  }
  std::string& payload = is_control(opcode_) ? control_ : message_;
  const std::size_t had = payload.size();
  used += frame_.read_payload(bytes.substr(used), payload);
  if (begun_ == Opcode::text && !is_control(opcode_) &&
      !utf8_.feed(std::string_view(payload).substr(had)))
    return {used, fail(kNoUtf8, "a text that is not UTF-8")};
  if (frame_.left() > 0) return {used, Found::nothing};
  return {used, end_frame()};
}

bool Assembler::begin_frame() noexcept {
  opcode_ = frame_.opcode();
  if (is_control(opcode_)) {
    control_.clear();
    return true;
  }
  const bool goes_on = opcode_ == Opcode::more;
  if (goes_on && begun_ == Opcode::more) {
    fail(kProtocolError, "a fragment of a message that nobody has begun");
  } else if (!goes_on && begun_ != Opcode::more) {
    fail(kProtocolError, "a message in the middle of another one");
  } else if (frame_.length() > most_ - message_.size()) {
    fail(kTooLarge, "a message is larger than it may be");
  } else if (!goes_on) {
    begun_ = opcode_;
    utf8_ = {};
  }
  return !fault_;
}

Found Assembler::end_frame() {
  const bool last = frame_.is_last();
  frame_.next();
  inside_frame_ = false;
  switch (opcode_) {
    case Opcode::close:
      return end_close();
    case Opcode::ping:
      return Found::ping;
    case Opcode::pong:
      return Found::pong;
    default:
      break;
  }
  if (!last) return Found::nothing;
  if (std::exchange(begun_, Opcode::more) == Opcode::binary) return Found::binary;
  if (!utf8_.ends_here()) return fail(kNoUtf8, "a text that ends in the middle of a character");
  return Found::text;
}

Found Assembler::end_close() {
  ending_ = {};
  if (control_.empty()) return Found::close;
  if (control_.size() == 1) return fail(kProtocolError, "a Close with half a code");
  const auto high = static_cast<unsigned char>(control_[0]);
  const auto low = static_cast<unsigned char>(control_[1]);
  ending_.code = static_cast<CloseCode>(high << 8 | low);
  ending_.reason = control_.substr(2);
  if (!may_be_sent(ending_.code))
    return fail(kProtocolError, "a Close with a code that means nothing");
  if (!is_utf8(ending_.reason)) return fail(kNoUtf8, "a Close with a reason that is not UTF-8");
  return Found::close;
}

Found Assembler::fail(CloseCode code, const char* why) noexcept {
  fault_ = {code, why};
  return Found::fault;
}

}  // namespace book::ws
