// WakeRound: fires one waker after another. One that throws must not cost the others their wake:
// an edge is reported once, a timer fires once. The first exception is kept until the end.
#pragma once

#include <exception>
#include <utility>

#include "common/wake_or_report.h"
#include "common/waker.h"

namespace book::detail {

class WakeRound {
 public:
  void fire(Waker waker) noexcept {
    try {
      std::move(waker).wake();
    } catch (...) {
      if (!error_) error_ = std::current_exception();
    }
  }

  void end() {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }
  /// The same, where no exception may leave.
  void end_or_report() noexcept {
    wake_or_report([this] { end(); });
  }

 private:
  std::exception_ptr error_;
};

}  // namespace book::detail
