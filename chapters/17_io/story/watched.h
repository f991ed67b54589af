// Watched: a stream around a stream, which counts what passes through and may tell of it. It is an
// AsyncRead and an AsyncWrite itself, so read, read_exact and write_all take it as they take a
// TcpStream. Chapter 17's program uses it to see the pieces that those put together.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "17_io/sockets/tcp.h"

namespace book::story {

struct Counts {
  std::size_t bytes = 0;
  std::size_t pieces = 0;  ///< calls that moved some
  std::size_t waits = 0;   ///< calls that had to wait
};

class Watched {
 public:
  /// With a `name`, each piece that is read is printed.
  Watched(TcpStream stream, Counts& in, Counts& out, const char* name = nullptr)
      : stream_(std::move(stream)), in_(&in), out_(&out), name_(name) {}

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    const Poll<std::size_t> got = count(*in_, stream_.poll_read(cx, buffer));
    if (name_ && got.is_ready() && got.value() > 0) {
      const std::string_view piece(buffer.data(), got.value());
      fmt::print("   {}  got {} bytes: \"{}\"\n", name_, piece.size(), piece);
    }
    return got;
  }
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    return count(*out_, stream_.poll_write(cx, bytes));
  }
  Poll<void> poll_flush(Context& cx) { return stream_.poll_flush(cx); }
  Poll<void> poll_close(Context& cx) { return stream_.poll_close(cx); }

  /// Whoever stops waiting here stops waiting inside.
  void forget(Direction direction, const Waker& waker) noexcept {
    stream_.forget(direction, waker);
  }

 private:
  static Poll<std::size_t> count(Counts& counts, Poll<std::size_t> moved) {
    if (moved.is_pending()) {
      ++counts.waits;
    } else if (moved.value() > 0) {
      ++counts.pieces;
      counts.bytes += moved.value();
    }
    return moved;
  }

  TcpStream stream_;
  Counts* in_;
  Counts* out_;
  const char* name_;
};

}  // namespace book::story
