// Bucket: so many at once, and then so many a second. The bucket of chapter 13's exercise, for one
// that does not wait: it says no.
//
//     full at first   [o o o o o]   take(): one less, or no      one more every 1/rate second
//
// No timer fills it: take() counts what has come since. Chapter 18 uses it for lines.
#pragma once

#include <algorithm>
#include <chrono>

#include "common/clock.h"

namespace book::chat {

class Bucket {
 public:
  /// `burst` at once and `rate` a second; with a rate of 0 it never says no.
  Bucket(int rate, int burst, Instant now) noexcept
      : period_(rate > 0 ? std::chrono::duration_cast<Duration>(std::chrono::seconds(1)) / rate
                         : Duration::zero()),
        burst_(burst),
        tokens_(burst),
        counted_(now) {}

  bool take(Instant now) noexcept {
    if (period_ == Duration::zero()) return true;
    const auto came = (now - counted_) / period_;
    counted_ += came * period_;  // not to now: what is left over is part of the next one
    tokens_ = static_cast<int>(std::min<decltype(came)>(burst_, tokens_ + came));
    if (tokens_ == 0) return false;
    --tokens_;
    return true;
  }

  /// As full as it can be, after the latest take().
  bool was_full() const noexcept { return tokens_ + 1 >= burst_; }

 private:
  Duration period_;
  int burst_;
  int tokens_;
  Instant counted_;  ///< what came up to here is in tokens_
};

}  // namespace book::chat
