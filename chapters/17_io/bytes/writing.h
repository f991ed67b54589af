// The futures that write: write, write_all, write_all_vectored. io.h has the whole list.
//
//     write_all_vectored     "HTTP/1.1 200 OK..."  "<html>..."  "\n"
//                             ^^^^ went  ^^^^^^^^ rest_ begins inside a piece: offset_
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "04_io_executor/async_fd.h"
#include "17_io/bytes/io_concepts.h"
#include "common/future.h"

namespace book {

/// What write(io, bytes) gives. Dropping it loses nothing: it was written, or it was not. `Bytes`
/// is a view of yours, or a std::string that the future owns.
template <AsyncWrite W, class Bytes = std::string_view>
class [[nodiscard]] Write : PinnedOncePolled {
 public:
  using Output = std::size_t;

  Write(W& io, Bytes bytes) : place_(io, Direction::write), bytes_(std::move(bytes)) {}

  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    Poll<std::size_t> taken = place_.io().poll_write(cx, std::string_view(bytes_));
    if (taken.is_pending()) {
      place_.stay(cx);
      return pin_.pending();
    }
    place_.leave();
    return taken;
  }

 private:
  IoPlace<W> place_;
  Bytes bytes_;
};

/// What write_all(io, bytes) gives. Dropping it half-way leaves some of the bytes written.
template <AsyncWrite W, class Bytes = std::string_view>
class [[nodiscard]] WriteAll : PinnedOncePolled {
 public:
  using Output = void;

  WriteAll(W& io, Bytes bytes) : place_(io, Direction::write), bytes_(std::move(bytes)) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    for (;;) {
      // Made anew at each poll: the bytes may have moved, with the future, before the first one.
      const std::string_view rest = std::string_view(bytes_).substr(written_);
      if (rest.empty()) break;
      Poll<std::size_t> taken = place_.io().poll_write(cx, rest);
      if (taken.is_pending()) {
        place_.stay(cx);
        return pin_.pending();
      }
      if (taken.value() == 0) throw UnexpectedEnd(Direction::write);
      written_ += taken.value();
    }
    place_.leave();
    return Poll<void>::ready();
  }

 private:
  IoPlace<W> place_;
  Bytes bytes_;
  std::size_t written_ = 0;
};

namespace detail {
struct PollWriteVectoredFn {
  template <AsyncWrite W>
  Poll<std::size_t> operator()(W& io, Context& cx, Pieces pieces) const {
    if constexpr (VectoredWrite<W>) {
      return io.poll_write_vectored(cx, pieces);
    } else {
      for (const std::string_view piece : pieces) {
        if (!piece.empty()) return io.poll_write(cx, piece);
      }
      return std::size_t{0};
    }
  }
};
}  // namespace detail

/// The pieces in one call, if the stream can do that; otherwise the first of them that is not
/// empty. For polls: what you await is write_all_vectored.
inline constexpr detail::PollWriteVectoredFn poll_write_vectored{};

/// What write_all_vectored(io, pieces) gives. Dropping it half-way leaves some of them written.
template <AsyncWrite W, class List = Pieces>
class [[nodiscard]] WriteAllVectored : PinnedOncePolled {
 public:
  using Output = void;

  WriteAllVectored(W& io, List pieces) : place_(io, Direction::write), pieces_(std::move(pieces)) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    for (;;) {
      went(0);
      if (rest().empty()) break;
      // The first piece may have gone in part: hand on a list that begins with what is left of it.
      std::array<std::string_view, kAtOnce> list;
      const auto some = rest().first(std::min(rest().size(), kAtOnce));
      std::copy(some.begin(), some.end(), list.begin());
      list[0].remove_prefix(offset_);
      Poll<std::size_t> taken =
          poll_write_vectored(place_.io(), cx, Pieces(list).first(some.size()));
      if (taken.is_pending()) {
        place_.stay(cx);
        return pin_.pending();
      }
      if (taken.value() == 0) throw UnexpectedEnd(Direction::write);
      went(taken.value());
    }
    place_.leave();
    return Poll<void>::ready();
  }

 private:
  static constexpr std::size_t kAtOnce = 16;

  /// Passes over what has gone, and over pieces that are empty.
  void went(std::size_t bytes) {
    offset_ += bytes;
    while (!rest().empty() && offset_ >= rest().front().size()) {
      offset_ -= rest().front().size();
      first_ += 1;
    }
  }
  Pieces rest() const noexcept { return Pieces(pieces_).subspan(first_); }

  IoPlace<W> place_;
  List pieces_;
  std::size_t first_ = 0;   ///< so many pieces have gone
  std::size_t offset_ = 0;  ///< and so much of the next one
};

namespace detail {
struct WriteFn {
  template <AsyncWrite W>
  Write<W> operator()(W& io, std::string_view bytes) const {
    return {io, bytes};
  }
  template <AsyncWrite W, OwnedBytes Bytes>
  Write<W, Bytes> operator()(W& io, Bytes&& bytes) const {
    return {io, std::move(bytes)};
  }
};
struct WriteAllFn {
  template <AsyncWrite W>
  WriteAll<W> operator()(W& io, std::string_view bytes) const {
    return {io, bytes};
  }
  template <AsyncWrite W, OwnedBytes Bytes>
  WriteAll<W, Bytes> operator()(W& io, Bytes&& bytes) const {
    return {io, std::move(bytes)};
  }
};
struct WriteAllVectoredFn {
  template <AsyncWrite W>
  WriteAllVectored<W> operator()(W& io, Pieces pieces) const {
    return {io, pieces};
  }
  template <AsyncWrite W, OwnedPieces List>
  WriteAllVectored<W, List> operator()(W& io, List&& pieces) const {
    return {io, std::move(pieces)};
  }
};
}  // namespace detail

/// As many of `bytes` as the stream takes now, at least one: how many. 0: it takes no more.
inline constexpr detail::WriteFn write{};
/// Writes all of `bytes`, which have to stay alive until then; a temporary std::string is kept by
/// the future, as in all of these. Throws UnexpectedEnd when the stream takes no more.
inline constexpr detail::WriteAllFn write_all{};
/// Writes all pieces, one after the other: std::array{head, body} for instance. The bytes have to
/// stay alive until then, and the list, unless it is a temporary. Throws UnexpectedEnd when the
/// stream takes no more.
inline constexpr detail::WriteAllVectoredFn write_all_vectored{};

}  // namespace book
