// refused: no matching function for call to
// PhantomPinned takes assignment away, and with it std::swap. Not even a pin is needed.
#include <utility>

#include "06_pinning/story/self_reference.h"

using namespace book;

void attempt() {
#ifdef REFUSED
  story::PinnedTest test1("test1");
  story::PinnedTest test2("test2");
#else
  story::Test test1("test1");
  story::Test test2("test2");
#endif
  std::swap(test1, test2);
}
