// A lambda is an aggregate of its captures: what it keeps by value is destroyed twice. Give it a
// name.
#include "docs/canary/canary.h"

namespace canary {
namespace {

template <class F>
Task call(F f) {
  co_return f();
}

Task mistake() {
  Tracked tracked(1);
  const int value =
      co_await call([t = std::move(tracked)] { return t.value; });  // lint: allow co_await
  co_return value;
}

Task instead() {
  Tracked tracked(1);
  auto function = [t = std::move(tracked)] { return t.value; };
  const int value = co_await call(std::move(function));
  co_return value;
}

const Register registered({"lambda_capture", "co_await call([t = std::move(t)] {...})", mistake,
                           instead});

}  // namespace
}  // namespace canary
