// Accepting connections, whatever kind of listener they come to: accept() one by one, incoming() as
// a stream.
//
//     accept4 ---- a socket -------------------> ready
//        |  ^---- ECONNABORTED and its like: that one has given up; the next, please. (After 16 in
//        |        a row, which is no chance any more: sleep 50 ms)
//        |------- EMFILE, ENFILE, ENOMEM: sleep 50 ms. It stays in the queue and would be reported
//        |        again and again; meanwhile others may give a descriptor back
//        '------- EAGAIN: no client is there; wait for the reactor (and if that has no place for
//                 one more, ENOSPC: sleep 50 ms, too)
//
// As long as connections are waiting, incoming() gives up to `batch` of them in a row, and then
// lets other tasks have their turn. Without that, clients that connect fast enough could keep those
// from being served that are connected. Chapter 17 explains it.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/async_fd.h"
#include "09_streams/stream_step.h"
#include "common/future.h"
#include "common/stream.h"

namespace book {
namespace detail {

/// Is there a descriptor, or memory, missing that another task may give back? (Or, for the listener
/// itself, one of the descriptors that a user may watch.)
bool is_shortage(int error) noexcept;
/// Does an error say something about one would-be connection, and nothing about the listener?
bool is_of_the_peer(int error) noexcept;

/// More than a chance: some filter of system calls, say, refuses them all. Then accepting pauses.
inline constexpr int kRefusedInARow = 16;

/// The loop above.
class Acceptor {
 public:
  explicit Acceptor(AsyncFd& listener) noexcept : place_(listener, Direction::read) {}

  /// A new socket, and who is at its other end. Throws DirectionTaken when another task accepts.
  Poll<int> poll(Context& cx, sockaddr* peer, socklen_t* size);

 private:
  /// One try: a socket, or -1 and an error after which another try makes sense.
  Poll<int> try_accept(Context& cx, sockaddr* peer, socklen_t* size, int& error);

  IoPlace<AsyncFd> place_;
  std::optional<Sleep> pause_;
  int refused_ = 0;
};

template <class Listener>
Poll<typename Listener::Accepted> poll_accept(Acceptor& acceptor, Context& cx) {
  using Accepted = typename Listener::Accepted;
  decltype(Accepted::peer) peer;
  socklen_t size = peer.capacity();
  const Poll<int> socket = acceptor.poll(cx, peer.data(), &size);
  if (socket.is_pending()) return pending;
  if constexpr (requires { peer.set_size(size); }) peer.set_size(size);
  return Poll<Accepted>::ready(Accepted{decltype(Accepted::stream)(socket.value()), peer});
}

}  // namespace detail

/// How long accepting pauses when there is no descriptor for one more connection, or all are
/// refused.
inline constexpr std::chrono::milliseconds kAcceptPause{50};

/// What listener.accept() gives. Dropping it loses no connection: it is accepted when it is given.
template <class Listener>
class [[nodiscard]] Accept : PinnedOncePolled {
 public:
  using Output = typename Listener::Accepted;

  explicit Accept(AsyncFd& listener) noexcept : acceptor_(listener) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Poll<Output> accepted = detail::poll_accept<Listener>(acceptor_, cx);
    if (accepted.is_pending()) return pin_.pending();
    return accepted;
  }

 private:
  detail::Acceptor acceptor_;
};

/// What listener.incoming() gives: a stream that has no end. It borrows the listener.
template <class Listener>
class [[nodiscard]] Incoming {
 public:
  using Item = typename Listener::Accepted;

  /// Throws std::invalid_argument when `batch` is less than 1.
  Incoming(AsyncFd& listener, int batch) : acceptor_(listener), batch_(batch) {
    if (batch < 1) throw std::invalid_argument("incoming: a batch of nobody lets nobody in");
  }

  bool is_terminated() const noexcept { return false; }

  Poll<std::optional<Item>> poll_next(Context& cx) {
    pin_.enter();
    if (in_a_row_ >= batch_) {
      in_a_row_ = 0;
      cx.waits_for("its next turn to accept");
      cx.waker().wake_by_ref();
      return pending;
    }
    Poll<Item> accepted = detail::poll_accept<Listener>(acceptor_, cx);
    if (accepted.is_pending()) {
      in_a_row_ = 0;
      return pending;
    }
    ++in_a_row_;
    return Poll<std::optional<Item>>::ready(std::move(accepted).value());
  }

 private:
  StreamPin pin_;
  detail::Acceptor acceptor_;
  int batch_;
  int in_a_row_ = 0;
};

}  // namespace book
