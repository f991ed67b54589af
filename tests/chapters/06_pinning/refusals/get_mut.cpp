// refused: a pinned object that is not Unpin gives no plain reference to itself
// With a plain reference to a pinned object, anybody could move it away.
#include <utility>

#include "06_pinning/pinned.h"
#include "06_pinning/self_reference.h"

using namespace book;

void attempt() {
  auto test1 = pin_here(stage::PinnedTest("test1"));
  Pin<stage::PinnedTest*> pin = test1.as_mut();
#ifdef REFUSED
  stage::PinnedTest elsewhere(std::move(pin.get_mut()));
#else
  auto other = std::move(pin);  // only the pin
#endif
}
