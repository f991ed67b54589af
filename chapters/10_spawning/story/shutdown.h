// A server that closes: it admits nobody, lets everybody finish what they began, and waits for at
// most a grace period. Chapter 20's server ends in the same three steps.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> shut_down_gracefully(Instant start);

}  // namespace book::story
