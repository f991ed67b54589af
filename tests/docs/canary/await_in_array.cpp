// The same for an array. clang 14 errs here too: destroyed while it waits, the coroutine forgets
// the elements that were already built.
#include "docs/canary/canary.h"

namespace canary {
namespace {

Task mistake() {
  Tracked array[] = {Tracked(0), Tracked(co_await Suspend())};  // lint: allow co_await
  co_return array[1].value;
}

Task instead() {
  const int value = co_await Suspend();
  Tracked array[] = {Tracked(0), Tracked(value)};
  co_return array[1].value;
}

const Register registered({"await_in_array", "Tracked a[] = {..., Tracked(co_await x)}", mistake,
                           instead});

}  // namespace
}  // namespace canary
