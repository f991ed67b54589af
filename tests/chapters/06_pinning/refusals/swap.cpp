// refused: no matching function for call to
// PhantomPinned takes assignment away, and with it std::swap. Not even a pin is needed.
#include <utility>

#include "06_pinning/self_reference.h"

using namespace book;

void attempt() {
#ifdef REFUSED
  stage::PinnedTest test1("test1");
  stage::PinnedTest test2("test2");
#else
  stage::Test test1("test1");
  stage::Test test2("test2");
#endif
  std::swap(test1, test2);
}
