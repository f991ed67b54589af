// The two futures of a server that accepts: next_client(listener, site), the next one to be served;
// and find_place(client, site), which it waits for when there are as many connections as there may
// be. In a server of several workers, the one that is full gives a client to one that is not.
#pragma once

#include <optional>
#include <utility>

#include "12_sync/semaphore.h"
#include "17_io/sockets/tcp.h"
#include "20_web_server/server/handover.h"
#include "20_web_server/server/make_room.h"
#include "20_web_server/server/site.h"
#include "common/future.h"

namespace book::http {

/// A client of the listener's, or one that another worker has no place for. One task at a time may
/// wait. Both are borrowed.
class [[nodiscard]] NextClient : PinnedOncePolled {
 public:
  using Output = TcpStream;

  NextClient(TcpListener& listener, Site& site) : accept_(listener.accept()), site_(site) {}
  NextClient(NextClient&&) = default;
  NextClient& operator=(NextClient&&) = delete;
  ~NextClient();

  Poll<TcpStream> poll(Context& cx);

 private:
  std::optional<TcpStream> take_offer(Context& cx);

  TcpListener::Accept accept_;
  Site& site_;
  std::optional<Acquire> place_;  // waited for while there is an offer
  bool listens_ = false;          // for offers
  bool waits_ = false;            // for one of the connections to be idle
};

/// A client, and its permit.
struct Placed {
  TcpStream client;
  Permit permit;
};

/// Ready when the client may be served: with its permit; or with nothing, when another worker
/// serves it. One task at a time may wait. The site is borrowed.
class [[nodiscard]] FindPlace : PinnedOncePolled {
 public:
  using Output = std::optional<Placed>;

  FindPlace(TcpStream client, Site& site) : site_(site), room_(site), offer_(std::move(client)) {}
  FindPlace(FindPlace&&) = default;
  FindPlace& operator=(FindPlace&&) = delete;
  ~FindPlace() {
    if (is_up_) site_.handover->withdraw(offer_);
  }

  Poll<Output> poll(Context& cx);

 private:
  Site& site_;
  MakeRoom room_;
  Handover::Offer offer_;
  bool is_up_ = false;
};

inline NextClient next_client(TcpListener& listener, Site& site) { return {listener, site}; }
inline FindPlace find_place(TcpStream client, Site& site) { return {std::move(client), site}; }

}  // namespace book::http
