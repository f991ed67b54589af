// split(stream): a half to read with and a half to write with, for two tasks, or two branches of a
// join.
//
//     auto halves = split(stream);              // borrowed: the stream stays yours
//     auto halves = split(std::move(stream));   // owned: each half goes where it likes
//     auto& [reader, writer] = halves;
//
//                      .--> ReadHalf    poll_read                        reads on
//     TcpStream ------+                                                     |  both gone: closed
//                      '--> WriteHalf   poll_write, poll_flush, ...      gone: the other side
//                                                                        reads the end
//
// A socket has two directions that know nothing of each other, so the halves need no lock; both
// stay on the stream's thread. A destructor cannot await: a stream whose poll_close may wait (one
// that collects before it writes) is closed by `co_await close(writer)` first. Chapter 17 explains
// it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "17_io/bytes/io_concepts.h"
#include "common/waker.h"

namespace book {
namespace detail {

/// How a half holds the stream: shared with the other half, or borrowed.
template <class S>
using HeldStream = std::conditional_t<std::is_lvalue_reference_v<S>, std::remove_reference_t<S>*,
                                      std::shared_ptr<std::remove_reference_t<S>>>;

}  // namespace detail

/// The reading half. `S` is a reference when the stream is borrowed.
template <class S>
class ReadHalf {
 public:
  using Stream = std::remove_reference_t<S>;

  explicit ReadHalf(detail::HeldStream<S> stream) noexcept : stream_(std::move(stream)) {}

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    return stream_->poll_read(cx, buffer);
  }
  auto readable() & requires requires(Stream& stream) { stream.readable(); }
  { return stream_->readable(); }
  void forget(Direction direction, const Waker& waker) noexcept {
    if constexpr (requires { stream_->forget(direction, waker); })
      stream_->forget(direction, waker);
  }

  Stream& stream() const noexcept { return *stream_; }

 private:
  template <class T>
  friend class WriteHalf;

  detail::HeldStream<S> stream_;
};

/// The writing half. When an owned one is destroyed, and the reading half lives on, it closes its
/// direction: the other side reads the end, after what was written.
template <class S>
class WriteHalf {
 public:
  using Stream = std::remove_reference_t<S>;

  explicit WriteHalf(detail::HeldStream<S> stream) noexcept : stream_(std::move(stream)) {}
  WriteHalf(WriteHalf&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
  WriteHalf& operator=(WriteHalf other) noexcept {
    std::swap(stream_, other.stream_);
    return *this;
  }
  ~WriteHalf() {
    if constexpr (!std::is_lvalue_reference_v<S>) {
      if (stream_ && stream_.use_count() > 1) close_now();
    }
  }

  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    return stream_->poll_write(cx, bytes);
  }
  Poll<std::size_t> poll_write_vectored(Context& cx,
                                        ConstBuffers pieces) requires VectoredWrite<Stream> {
    return stream_->poll_write_vectored(cx, pieces);
  }
  Poll<void> poll_flush(Context& cx) { return stream_->poll_flush(cx); }
  Poll<void> poll_close(Context& cx) { return stream_->poll_close(cx); }
  void forget(Direction direction, const Waker& waker) noexcept {
    if constexpr (requires { stream_->forget(direction, waker); })
      stream_->forget(direction, waker);
  }

  Stream& stream() const noexcept { return *stream_; }

  /// Makes one stream of two owned halves again. Throws std::logic_error when they are halves of
  /// different streams.
  Stream reunite(ReadHalf<S>&& reader) && requires(!std::is_lvalue_reference_v<S>) {
    if (!stream_ || reader.stream_ != stream_)
      throw std::logic_error("reunite: these are halves of different streams");
    reader.stream_.reset();
    return std::move(*std::exchange(stream_, nullptr));
  }

 private:
  void close_now() noexcept {
    const Waker nobody = Waker::noop();
    Context cx(nobody);
    try {
      if (stream_->poll_close(cx).is_pending()) forget(Direction::write, nobody);
    } catch (...) {
      // The connection is broken already: the other side has its end.
    }
  }

  detail::HeldStream<S> stream_;
};

namespace detail {
struct SplitFn {
  template <class S>
  requires AsyncRead<std::remove_reference_t<S>> && AsyncWrite<std::remove_reference_t<S>>
  auto operator()(S&& stream) const {
    HeldStream<S> held = [&] {
      if constexpr (std::is_lvalue_reference_v<S>) {
        return &stream;
      } else {
        return std::make_shared<S>(std::forward<S>(stream));
      }
    }();
    return std::pair<ReadHalf<S>, WriteHalf<S>>(ReadHalf<S>(held), WriteHalf<S>(held));
  }
};
}  // namespace detail

/// The two halves of a stream: std::pair{ReadHalf, WriteHalf}. A stream with a name is borrowed and
/// has to outlive them; a temporary, or std::move(stream), is owned by both.
inline constexpr detail::SplitFn split{};

}  // namespace book
