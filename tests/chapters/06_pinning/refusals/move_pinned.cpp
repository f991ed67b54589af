// refused: deleted
// What pin_here made stays in the variable in which it was made.
#include <utility>

#include "06_pinning/pin_box.h"
#include "06_pinning/pinned.h"
#include "06_pinning/story/self_reference.h"

using namespace book;

void attempt() {
  auto box = pin_box(story::PinnedTest("test1"));
  auto other_box = std::move(box);
  auto here = pin_here(story::PinnedTest("test1"));
#ifdef REFUSED
  auto elsewhere = std::move(here);
#endif
}
