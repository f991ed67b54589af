// A value chosen by ?: with a co_await on one side is destroyed on both ways.
#include "docs/canary/canary.h"

namespace canary {
namespace {

Task mistake() {
  const bool yes = alive.empty();
  Tracked chosen = yes ? Tracked(co_await Suspend()) : Tracked(3);  // lint: allow co_await
  co_return chosen.value;
}

Task instead() {
  const bool yes = alive.empty();
  int value = 3;
  if (yes) value = co_await Suspend();
  Tracked chosen(value);
  co_return chosen.value;
}

const Register registered({"ternary_value", "b ? Tracked(co_await x) : Tracked(3)", mistake,
                           instead});

}  // namespace
}  // namespace canary
