// A co_await among the members of a braced aggregate: what was built before is destroyed twice.
#include "docs/canary/canary.h"

namespace canary {
namespace {

Task mistake() {
  Aggregate aggregate{Tracked(co_await Suspend()), 2};  // lint: allow co_await
  co_return aggregate.tracked.value;
}

Task instead() {
  const int value = co_await Suspend();
  Aggregate aggregate{Tracked(value), 2};
  co_return aggregate.tracked.value;
}

const Register registered({"await_in_braces", "Aggregate a{Tracked(co_await x), 2}", mistake,
                           instead});

}  // namespace
}  // namespace canary
