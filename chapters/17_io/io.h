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

#include "04_io_executor/async_fd.h"
#include "common/future.h"

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

/// What read(io, buffer) gives. Dropping it loses nothing: what was not read is still there.
template <AsyncRead R>
class [[nodiscard]] Read {
 public:
  using Output = std::size_t;

  Read(R& io, std::span<char> buffer) : place_(io, Direction::read), buffer_(buffer) {}

  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    Poll<std::size_t> got = place_.io().poll_read(cx, buffer_);
    if (got.is_pending()) {
      place_.stay(cx);
      return pin_.pending();
    }
    place_.leave();
    return got;
  }

 private:
  PinGuard pin_;  // first: a move that it refuses leaves the rest alone
  IoPlace<R> place_;
  std::span<char> buffer_;
};

/// What read_exact(io, buffer) gives. Dropping it half-way loses what it has read so far.
template <AsyncRead R>
class [[nodiscard]] ReadExact {
 public:
  using Output = void;

  ReadExact(R& io, std::span<char> buffer) : place_(io, Direction::read), rest_(buffer) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    while (!rest_.empty()) {
      Poll<std::size_t> got = place_.io().poll_read(cx, rest_);
      if (got.is_pending()) {
        place_.stay(cx);
        return pin_.pending();
      }
      if (got.value() == 0) throw UnexpectedEnd();
      rest_ = rest_.subspan(got.value());
    }
    place_.leave();
    return Poll<void>::ready();
  }

 private:
  PinGuard pin_;  // first: a move that it refuses leaves the rest alone
  IoPlace<R> place_;
  std::span<char> rest_;
};

/// What write_all(io, bytes) gives. Dropping it half-way leaves some of the bytes written.
template <AsyncWrite W>
class [[nodiscard]] WriteAll {
 public:
  using Output = void;

  WriteAll(W& io, std::span<const char> bytes) : place_(io, Direction::write), rest_(bytes) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    while (!rest_.empty()) {
      Poll<std::size_t> taken = place_.io().poll_write(cx, rest_);
      if (taken.is_pending()) {
        place_.stay(cx);
        return pin_.pending();
      }
      if (taken.value() == 0) throw UnexpectedEnd();
      rest_ = rest_.subspan(taken.value());
    }
    place_.leave();
    return Poll<void>::ready();
  }

 private:
  PinGuard pin_;  // first: a move that it refuses leaves the rest alone
  IoPlace<W> place_;
  std::span<const char> rest_;
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
