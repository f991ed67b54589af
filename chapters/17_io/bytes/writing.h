// The futures that write: write, write_all, write_all_vectored. io.h has the whole list.
//
//     write_all_vectored     "HTTP/1.1 200 OK..."  "<html>..."  "\n"
//                             ^^^^ went  ^^^^^^^^ rest() begins inside a piece: offset
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "04_io_executor/io_place.h"
#include "17_io/bytes/io_concepts.h"
#include "common/future.h"

namespace book {

/// The pieces in one call, if the stream can do that; otherwise the first of them that is not
/// empty. For polls: what you await is write_all_vectored.
template <AsyncWrite W>
Poll<std::size_t> poll_write_vectored(W& io, Context& cx, ConstBuffers pieces) {
  if constexpr (VectoredWrite<W>) {
    return io.poll_write_vectored(cx, pieces);
  } else {
    for (const std::string_view piece : pieces) {
      if (!piece.empty()) return io.poll_write(cx, piece);
    }
    return std::size_t{0};
  }
}

namespace detail {

template <class Bytes>
struct WriteOp {
  Bytes bytes;
  Poll<std::size_t> operator()(auto& io, Context& cx) const {
    return io.poll_write(cx, std::string_view(bytes));
  }
};

template <class Bytes>
struct WriteAllOp {
  Bytes bytes;
  std::size_t written = 0;

  Poll<void> operator()(auto& io, Context& cx) {
    // Made anew at each poll: the bytes may have moved, with the future, before the first one.
    std::string_view rest(bytes);
    rest.remove_prefix(written);
    while (!rest.empty()) {
      const Poll<std::size_t> taken = io.poll_write(cx, rest);
      if (taken.is_pending()) return pending;
      if (taken.value() == 0) throw UnexpectedEnd(Direction::write);
      const std::size_t n = checked(taken.value(), rest.size());
      rest.remove_prefix(n);
      written += n;
    }
    return Poll<void>::ready();
  }
};

template <class List>
struct WriteAllVectoredOp {
  static constexpr std::size_t kAtOnce = 16;

  List pieces;
  std::size_t first = 0;   ///< so many pieces have gone
  std::size_t offset = 0;  ///< and so much of the next one

  Poll<void> operator()(auto& io, Context& cx) {
    for (;;) {
      advance(0);
      if (rest().empty()) return Poll<void>::ready();
      // The first piece may have gone in part: hand on a list that begins with what is left of it.
      std::array<std::string_view, kAtOnce> list;
      const auto some = rest().first(std::min(rest().size(), kAtOnce));
      std::copy(some.begin(), some.end(), list.begin());
      list[0].remove_prefix(offset);
      std::size_t asked = 0;
      for (std::size_t i = 0; i < some.size(); ++i) asked += list[i].size();
      const Poll<std::size_t> taken =
          poll_write_vectored(io, cx, ConstBuffers(list).first(some.size()));
      if (taken.is_pending()) return pending;
      if (taken.value() == 0) throw UnexpectedEnd(Direction::write);
      advance(checked(taken.value(), asked));
    }
  }

  ConstBuffers rest() const noexcept { return ConstBuffers(pieces).subspan(first); }

  /// Passes over what has gone, and over pieces that are empty.
  void advance(std::size_t bytes) noexcept {
    offset += bytes;
    while (!rest().empty() && offset >= rest().front().size()) {
      offset -= rest().front().size();
      first += 1;
    }
  }
};

}  // namespace detail

/// What write(io, bytes) gives. Dropping it loses nothing: it was written, or it was not. `Bytes`
/// is a view of yours, or a std::string that the future owns.
template <AsyncWrite W, class Bytes = std::string_view>
using Write = IoOperation<W, detail::WriteOp<Bytes>>;

/// What write_all(io, bytes) gives. Dropping it half-way leaves some of the bytes written.
template <AsyncWrite W, class Bytes = std::string_view>
using WriteAll = IoOperation<W, detail::WriteAllOp<Bytes>>;

/// What write_all_vectored(io, pieces) gives. Dropping it half-way leaves some of them written.
template <AsyncWrite W, class List = ConstBuffers>
using WriteAllVectored = IoOperation<W, detail::WriteAllVectoredOp<List>>;

namespace detail {
struct WriteFn {
  template <AsyncWrite W>
  Write<W> operator()(W& io, std::string_view bytes) const {
    return {io, Direction::write, {bytes}};
  }
  template <AsyncWrite W, OwnedBytes Bytes>
  Write<W, Bytes> operator()(W& io, Bytes&& bytes) const {
    return {io, Direction::write, {std::forward<Bytes>(bytes)}};
  }
};
}  // namespace detail

/// As many of `bytes` as the stream takes now, at least one: how many. 0: it takes no more. (A
/// function object, since unistd.h has a function of this name.)
inline constexpr detail::WriteFn write{};

/// Writes all of `bytes`, which have to stay alive until then; a temporary std::string is kept by
/// the future, as in all of these. Throws UnexpectedEnd when the stream takes no more.
template <AsyncWrite W>
WriteAll<W> write_all(W& io, std::string_view bytes) {
  return {io, Direction::write, {bytes}};
}
template <AsyncWrite W, OwnedBytes Bytes>
WriteAll<W, Bytes> write_all(W& io, Bytes&& bytes) {
  return {io, Direction::write, {std::forward<Bytes>(bytes)}};
}

/// Writes all pieces, one after the other: std::array{head, body} for instance. The bytes have to
/// stay alive until then, and the list, unless it is a temporary. Throws UnexpectedEnd when the
/// stream takes no more.
template <AsyncWrite W>
WriteAllVectored<W> write_all_vectored(W& io, ConstBuffers pieces) {
  return {io, Direction::write, {pieces}};
}
template <AsyncWrite W, OwnedBuffers List>
WriteAllVectored<W, List> write_all_vectored(W& io, List&& pieces) {
  return {io, Direction::write, {std::forward<List>(pieces)}};
}

}  // namespace book
