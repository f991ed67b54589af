// BufReader: an AsyncRead that reads ahead, so that small reads, and looking for the end of a line,
// do not cost a system call each.
//
//      consumed      buffered(): has come, is still yours        room
//     [ . . . . . . | G E T   /   H T T P / 1 . 1 \r \n H o s | . . . . . . ]
//                   ^ consume(n) moves this on                ^ poll_fill reads here
//
// What has come stays in the buffer until it is consumed. So a future that looks for more
// than there is yet (read_until, a line: lines.h) can be dropped, and nothing is lost.
// Chapter 17 explains it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "04_io_executor/async_fd.h"
#include "17_io/bytes/io.h"

namespace book {

/// A line, or whatever ends with a delimiter, is longer than its reader was ready to keep.
class LineTooLong : public std::runtime_error {
 public:
  explicit LineTooLong(std::size_t limit)
      : std::runtime_error("a line is longer than the limit of " + std::to_string(limit) +
                           " bytes") {}
};

/// `R` is a reference when the stream is borrowed: BufReader reader(stream) borrows,
/// BufReader reader(std::move(stream)) owns.
template <class R>
class BufReader {
 public:
  static constexpr std::size_t kCapacity = 8192;

  /// The buffer is made when it is first needed, and grows only for a long line.
  explicit BufReader(R&& reader, std::size_t capacity = kCapacity)
      : reader_(std::forward<R>(reader)), capacity_(capacity) {
    if (capacity == 0) throw std::invalid_argument("a BufReader without a buffer");
  }

  /// What has come and was not consumed. Valid until the next poll.
  std::string_view buffered() const noexcept { return {bytes_.data() + first_, last_ - first_}; }

  /// buffered(), after a read if there was nothing in it. Empty means the end.
  Poll<std::string_view> poll_fill(Context& cx) {
    if (gives_way()) return AsyncFd::yield(cx);
    if (first_ == last_ && poll_more(cx).is_pending()) return pending;
    return buffered();
  }

  /// The first `n` bytes of buffered() are done with. Throws std::out_of_range beyond them.
  void consume(std::size_t n) {
    if (n > last_ - first_) throw std::out_of_range("BufReader::consume: so much is not there");
    first_ += n;
    searched_ -= std::min(n, searched_);
  }

  /// Reads until there is a `delimiter`: everything up to it and with it, or, when the stream ends
  /// before, all the rest. Consumes nothing. Throws LineTooLong when more than `limit` + `slack`
  /// bytes come before the delimiter; they stay where they are, and the buffer never grows to more
  /// than twice as many.
  Poll<std::string_view> poll_until(Context& cx, char delimiter, std::size_t limit,
                                    std::size_t slack = 0) {
    if (gives_way()) return AsyncFd::yield(cx);
    if (std::exchange(searched_for_, delimiter) != delimiter) searched_ = 0;
    for (;;) {
      const std::string_view there = buffered();
      const std::size_t found = there.find(delimiter, searched_);
      const bool complete = found != std::string_view::npos;
      const std::size_t length = complete ? found : there.size();
      if (length > limit && length - limit > slack) throw LineTooLong(limit);
      if (complete) return there.substr(0, found + 1);
      searched_ = there.size();  // a long line is not searched again from its start
      const Poll<std::size_t> more = poll_more(cx);
      if (more.is_pending()) return pending;
      if (more.value() == 0) return buffered();
    }
  }

  /// AsyncRead. A read as large as the buffer goes past it when it is empty.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> into) {
    if (into.empty()) return std::size_t{0};
    if (first_ == last_ && into.size() >= capacity_) return reader_.poll_read(cx, into);
    const Poll<std::string_view> there = poll_fill(cx);
    if (there.is_pending()) return pending;
    const std::size_t n = there.value().copy(into.data(), into.size());
    consume(n);
    return n;
  }

  /// The stream inside: for writing to it. To read from it is to miss what is buffered.
  std::remove_reference_t<R>& inner() noexcept { return reader_; }
  const std::remove_reference_t<R>& inner() const noexcept { return reader_; }

  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept {
    if constexpr (requires { reader_.forget(direction, waker); }) reader_.forget(direction, waker);
  }

 private:
  /// What is buffered costs no call, and there may be a thousand lines of it: each counts as one,
  /// or a peer that sends without a pause would have the thread for all of them.
  bool gives_way() noexcept { return first_ != last_ && turn_.is_over(); }

  /// One read behind what is there: how much came. 0 is the end.
  Poll<std::size_t> poll_more(Context& cx) {
    if (last_ == bytes_.size() || first_ == last_) make_room();
    const std::span<char> room = std::span<char>(bytes_).subspan(last_);
    const Poll<std::size_t> got = reader_.poll_read(cx, room);
    if (got.is_ready()) last_ += detail::checked(got.value(), room.size());
    return got;
  }

  void make_room() {
    const std::size_t kept = last_ - first_;
    if (kept == 0 && bytes_.size() != capacity_) {
      bytes_ = std::vector<char>(capacity_);  // the first one, or after a long line a small one
    } else if (kept > 0 && first_ == 0) {
      bytes_.resize(2 * bytes_.size());
    } else if (kept > 0) {
      std::memmove(bytes_.data(), bytes_.data() + first_, kept);
    }
    first_ = 0;
    last_ = kept;
  }

  R reader_;
  std::size_t capacity_;
  std::vector<char> bytes_;
  std::size_t first_ = 0, last_ = 0;  ///< buffered() is what lies between
  std::size_t searched_ = 0;          ///< so much of it holds no searched_for_
  char searched_for_ = '\n';
  TurnMark turn_;
};

template <class R>
BufReader(R&&, std::size_t = 0) -> BufReader<R>;

}  // namespace book
