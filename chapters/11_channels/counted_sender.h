// The sending end of a channel that counts its senders under its lock: those of broadcast and
// watch.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <utility>

#include "11_channels/closed.h"
#include "common/arc.h"
#include "common/wake_or_report.h"

namespace book::detail {

/// A copy is one more sender: the streams end when all are gone. One that was moved from is none,
/// and throws std::logic_error. Core has `lock`, `senders`, `receivers`, `waiting`, and the
/// sentence.
template <class Core>
class CountedSender {
 public:
  explicit CountedSender(Arc<Core> core) noexcept : core_(std::move(core)) {}
  CountedSender(const CountedSender& other) : core_(other.core_) {
    if (!core_) return;
    const Locked locked(core_->lock);
    ++core_->senders;
  }
  CountedSender(CountedSender&&) noexcept = default;
  CountedSender& operator=(CountedSender other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~CountedSender() {
    if (!core_) return;
    Locked lock(core_->lock);
    if (--core_->senders == 0) wake_or_report([&] { core_->waiting.wake_all(lock); });
  }

  std::size_t receivers() const {
    const Locked locked(shared()->lock);
    return core_->receivers;
  }
  /// A future that is ready when there is no receiver.
  Closed<Core> closed() const { return Closed<Core>(shared()); }

 protected:
  const Arc<Core>& shared() const {
    if (!core_) throw std::logic_error(Core::kSenderIsGone);
    return core_;
  }

 private:
  Arc<Core> core_;
};

}  // namespace book::detail
