#include "20_web_server/server/handover.h"

#include <utility>

namespace book::http {

void Handover::put_up(Offer& offer) {
  {
    const std::scoped_lock lock(mutex_);
    offers_.push_back(offer);
    up_.fetch_add(1, std::memory_order_release);
  }
  for (std::size_t i = 0; i < workers_; ++i) listeners_[i].wake();
}

std::optional<TcpStream> Handover::withdraw(Offer& offer) noexcept {
  const std::scoped_lock lock(mutex_);
  if (offer.is_linked()) {
    offer.unlink();
    up_.fetch_sub(1, std::memory_order_release);
  }
  return std::exchange(offer.client_, std::nullopt);
}

bool Handover::is_taken(const Offer& offer) const {
  const std::scoped_lock lock(mutex_);
  return !offer.client_.has_value();
}

std::optional<TcpStream> Handover::take() {
  Waker owner;
  std::optional<TcpStream> client;
  {
    const std::scoped_lock lock(mutex_);
    if (offers_.empty()) return std::nullopt;
    Offer& offer = offers_.front<Offer>();
    offer.unlink();
    up_.fetch_sub(1, std::memory_order_release);
    client = std::exchange(offer.client_, std::nullopt);
    owner = offer.owner.take();  // under the mutex: without it, the offer may be gone
  }
  std::move(owner).wake();
  return client;
}

}  // namespace book::http
