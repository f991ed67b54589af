// Ctrl-C as a future. While a StopSignal lives, SIGINT and SIGTERM interrupt nothing: they are read
// from a descriptor, which the reactor watches like any other. (Chapter 13 makes this a tool for
// everybody.)
#pragma once

#include <signal.h>

#include "17_io/descriptor.h"
#include "common/future.h"
#include "common/io_source.h"

namespace book::http {

class [[nodiscard]] StopSignal {
 public:
  using Output = int;

  /// To be made before any other thread starts, so that all of them leave these signals alone.
  StopSignal();
  StopSignal(StopSignal&&) noexcept = default;
  StopSignal& operator=(StopSignal&&) = delete;
  ~StopSignal();

  /// The number of the signal that has come.
  Poll<int> poll(Context& cx);

 private:
  PinGuard pin_;  // first: a move that it refuses leaves the rest alone
  sigset_t before_{};
  Descriptor descriptor_;
  IoSource source_;
};

}  // namespace book::http
