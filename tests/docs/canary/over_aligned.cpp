// A local that asks for more than the 16 bytes operator new promises: it lives in the frame, and
// g++ 12 gives the frame no more than that. Keep such an object on the heap, where make_unique
// honours its alignment.
#include <cstdint>
#include <memory>

#include "docs/canary/canary.h"

namespace canary {
namespace {

struct alignas(64) CacheLine {
  int value = 1;
};

bool is_aligned(const volatile CacheLine* line) {
  return reinterpret_cast<std::uintptr_t>(line) % alignof(CacheLine) == 0;
}

Task mistake() {
  CacheLine line;
  co_await Suspend();
  const volatile CacheLine* place = &line;  // volatile: or the compiler answers from the type
  co_return is_aligned(place) ? line.value : 0;
}

Task instead() {
  auto line = std::make_unique<CacheLine>();
  co_await Suspend();
  co_return is_aligned(line.get()) ? line->value : 0;
}

const Register registered({"over_aligned", "alignas(64) local", mistake, instead});

}  // namespace
}  // namespace canary
