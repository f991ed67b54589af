// refused: this type must stay where it is once it is pinned (it is not Unpin)
// A pin without a promise is for what may be moved anyway.
#include "06_pinning/story/self_reference.h"

using namespace book;

void attempt() {
  int number = 1;
  Pin<int*> harmless(&number);
  harmless.get_mut() = 2;

  story::PinnedTest test1("test1");
#ifdef REFUSED
  Pin<story::PinnedTest*> pin(&test1);
#else
  Pin<story::PinnedTest*> pin(unsafe, &test1);
#endif
  story::PinnedTest::init(pin);
}
