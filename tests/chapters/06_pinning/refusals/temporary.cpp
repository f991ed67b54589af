// refused: deleted
// A pin to a temporary would point to nothing after the semicolon.
#include "06_pinning/pinned.h"
#include "06_pinning/self_reference.h"

using namespace book;

void attempt() {
#ifdef REFUSED
  Pin<stage::PinnedTest*> pin = pin_here(stage::PinnedTest("test1")).as_mut();
#else
  auto test1 = pin_here(stage::PinnedTest("test1"));
  Pin<stage::PinnedTest*> pin = test1.as_mut();
#endif
  stage::PinnedTest::init(pin);
}
