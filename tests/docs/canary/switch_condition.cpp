// The same as if_condition.cpp, for a switch.
#include "docs/canary/canary.h"

namespace canary {
namespace {

Task one(Tracked t) { co_return t.value; }

Task mistake() {
  switch (co_await one(Tracked(1))) {  // lint: allow co_await
    case 1:
      co_return 1;
    default:
      co_return 0;
  }
}

Task instead() {
  const int value = co_await one(Tracked(1));
  switch (value) {
    case 1:
      co_return 1;
    default:
      co_return 0;
  }
}

const Register registered({"switch_condition", "switch (co_await x)", mistake, instead});

}  // namespace
}  // namespace canary
