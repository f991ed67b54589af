// refused: set: if moving the new value threw
// A future's move throws once it was polled, and a place must not be left empty.
#include "02_timer_future/sleep.h"
#include "06_pinning/pin_box.h"
#include "06_pinning/story/self_reference.h"

using namespace book;
using namespace std::chrono_literals;

void attempt() {
  auto test1 = pin_box(story::PinnedTest("test1"));
  test1.set(story::PinnedTest("test2"));
  auto timer = pin_box(book::sleep(1h));
#ifdef REFUSED
  timer.set(book::sleep(2h));
#endif
}
