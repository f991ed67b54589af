#include "18_chat_server/websocket/protocol.h"

namespace book::ws {
namespace {

std::string close_payload(CloseCode code, std::string_view reason) {
  std::string payload;
  if (code == kNoCode) return payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code & 0xff);
  return payload.append(reason);
}

/// Gives its memory back, where that is more than an idle connection should keep.
void clear_and_shrink(std::string& frames) {
  constexpr std::size_t kKept = 512;
  frames.clear();
  if (frames.capacity() > kKept) frames.shrink_to_fit();  // = {} would keep it
}

}  // namespace

std::size_t Protocol::read(std::string_view bytes) {
  if (over_) return bytes.size();
  const Assembler::Step step = assembler_.read(bytes);
  switch (step.found) {
    case Found::nothing:
    case Found::pong:  // as good as any byte: they live
      break;
    case Found::text:
      message_ = text(assembler_.take());
      break;
    case Found::binary:
      message_ = binary(assembler_.take());
      break;
    case Found::ping:
      if (!we_said_) pong_ = assembler_.take();
      break;
    case Found::close:
      they_said_ = over_ = true;
      ending_ = assembler_.ending();
      ending_.clean = true;
      if (!we_said_) answer_close();
      break;
    case Found::fault:
      fail(assembler_.fault());
      break;
  }
  return step.used;
}

void Protocol::read_end() {
  if (over_) return;
  over_ = true;
  fault_ = {kNoClose, "the connection ended before the other side had said Close"};
  ending_ = {kNoClose, fault_.why, false};
}

/// The same code, and nothing behind it.
void Protocol::answer_close() {
  we_said_ = true;
  close_ = close_payload(ending_.code, {});
  drop_waiting();
}

void Protocol::fail(const Fault& fault) {
  over_ = true;
  fault_ = fault;
  ending_ = {fault.code, fault.why, false};
  if (std::exchange(we_said_, true)) return;
  close_ = close_payload(fault.code, fault.why);
  drop_waiting();
}

void Protocol::drop_waiting() {
  if (!queue_.empty()) dropped_ = true;
  clear_and_shrink(queue_);
  pong_.reset();
  ping_.reset();
}

void Protocol::send(Message::Kind kind, std::string_view data) {
  if (we_said_ || they_said_ || over_) throw Closed();
  const bool is_text = kind == Message::Kind::text;
  if (is_text && !is_utf8(data))
    throw std::invalid_argument("a text message has to be UTF-8: send the bytes as a binary one");
  append(queue_, is_text ? Opcode::text : Opcode::binary, data);
}

void Protocol::ping(std::string_view payload) {
  if (payload.size() > kMostControl)
    throw std::invalid_argument("a ping has 125 bytes at the most");
  if (!we_said_ && !over_) ping_ = payload;
}

void Protocol::say_close(CloseCode code, std::string_view reason) {
  if (code != kNoCode && !may_be_sent(code))
    throw std::invalid_argument("this code is never sent in a Close: " + std::to_string(code));
  if (code == kNoCode && !reason.empty())
    throw std::invalid_argument("a Close without a code has no reason either");
  if (reason.size() > kMostControl - 2 || !is_utf8(reason))
    throw std::invalid_argument("the reason of a Close is UTF-8, and has 123 bytes at the most");
  if (we_said_ || over_) return;
  we_said_ = true;
  close_ = close_payload(code, reason);
}

std::string_view Protocol::to_write() {
  if (written_ < going_.size()) return std::string_view(going_).substr(written_);
  clear_and_shrink(going_);
  written_ = 0;
  if (close_went_) return {};
  if (pong_) append(going_, Opcode::pong, *pong_);
  if (ping_) append(going_, Opcode::ping, *ping_);
  pong_.reset();
  ping_.reset();
  if (going_.empty()) {
    std::swap(going_, queue_);
  } else {
    going_ += queue_;
    clear_and_shrink(queue_);
  }
  if (close_) {
    append(going_, Opcode::close, *close_);
    close_went_ = true;
    close_.reset();
  }
  return going_;
}

void Protocol::append(std::string& out, Opcode opcode, std::string_view payload) {
  if (we_are_ == Role::client) {
    append_frame(out, opcode, payload, options_.key());
  } else {
    append_frame(out, opcode, payload);
  }
}

}  // namespace book::ws
