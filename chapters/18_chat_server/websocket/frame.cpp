#include "18_chat_server/websocket/frame.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace book::ws {

MaskKey random_key() {
  MaskKey key;
  // So few bytes come whole, and are not interrupted by a signal.
  if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
    throw std::system_error(errno, std::system_category(), "getrandom");
  return key;
}

void mask(std::span<char> bytes, const MaskKey& key, std::uint64_t at) noexcept {
  std::array<unsigned char, 8> turned;  // the key from byte `at` on, twice: eight bytes a step
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = key[(at + i) % 4];
  std::uint64_t eight_of_key;
  std::memcpy(&eight_of_key, turned.data(), 8);
  std::size_t i = 0;
  for (std::uint64_t eight; bytes.size() - i >= 8; i += 8) {
    std::memcpy(&eight, bytes.data() + i, 8);
    eight ^= eight_of_key;
    std::memcpy(bytes.data() + i, &eight, 8);
  }
  for (; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ turned[i % 8]);
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  const std::optional<MaskKey>& key, bool last) {
  const std::uint64_t length = payload.size();
  const unsigned masked = key ? 0x80 : 0;
  const auto put = [&](std::uint64_t byte) { out += static_cast<char>(byte & 0xff); };
  put(static_cast<unsigned>(opcode) | (last ? 0x80 : 0));
  int shift = 0;
  if (length <= 125) {
    put(masked | length);
  } else if (length <= 0xffff) {
    put(masked | 126);
    shift = 16;
  } else {
    put(masked | 127);
    shift = 64;
  }
  while (shift > 0) put(length >> (shift -= 8));
  if (key) out.append(reinterpret_cast<const char*>(key->data()), key->size());
  out.append(payload);
  if (key) mask(std::span<char>(out).last(payload.size()), *key);
}

std::size_t FrameReader::read_head(std::string_view bytes) noexcept {
  std::size_t used = 0;
  while (used < bytes.size() && !fault_ && !has_head()) {
    head_[have_++] = static_cast<unsigned char>(bytes[used++]);
    if (have_ == 1) look_at_first();
    if (have_ == 2) look_at_second();
    if (have_ >= 2 && have_ == 2 + extended()) look_at_length();
    if (has_head()) look_at_key();
  }
  return used;
}

void FrameReader::look_at_first() noexcept {
  const unsigned code = head_[0] & 0x0f;
  if ((head_[0] & 0x70) != 0) return fail("a reserved bit is set, and no extension was agreed on");
  if ((code > 2 && code < 8) || code > 10) return fail("an opcode that means nothing");
  if (is_control(opcode()) && !is_last()) fail("a control frame in fragments");
}

void FrameReader::look_at_second() noexcept {
  const bool masked = (head_[1] & 0x80) != 0;
  if (masked != (we_are_ == Role::server))
    return fail(masked ? "a server's frame with a mask" : "a client's frame without a mask");
  if (is_control(opcode()) && (head_[1] & 0x7f) > kMostControl)
    return fail("a control frame of more than 125 bytes");
  need_ = static_cast<std::uint8_t>(2 + extended() + (masked ? key_.size() : 0));
}

std::size_t FrameReader::extended() const noexcept {
  const unsigned length = head_[1] & 0x7f;
  return length < 126 ? 0 : length == 126 ? 2 : 8;
}

void FrameReader::look_at_length() noexcept {
  if (fault_) return;
  read_ = 0;
  length_ = head_[1] & 0x7f;
  if (extended() == 0) return;
  length_ = 0;
  for (std::size_t i = 0; i < extended(); ++i) length_ = length_ << 8 | head_[2 + i];
  if (length_ < (extended() == 2 ? 126u : 0x10000u))
    return fail("a length in more bytes than it needs");
  if (length_ >> 63 != 0) fail("a length of 64 bits: it has 63");
}

void FrameReader::look_at_key() noexcept {
  if (we_are_ == Role::server) std::copy_n(head_.begin() + need_ - 4, 4, key_.begin());
}

std::size_t FrameReader::read_payload(std::string_view bytes, std::string& payload) {
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left(), bytes.size()));
  payload.append(bytes.substr(0, n));
  if (we_are_ == Role::server) mask(std::span<char>(payload).last(n), key_, read_);
  read_ += n;
  return n;
}

}  // namespace book::ws
