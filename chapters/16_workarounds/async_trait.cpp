#include "16_workarounds/async_trait.h"

#include <cstdio>
#include <exception>

namespace book {

AsyncTrait::~AsyncTrait() {
  const std::size_t under_way = calls_.load(std::memory_order_acquire);
  if (under_way == 0) return;
  std::fprintf(
      stderr,
      "an object was destroyed while %zu of its coroutines had a pointer to it: keep it "
      "until they have ended, or give each a share of it, as a parameter: a local goes before "
      "its frame does\n",
      under_way);
  std::terminate();
}

}  // namespace book
