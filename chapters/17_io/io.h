// Reading and writing bytes, whatever they come from: a socket, a pipe, a mock in a test.
//
//     AsyncRead    poll_read(cx, buffer)     how many bytes came; 0 is the end
//     AsyncWrite   poll_write(cx, bytes)     how many were taken, perhaps not all
//                  poll_flush(cx)            everything taken is on its way
//                  poll_close(cx)            and nothing more will follow
//
// On these stand the futures you await: read, read_exact, write_all. Both sides of a stream come in
// pieces of any size; read_exact and write_all put the pieces together. Chapter 17 explains it.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>

#include "common/future.h"
#include "common/io_source.h"

namespace book {

template <class T>
concept AsyncRead = requires(T& io, Context& cx, std::span<char> buffer) {
  { io.poll_read(cx, buffer) } -> std::same_as<Poll<std::size_t>>;
};

template <class T>
concept AsyncWrite = requires(T& io, Context& cx, std::span<const char> bytes) {
  { io.poll_write(cx, bytes) } -> std::same_as<Poll<std::size_t>>;
  { io.poll_flush(cx) } -> std::same_as<Poll<void>>;
  { io.poll_close(cx) } -> std::same_as<Poll<void>>;
};

/// The stream ended where more was needed.
class UnexpectedEnd : public std::runtime_error {
 public:
  UnexpectedEnd() : std::runtime_error("the stream ended in the middle of what was read") {}
};

namespace detail {

/// A future's wait for one direction of a stream. When the future is dropped while it waits, the
/// stream forgets its task, and another one may wait there. (What waits for nobody, such as a mock,
/// has no forget() and needs none.)
template <class T, Direction direction>
class Waiting {
 public:
  explicit Waiting(T& io) noexcept : io_(io) {}
  Waiting(Waiting&&) = default;
  Waiting& operator=(Waiting&&) = delete;
  ~Waiting() {
    if constexpr (requires { io_.forget(direction, waker_); }) {
      if (waker_) io_.forget(direction, waker_);
    }
  }

  T& io() noexcept { return io_; }
  void began(const Context& cx) {
    if (!waker_.will_wake(cx.waker())) waker_ = cx.waker();
  }
  void ended() noexcept { waker_ = Waker(); }

 private:
  T& io_;
  Waker waker_;
};

}  // namespace detail

/// What read(io, buffer) gives. Dropping it loses nothing: what was not read is still there.
template <AsyncRead R>
class [[nodiscard]] Read {
 public:
  using Output = std::size_t;

  Read(R& io, std::span<char> buffer) : wait_(io), buffer_(buffer) {}

  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    Poll<std::size_t> got = wait_.io().poll_read(cx, buffer_);
    if (got.is_pending()) return wait_.began(cx), pin_.pending();
    wait_.ended();
    return got;
  }

 private:
  detail::Waiting<R, Direction::read> wait_;
  std::span<char> buffer_;
  PinGuard pin_;
};

/// What read_exact(io, buffer) gives. Dropping it half-way loses what it has read so far.
template <AsyncRead R>
class [[nodiscard]] ReadExact {
 public:
  using Output = void;

  ReadExact(R& io, std::span<char> buffer) : wait_(io), rest_(buffer) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    while (!rest_.empty()) {
      Poll<std::size_t> got = wait_.io().poll_read(cx, rest_);
      if (got.is_pending()) return wait_.began(cx), pin_.pending();
      if (got.value() == 0) throw UnexpectedEnd();
      rest_ = rest_.subspan(got.value());
    }
    wait_.ended();
    return Poll<void>::ready();
  }

 private:
  detail::Waiting<R, Direction::read> wait_;
  std::span<char> rest_;
  PinGuard pin_;
};

/// What write_all(io, bytes) gives. Dropping it half-way leaves some of the bytes written.
template <AsyncWrite W>
class [[nodiscard]] WriteAll {
 public:
  using Output = void;

  WriteAll(W& io, std::span<const char> bytes) : wait_(io), rest_(bytes) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    while (!rest_.empty()) {
      Poll<std::size_t> taken = wait_.io().poll_write(cx, rest_);
      if (taken.is_pending()) return wait_.began(cx), pin_.pending();
      if (taken.value() == 0) throw UnexpectedEnd();
      rest_ = rest_.subspan(taken.value());
    }
    wait_.ended();
    return Poll<void>::ready();
  }

 private:
  detail::Waiting<W, Direction::write> wait_;
  std::span<const char> rest_;
  PinGuard pin_;
};

/// What stream.readable() gives.
template <class T>
class [[nodiscard]] Readable {
 public:
  using Output = void;

  explicit Readable(T& io) : wait_(io) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (wait_.io().poll_readable(cx).is_pending()) return wait_.began(cx), pin_.pending();
    wait_.ended();
    return Poll<void>::ready();
  }

 private:
  detail::Waiting<T, Direction::read> wait_;
  PinGuard pin_;
};

namespace detail {
struct ReadFn {
  template <AsyncRead R>
  Read<R> operator()(R& io, std::span<char> buffer) const {
    return {io, buffer};
  }
};
struct ReadExactFn {
  template <AsyncRead R>
  ReadExact<R> operator()(R& io, std::span<char> buffer) const {
    return {io, buffer};
  }
};
struct WriteAllFn {
  template <AsyncWrite W>
  WriteAll<W> operator()(W& io, std::string_view bytes) const {
    return {io, bytes};
  }
};
}  // namespace detail

/// Some bytes into `buffer`, as soon as there are any: how many, or 0 at the stream's end.
inline constexpr detail::ReadFn read{};
/// Fills all of `buffer`. Throws UnexpectedEnd when the stream ends before.
inline constexpr detail::ReadExactFn read_exact{};
/// Writes all of `bytes`, which have to stay alive until then.
inline constexpr detail::WriteAllFn write_all{};

}  // namespace book
