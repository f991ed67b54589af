// Lines, and other things with a delimiter, out of a stream of bytes.
//
//     auto text = lines(stream, 1000);             // a Stream of std::string
//     for (;;) {
//       auto line = co_await next(text);
//       if (!line) break;
//       ...
//     }
//
//     "GE"   "T /\r\nHost: here\r\nAcc"   "ept: all"      pieces, as they come
//      +------+    |          |    +-----------+          lines, as you get them: without their
//       "GET /"    "Host: here"    "Accept: all"          "\n" or "\r\n"; the last may lack one
//
// Every future here can be dropped while it waits: what has come stays in the BufReader.
// Chapter 17 explains it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "09_streams/stream_step.h"
#include "17_io/bytes/buf_reader.h"

namespace book {

/// How long a line may be if you do not say.
inline constexpr std::size_t kLineLimit = 64 * 1024;

namespace detail {

template <class B>
PollItem<std::string> poll_line(B& reader, Context& cx, std::size_t limit) {
  const Poll<std::string_view> got = reader.poll_until(cx, '\n', limit, 1);  // 1: perhaps a '\r'
  if (got.is_pending()) return pending;
  std::string_view line = got.value();
  if (line.empty()) return PollItem<std::string>::ready();
  const std::size_t whole = line.size();
  if (line.ends_with('\n')) {
    line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
  }
  if (line.size() > limit) throw LineTooLong(limit);
  std::optional<std::string> text(std::in_place, line);
  reader.consume(whole);
  return PollItem<std::string>::ready(std::move(text));
}

struct FillOp {
  template <class B>
  Poll<std::string_view> operator()(B& reader, Context& cx) const {
    return reader.poll_fill(cx);
  }
};

struct UntilOp {
  char delimiter;
  std::size_t limit;
  template <class B>
  Poll<std::string> operator()(B& reader, Context& cx) const {
    const Poll<std::string_view> got = reader.poll_until(cx, delimiter, limit);
    if (got.is_pending()) return pending;
    std::string text(got.value());
    reader.consume(text.size());
    return Poll<std::string>::ready(std::move(text));
  }
};

struct LineOp {
  std::size_t limit;
  template <class B>
  PollItem<std::string> operator()(B& reader, Context& cx) const {
    return poll_line(reader, cx, limit);
  }
};

}  // namespace detail

/// A future of one such operation on a BufReader, which it borrows. Dropping it loses nothing.
template <class R, class Op>
using BufferedRead = IoOperation<BufReader<R>, Op>;

/// What lines(reader) gives. `B` is a reference when the BufReader is borrowed. An exception, such
/// as LineTooLong, is its end.
template <class B>
class [[nodiscard]] Lines {
 public:
  using Item = std::string;

  Lines(B&& reader, std::size_t limit) : reader_(std::forward<B>(reader)), limit_(limit) {}

  PollItem<std::string> poll_next(Context& cx) {
    pin_.enter();
    if (ended_) return PollItem<std::string>::ready();
    if (!place_) place_.emplace(reader_, Direction::read);
    ended_ = true;  // should it throw
    PollItem<std::string> line =
        place_->poll(cx, [&](auto& reader) { return detail::poll_line(reader, cx, limit_); });
    ended_ = line.is_ready() && !line.value();
    return line;
  }

  bool is_terminated() const noexcept { return ended_; }

 private:
  StreamPin pin_;  // place_ knows where reader_ is
  B reader_;
  std::size_t limit_;
  std::optional<IoPlace<std::remove_reference_t<B>>> place_;
  bool ended_ = false;
};

namespace detail {

template <class R>
inline constexpr bool kIsBufReader = false;
template <class R>
inline constexpr bool kIsBufReader<BufReader<R>> = true;

}  // namespace detail

/// A future of what is buffered, read first if nothing is; empty at the end. A view: it is valid
/// until the reader is polled again. Then consume() what you have used.
template <class R>
BufferedRead<R, detail::FillOp> fill(BufReader<R>& reader) {
  return {reader, Direction::read, {}};
}

/// A future of everything up to the next delimiter, with it; the rest when the stream ends before;
/// empty at the end. Throws LineTooLong when more than `limit` bytes come before the delimiter.
template <class R>
BufferedRead<R, detail::UntilOp> read_until(BufReader<R>& reader, char delimiter,
                                            std::size_t limit = kLineLimit) {
  return {reader, Direction::read, {delimiter, limit}};
}

/// A future of the next line, without its "\n" or "\r\n"; nothing at the end. Throws LineTooLong.
template <class R>
BufferedRead<R, detail::LineOp> read_line(BufReader<R>& reader, std::size_t limit = kLineLimit) {
  return {reader, Direction::read, {limit}};
}

/// All lines to come, as a stream of std::string: of a BufReader, or of any AsyncRead, which then
/// gets one; what that has read ahead goes with the lines when they are dropped. What is named is
/// borrowed, a temporary owned.
template <AsyncRead R>
auto lines(R&& reader, std::size_t limit = kLineLimit) {
  if constexpr (detail::kIsBufReader<std::remove_reference_t<R>>) {
    return Lines<R>(std::forward<R>(reader), limit);
  } else {
    return Lines<BufReader<R>>(BufReader<R>(std::forward<R>(reader)), limit);
  }
}

}  // namespace book
