// g++ 12 loses its way out of an if whose condition awaits when both ways leave the coroutine: the
// program ends in a segmentation fault. Await first, then decide.
#include "docs/canary/canary.h"

namespace canary {
namespace {

Task one(Tracked t) { co_return t.value; }

Task mistake() {
  if (co_await one(Tracked(1)) == 1) co_return 1;  // lint: allow co_await
  co_return 0;
}

Task instead() {
  const int value = co_await one(Tracked(1));
  if (value == 1) co_return 1;
  co_return 0;
}

const Register registered({"if_condition", "if (co_await x == 1)", mistake, instead});

}  // namespace
}  // namespace canary
