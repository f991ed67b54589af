// The awaited object itself is an aggregate built by braces: its members are destroyed twice.
#include "docs/canary/canary.h"

namespace canary {
namespace {

struct Awaiter {
  Tracked tracked;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> h) const { waiting = h; }
  int await_resume() const { return tracked.value; }
};

Task mistake() {
  const int value = co_await Awaiter{Tracked(1)};  // lint: allow co_await
  co_return value;
}

Task instead() {
  Awaiter awaiter{Tracked(1)};
  const int value = co_await awaiter;
  co_return value;
}

const Register registered({"braced_awaiter", "co_await Awaiter{...}", mistake, instead});

}  // namespace
}  // namespace canary
