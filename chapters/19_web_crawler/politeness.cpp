#include "19_web_crawler/politeness.h"

#include <algorithm>
#include <utility>

#include "02_timer_future/now.h"
#include "02_timer_future/sleep.h"
#include "19_web_crawler/fetch_error.h"

namespace book::crawl {

Turn::Turn(Politeness& politeness, Permit at_host, Permit of_all)
    : at_host_(std::move(at_host)), of_all_(std::move(of_all)), counted_(&politeness) {
  politeness.most_ = std::max(politeness.most_, ++politeness.under_way_);
}
Turn::~Turn() = default;
void Turn::Leave::operator()(Politeness* politeness) const noexcept { --politeness->under_way_; }

Politeness::Politeness(const PoliteOptions& options) : options_(options), all_(options.all) {}

Politeness::Host& Politeness::at(const std::string& host) {
  return hosts_.try_emplace(host, options_.a_host).first->second;
}

void Politeness::quiet(const std::string& host, Duration time) {
  Instant& next = at(host).next;
  next = std::max(next, now() + time);
}

void Politeness::leave(const std::string& host, std::string why) { at(host).left = std::move(why); }

/// While it waited for a place of all, another may have taken the host's time, or the host may have
/// asked for quiet: so it looks once more, and if that is so it gives the place back and waits. Of
/// those that wait for one time, the first takes it, so each round lets one of them go.
Async<Turn> Politeness::turn(std::string name) {
  Host& host = at(name);
  Permit at_host = co_await host.places.acquire();
  for (;;) {
    if (!host.left.empty()) throw FetchError(FetchError::Kind::left_alone, host.left);
    co_await sleep_until(host.next);
    Permit of_all = co_await all_.acquire();
    const Instant time = now();
    if (host.next > time || !host.left.empty()) continue;
    host.next = time + options_.interval;
    co_return Turn(*this, std::move(at_host), std::move(of_all));
  }
}

}  // namespace book::crawl
