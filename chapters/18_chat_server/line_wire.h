// LineWire<S>: a member at the line door: a text line is a message, in both directions. So netcat
// is a client:
//
//     nc 127.0.0.1 7818
//
// A member that keeps silent is asked, in a line of its own, as IRC does it: any line, even an
// empty one, is an answer. Chapter 18 explains it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "17_io/bytes/io.h"
#include "17_io/bytes/lines.h"
#include "18_chat_server/pulse.h"
#include "18_chat_server/wire.h"

namespace book::chat {

/// Owns the connection.
template <class S>
class LineWire {
 public:
  /// Throws LineTooLong for a line of more than `most` bytes.
  LineWire(S stream, std::size_t most)
      : reader_(Pulse<S>(std::move(stream)), kBuffer), most_(most) {}

  auto receive() { return read_line(reader_, most_); }

  Async<> send(std::span<const Message> lines) {
    pieces_.clear();
    for (const Message& line : lines) pieces_.push_back(line.line());
    co_await write(pieces_);
  }

  Async<> ping() {
    static constexpr std::array<std::string_view, 1> kQuestion{"* still there? Press Enter\n"};
    co_await write(kQuestion);
  }

  /// Their last lines are read and thrown away: a connection that is closed with something unread
  /// in it is reset, and a reset destroys what we have just said.
  Async<> close(Why why) {
    const std::string_view words = last_words(why);
    const std::array<std::string_view, 3> line{whole_ ? "" : "\n", words,
                                               words.empty() ? "" : "\n"};
    co_await write_all_vectored(reader_.inner(), ConstBuffers(line));
    co_await book::close(reader_.inner());
    std::array<char, 512> unwanted;
    for (;;) {
      const std::size_t n = co_await read(reader_.inner(), unwanted);
      if (n == 0) break;
    }
  }

  Instant heard() const noexcept { return reader_.inner().heard(); }
  Instant moved() const noexcept { return reader_.inner().moved(); }

 private:
  Async<> write(ConstBuffers lines) {
    whole_ = false;  // should it be dropped in the middle of a line
    co_await write_all_vectored(reader_.inner(), lines);
    whole_ = true;
  }

  static constexpr std::size_t kBuffer = 256;  // most lines are short, and most members silent

  BufReader<Pulse<S>> reader_;
  std::vector<std::string_view> pieces_;
  std::size_t most_;
  bool whole_ = true;  ///< what was sent ends with a line
};

}  // namespace book::chat
