// The same as braced_argument.cpp, by designated initialisers: the tempting way to write options.
#include "docs/canary/canary.h"

namespace canary {
namespace {

Task take(Aggregate a) { co_return a.tracked.value; }

Task mistake() {
  const int value = co_await take({.tracked = Tracked(1), .number = 2});  // lint: allow co_await
  co_return value;
}

Task instead() {
  Aggregate aggregate{.tracked = Tracked(1), .number = 2};
  const int value = co_await take(std::move(aggregate));
  co_return value;
}

const Register registered({"named_members", "co_await take({.tracked = ...})", mistake, instead});

}  // namespace
}  // namespace canary
