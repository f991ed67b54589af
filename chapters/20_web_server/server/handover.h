// Handover: what the workers of one server share besides the order to stop: the clients that one of
// them has accepted and has no place for. (The system deals out the clients by their port numbers,
// and does not know who has room.)
//
//     worker 1, full:  FindPlace --- puts its client up --> [ offer ] ---> NextClient, of a worker
//          |                                                    |          that has a place
//          '--- or has a place itself, and takes it back <------'
//
// A worker holds one client at most that has no place. The next ones wait in the system's queue.
//
// **Thread safety**
//   All of it is for any thread. An Offer is its worker's, except for its link and its client while
//   it is up: those belong to the mutex.
//   Why no wake is lost: the worker that has put up a client keeps its waker in the offer before it
//   looks whether it was taken, and the one that takes it does so before it fires that waker; a
//   worker that listens keeps its waker before it looks for offers, and the one that puts one up
//   does so before it fires it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "17_io/sockets/tcp_stream.h"
#include "common/atomic_waker.h"
#include "common/link.h"

namespace book::http {

class Handover {
 public:
  /// A client without a place.
  class Offer : public Link {
   public:
    explicit Offer(TcpStream client) : client_(std::move(client)) {}
    /// As long as it was never put up.
    Offer(Offer&& other) noexcept : client_(std::move(other.client_)) {}
    Offer& operator=(Offer&&) = delete;

    /// The client of one that is not up.
    std::optional<TcpStream> client() && { return std::move(client_); }

    AtomicWaker owner;  ///< of the worker that has put it up: fired when another has taken it

   private:
    friend class Handover;
    std::optional<TcpStream> client_;
  };

  explicit Handover(std::size_t workers)
      : workers_(workers), listeners_(std::make_unique<AtomicWaker[]>(workers)) {}

  /// Fired when a client is put up: the waker of the worker that has this number.
  AtomicWaker& listener(std::size_t worker) noexcept { return listeners_[worker]; }

  void put_up(Offer& offer);
  /// The client, unless another worker has it.
  std::optional<TcpStream> withdraw(Offer& offer) noexcept;
  bool is_taken(const Offer& offer) const;

  bool has_offers() const noexcept { return up_.load(std::memory_order_acquire) > 0; }
  /// The client that has waited longest, if there is one.
  std::optional<TcpStream> take();

 private:
  const std::size_t workers_;
  const std::unique_ptr<AtomicWaker[]> listeners_;
  mutable std::mutex mutex_;
  LinkedList offers_;
  std::atomic<int> up_{0};  // how many: to look without the mutex
};

}  // namespace book::http
