// A temporary with a destructor on one side of && (or ||) and a co_await on the other: g++ 12.2
// stops with an internal error. So this file is in no program: CMake tries to compile it, and tells
// canary.cpp.
//
// Write instead:  const int value = co_await one(t);  if (Tracked(1).value == 1 && value == 1) ...
#include "docs/canary/canary.h"

namespace canary {

Task one(const Tracked& t) {
  const int value = co_await Suspend();
  co_return t.value* value;
}

Task mistake() {
  const bool ok = Tracked(1).value == 1 && co_await one(Tracked(1)) == 1;  // lint: allow co_await
  co_return ok;
}

}  // namespace canary
