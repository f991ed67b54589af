// refused: deleted
// A pin to a temporary would point to nothing after the semicolon.
#include "06_pinning/pinned.h"
#include "06_pinning/story/self_reference.h"

using namespace book;

void attempt() {
#ifdef REFUSED
  Pin<story::PinnedTest*> pin = pin_here(story::PinnedTest("test1")).as_mut();
#else
  auto test1 = pin_here(story::PinnedTest("test1"));
  Pin<story::PinnedTest*> pin = test1.as_mut();
#endif
  story::PinnedTest::init(pin);
}
