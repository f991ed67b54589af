// Parcels: many things to wait for, which arrive one by one, and a count of how often anybody asks.
//
//     Parcels parcels(1'000);
//     parcels.wait_for(7)       a future of parcel 7
//     parcels.deliver(7)        wakes whoever waits for it
//     parcels.polls()           how often any of the futures was polled
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/future.h"

namespace book::errands {

/// Outlives the futures that it gives.
class Parcels {
  struct Parcel {
    bool here = false;
    Waker waiter;
  };

 public:
  class Arrival;

  explicit Parcels(std::size_t count) : parcels_(count) {}
  Parcels(const Parcels&) = delete;
  Parcels& operator=(const Parcels&) = delete;

  std::size_t count() const noexcept { return parcels_.size(); }
  std::uint64_t polls() const noexcept { return polls_; }

  Arrival wait_for(std::size_t number);
  std::vector<Arrival> wait_for_each();
  void deliver(std::size_t number) {
    parcels_[number].here = true;
    std::exchange(parcels_[number].waiter, Waker()).wake();
  }

 private:
  std::vector<Parcel> parcels_;
  std::uint64_t polls_ = 0;
};

/// Ready, with the parcel's number, once it is there.
class [[nodiscard]] Parcels::Arrival : PinnedOncePolled {
 public:
  using Output = std::size_t;

  Arrival(Parcels& parcels, std::size_t number) : parcels_(&parcels), number_(number) {}
  Arrival(Arrival&&) = default;
  Arrival& operator=(Arrival&&) = delete;
  ~Arrival() {
    if (pin_.was_polled()) parcel().waiter = Waker();
  }

  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    parcels_->polls_ += 1;
    if (parcel().here) return number_;
    cx.store(parcel().waiter, "parcel", static_cast<int>(number_));
    return pin_.pending();
  }

 private:
  Parcel& parcel() const { return parcels_->parcels_[number_]; }

  Parcels* parcels_;
  std::size_t number_;
};

inline Parcels::Arrival Parcels::wait_for(std::size_t number) { return {*this, number}; }

inline std::vector<Parcels::Arrival> Parcels::wait_for_each() {
  std::vector<Arrival> futures;
  futures.reserve(count());
  for (std::size_t number = 0; number < count(); ++number) futures.push_back(wait_for(number));
  return futures;
}

}  // namespace book::errands
