// Two temporaries, of which one was never built: both are destroyed.
#include "docs/canary/canary.h"

namespace canary {
namespace {

Task one(Tracked t) { co_return t.value; }

Task mistake() {
  const bool yes = alive.empty();
  const int value = co_await (yes ? one(Tracked(1)) : one(Tracked(2)));  // lint: allow co_await
  co_return value;
}

Task instead() {
  const bool yes = alive.empty();
  int value = 0;
  if (yes) {
    value = co_await one(Tracked(1));
  } else {
    value = co_await one(Tracked(2));
  }
  co_return value;
}

const Register registered({"ternary_operand", "co_await (b ? f() : g())", mistake, instead});

}  // namespace
}  // namespace canary
