// Body: the body of an answer, as a stream of pieces, whichever way it ends.
//
//     length    [ 11 bytes ]                          "hello " "world"
//     chunks    [ 6;hello ;5;world;0; ]        ---->  "hello " "world"
//     close     [ hello world ] and the end           "hello " "world"
//
// A piece is what one read has brought, at most 8 KiB: so nothing is read ahead, and a million
// chunks of a byte each are a few hundred pieces. Each read counts for the budget of chapter 04's
// turns, whatever the connection is made of: a body that never ends does not keep the others
// waiting. Chapter 19 explains it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "04_io_executor/scheduler.h"
#include "17_io/bytes/buf_reader.h"
#include "17_io/http/chunked.h"
#include "17_io/http/response_head.h"
#include "19_web_crawler/wire.h"
#include "common/stream.h"

namespace book::crawl {

/// A Stream of std::string, none of them empty. It borrows the reader, which stands behind the body
/// after the last piece. Throws FetchError: broken_off when the connection ends before the body,
/// not_http for bad chunks, too_long when more than `most` bytes come, or are announced.
class Body {
 public:
  using Item = std::string;
  using Reader = BufReader<Wire&>;

  /// Of a body that is longer than it may be: nothing, or the beginning.
  enum class Longer : std::uint8_t { refused, cut };

  /// The body that `head` has announced.
  Body(Reader& reader, const http::ResponseHead& head, std::uint64_t most,
       Longer longer = Longer::refused);

  Poll<std::optional<std::string>> poll_next(Context& cx);
  bool is_terminated() const noexcept { return over_; }
  /// It was longer: the rest of it is still to come on the connection.
  bool is_cut() const noexcept { return cut_; }
  void forget(Direction direction, const Waker& waker) noexcept {
    reader_->forget(direction, waker);
  }

 private:
  void too_long();
  std::string take(std::string_view there);
  std::string take_chunks(std::string_view there);

  Reader* reader_;
  http::BodyEnd end_;
  std::uint64_t left_;  // of length: bytes to come; else: bytes that may still come
  http::ChunkedDecoder decoder_;
  TurnMark turn_;
  Longer longer_;
  bool over_, cut_ = false;
};

}  // namespace book::crawl
