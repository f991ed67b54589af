// A structured binding by value: the pair itself lives in the frame without a name, and g++ 15 and
// 16 never destroy it when the pair is taken apart by get(), as std::pair and std::tuple are. (A
// reference to a pair that has a name is fine.)
#include <tuple>

#include "docs/canary/canary.h"

namespace canary {
namespace {

std::tuple<Tracked, int> ends() { return {Tracked(1), 2}; }

Task mistake() {
  auto [tracked, number] = ends();  // lint: allow co_await
  co_await Suspend();
  co_return tracked.value + number - 2;
}

Task instead() {
  auto pair = ends();
  auto& [tracked, number] = pair;
  co_await Suspend();
  co_return tracked.value + number - 2;
}

const Register registered({"structured_binding", "auto [a, b] = f()", mistake, instead,
                           Since::gcc15});

}  // namespace
}  // namespace canary
