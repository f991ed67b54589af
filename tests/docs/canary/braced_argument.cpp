// An aggregate built by braces in the statement of a co_await is copied into the frame member by
// member, and destroyed twice: once there, once as the temporary it was. A constructor call is
// safe.
#include "docs/canary/canary.h"

namespace canary {
namespace {

Task take(Aggregate a) { co_return a.tracked.value; }

Task mistake() {
  const int value = co_await take(Aggregate{Tracked(1), 2});  // lint: allow co_await
  co_return value;
}

Task instead() {
  Aggregate aggregate{Tracked(1), 2};
  const int value = co_await take(std::move(aggregate));
  co_return value;
}

const Register registered({"braced_argument", "co_await take(Aggregate{...})", mistake, instead});

}  // namespace
}  // namespace canary
