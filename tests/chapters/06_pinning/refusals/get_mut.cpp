// refused: a pinned object that is not Unpin gives no plain reference to itself
// With a plain reference to a pinned object, anybody could move it away.
#include <utility>

#include "06_pinning/pinned.h"
#include "06_pinning/story/self_reference.h"

using namespace book;

void attempt() {
  auto test1 = pin_here(story::PinnedTest("test1"));
  Pin<story::PinnedTest*> pin = test1.as_mut();
#ifdef REFUSED
  story::PinnedTest elsewhere(std::move(pin.get_mut()));
#else
  auto other = std::move(pin);  // only the pin
#endif
}
