// Reading into, and writing from, buffers that are borrowed for as long as there is something in
// them.
//
// Unlike read() and write_all(), these two do not ask the stream to forget them when they are
// dropped: they are awaited by the task that owns the stream, and go when it goes.
#pragma once

#include <cstddef>

#include "17_io/io.h"
#include "20_web_server/buffers.h"
#include "common/future.h"

namespace book::http {

/// What fill(stream, input) gives.
template <AsyncRead R>
class [[nodiscard]] Fill {
 public:
  using Output = std::size_t;

  Fill(R& io, InputBuffer& input) : io_(io), input_(input) {}

  /// The buffer is borrowed at each poll, and given back when the poll brought nothing.
  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    Poll<std::size_t> got = io_.poll_read(cx, input_.room());
    if (got.is_ready()) input_.filled(got.value());
    input_.give_back_if_empty();
    if (got.is_pending()) return pin_.pending();
    return got;
  }

 private:
  R& io_;
  InputBuffer& input_;
  PinGuard pin_;
};

/// What flush(stream, output) gives.
template <AsyncWrite W>
class [[nodiscard]] Flush {
 public:
  using Output = void;

  Flush(W& io, OutputBuffer& output) : io_(io), output_(output) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    while (!output_.empty()) {
      Poll<std::size_t> taken = io_.poll_write(cx, output_.bytes());
      if (taken.is_pending()) return pin_.pending();
      if (taken.value() == 0) throw UnexpectedEnd();
      output_.consume(taken.value());
    }
    output_.give_back();
    return Poll<void>::ready();
  }

 private:
  W& io_;
  OutputBuffer& output_;
  PinGuard pin_;
};

/// Reads once into `input`: how many bytes came, or 0 at the end. To wait holds no buffer.
template <AsyncRead R>
Fill<R> fill(R& io, InputBuffer& input) {
  return {io, input};
}

/// Writes all of `output`, and gives its buffer back.
template <AsyncWrite W>
Flush<W> flush(W& io, OutputBuffer& output) {
  return {io, output};
}

}  // namespace book::http
