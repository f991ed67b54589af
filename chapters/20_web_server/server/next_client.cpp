#include "20_web_server/server/next_client.h"

#include <utility>

namespace book::http {

NextClient::~NextClient() {
  if (listens_) const Waker unused = site_.handover->listener(site_.worker).take();
  if (waits_) site_.timeouts.idle_waiter = Waker();
}

Poll<TcpStream> NextClient::poll(Context& cx) {
  pin_.enter();
  if (std::optional<TcpStream> client = take_offer(cx)) return *std::move(client);
  Poll<TcpListener::Accepted> accepted = accept_.poll(cx);
  if (accepted.is_ready()) return std::move(accepted).value().stream;
  if (site_.handover) {
    site_.handover->listener(site_.worker).store(cx.waker());
    listens_ = true;
    if (std::optional<TcpStream> client = take_offer(cx)) return *std::move(client);
  }
  return pin_.pending();
}

/// Only where there is a place for it, or a connection that can make room.
std::optional<TcpStream> NextClient::take_offer(Context& cx) {
  if (!site_.handover || !site_.handover->has_offers()) return std::nullopt;
  const bool full = site_.connections.now() >= site_.settings.max_connections;
  if (full && !site_.timeouts.has_idle()) {
    if (below_.poll(cx).is_pending()) {
      cx.store(site_.timeouts.idle_waiter, "a connection to be idle");
      waits_ = true;
    }
    return std::nullopt;
  }
  return site_.handover->take();
}

Poll<FindPlace::Output> FindPlace::poll(Context& cx) {
  pin_.enter();
  Handover* const handover = site_.handover;
  if (room_.poll(cx).is_ready()) {
    if (std::exchange(is_up_, false)) return Poll<Output>::ready(handover->withdraw(offer_));
    return Poll<Output>::ready(std::move(offer_).client());
  }
  if (!handover) return pin_.pending();
  offer_.owner.store(cx.waker());
  if (!std::exchange(is_up_, true)) {
    handover->put_up(offer_);
  } else if (handover->is_taken(offer_)) {
    is_up_ = false;
    return Poll<Output>::ready();
  }
  return pin_.pending();
}

}  // namespace book::http
