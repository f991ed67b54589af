// refused: constraints not satisfied
// A function that would move futures while they run wants Unpin of them. A box is, and so is a pin.
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "06_pinning/pin_box.h"
#include "06_pinning/pinned.h"

using namespace book;
using namespace std::chrono_literals;

template <class F>
requires Future<F> && Unpin<F>
void run_and_move_about(F) {}

Async<int> answer() { co_return 42; }

void attempt() {
  auto here = pin_here(book::sleep(1h));
  run_and_move_about(here.as_mut());
  run_and_move_about(pin_box(book::sleep(1h)));
  run_and_move_about(answer());
#ifdef REFUSED
  run_and_move_about(book::sleep(1h));
#endif
}
