#include "17_io/ends/duplex.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "common/reactor/wake_round.h"
#include "common/wake_or_report.h"

namespace book {
namespace detail {

/// One direction: a ring of bytes between a writer and a reader.
class DuplexPipe {
 public:
  explicit DuplexPipe(std::size_t capacity)
      : ring_(std::make_unique<char[]>(capacity)), capacity_(capacity) {}

  Poll<std::size_t> read(Context& cx, std::span<char> buffer) {
    if (buffer.empty()) return std::size_t{0};
    if (wait_for_bytes(cx).is_pending()) return pending;
    const std::size_t n = std::min(buffer.size(), size_);
    const std::size_t before_the_seam = std::min(n, capacity_ - first_);
    std::copy_n(ring_.get() + first_, before_the_seam, buffer.data());
    std::copy_n(ring_.get(), n - before_the_seam, buffer.data() + before_the_seam);
    first_ = (first_ + n) % capacity_;
    size_ -= n;
    if (n > 0) wake(writer_);
    return n;
  }

  /// Ready when there are bytes, or the end.
  Poll<void> wait_for_bytes(Context& cx) {
    if (size_ > 0 || ended_) return Poll<void>::ready();
    stay(cx, reader_, "bytes from the other side of a duplex");
    return pending;
  }

  Poll<std::size_t> write(Context& cx, std::span<const char> bytes) {
    if (ended_ || reader_gone_)
      throw std::system_error(EPIPE, std::system_category(), "write to a duplex");
    if (bytes.empty()) return std::size_t{0};
    if (size_ == capacity_) {
      stay(cx, writer_, "room in a duplex");
      return pending;
    }
    const std::size_t n = std::min(bytes.size(), capacity_ - size_);
    const std::size_t end = (first_ + size_) % capacity_;
    const std::size_t before_the_seam = std::min(n, capacity_ - end);
    std::copy_n(bytes.data(), before_the_seam, ring_.get() + end);
    std::copy_n(bytes.data() + before_the_seam, n - before_the_seam, ring_.get());
    size_ += n;
    wake(reader_);
    return n;
  }

  void end() {
    ended_ = true;
    WakeRound round;
    round.fire(std::exchange(writer_, {}).waker);
    round.fire(std::exchange(reader_, {}).waker);
    round.end();
  }

  void reader_leaves() {
    reader_gone_ = true;
    reader_ = {};
    ring_.reset();
    capacity_ = size_ = 0;
    wake(writer_);
  }

  void forget(Direction direction, const Waker& waker) noexcept {
    Place& place = direction == Direction::read ? reader_ : writer_;
    if (!place.waker.will_wake(waker)) return;
    // Perhaps another future of the same task waits here, too, and has no waker any more.
    if (std::exchange(place, {}).shared) wake_or_report([&] { waker.wake_by_ref(); });
  }

 private:
  struct Place {
    Waker waker{};
    bool shared = false;  ///< stored more than once: perhaps by two futures of one task
  };

  static void stay(Context& cx, Place& place, const char* why) {
    if (place.waker && !place.waker.will_wake(cx.waker()))
      throw std::logic_error("a duplex: another task waits for the same direction already");
    place.shared = bool(place.waker);
    cx.store(place.waker, why);
  }
  static void wake(Place& place) { std::exchange(place, {}).waker.wake(); }

  std::unique_ptr<char[]> ring_;
  std::size_t capacity_;
  std::size_t first_ = 0, size_ = 0;
  Place reader_, writer_;  // who waits for bytes, and who for room
  bool ended_ = false, reader_gone_ = false;
};

std::pair<DuplexStream, DuplexStream> DuplexFn::operator()(std::size_t capacity) const {
  if (capacity == 0) throw std::invalid_argument("duplex(0) would never pass a byte on");
  auto there = std::make_shared<DuplexPipe>(capacity);
  auto back = std::make_shared<DuplexPipe>(capacity);
  return {DuplexStream(back, there), DuplexStream(there, back)};
}

}  // namespace detail

DuplexStream::DuplexStream(std::shared_ptr<detail::DuplexPipe> in,
                           std::shared_ptr<detail::DuplexPipe> out)
    : in_(std::move(in)), out_(std::move(out)) {}

DuplexStream::~DuplexStream() {
  if (out_) wake_or_report([this] { out_->end(); });
  if (in_) wake_or_report([this] { in_->reader_leaves(); });
}

Poll<std::size_t> DuplexStream::poll_read(Context& cx, std::span<char> buffer) {
  return in_->read(cx, buffer);
}

Poll<std::size_t> DuplexStream::poll_write(Context& cx, std::span<const char> bytes) {
  return out_->write(cx, bytes);
}

Poll<void> DuplexStream::poll_close(Context&) {
  out_->end();
  return Poll<void>::ready();
}

Poll<void> DuplexStream::poll_readable(Context& cx) { return in_->wait_for_bytes(cx); }

void DuplexStream::forget(Direction direction, const Waker& waker) noexcept {
  (direction == Direction::read ? in_ : out_)->forget(direction, waker);
}

Poll<void> detail::DuplexReadyOp::operator()(DuplexStream& stream, Context& cx) const {
  return stream.poll_readable(cx);
}

}  // namespace book
