// The same as if_condition.cpp, for a loop. A loop over awaited values is for (;;) with a break.
#include "docs/canary/canary.h"

namespace canary {
namespace {

Task one(Tracked t) { co_return t.value; }

Task mistake() {
  while (co_await one(Tracked(1)) != 1) {  // lint: allow co_await
  }
  co_return 1;
}

Task instead() {
  for (;;) {
    const int value = co_await one(Tracked(1));
    if (value == 1) break;
  }
  co_return 1;
}

const Register registered({"while_condition", "while (co_await x != 1)", mistake, instead});

}  // namespace
}  // namespace canary
