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
  if (site_.connections.available() == 0 && !site_.timeouts.has_idle()) {
    if (!place_) place_.emplace(site_.connections.acquire());
    if (place_->poll(cx).is_pending()) {
      cx.store(site_.timeouts.idle_waiter, "a connection to be idle");
      waits_ = true;
      return std::nullopt;
    }
  }
  place_.reset();  // with what it was given: the one who accepts takes a place for this client
  return site_.handover->take();
}

Poll<FindPlace::Output> FindPlace::poll(Context& cx) {
  pin_.enter();
  Handover* const handover = site_.handover;
  Poll<Permit> permit = room_.poll(cx);
  if (permit.is_ready()) {
    std::optional<TcpStream> client =
        std::exchange(is_up_, false) ? handover->withdraw(offer_) : std::move(offer_).client();
    if (!client) return Poll<Output>::ready();
    return Poll<Output>::ready(Placed{*std::move(client), std::move(permit).value()});
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
