// refused: spawn takes a future, not a function: spawn(f())
#include "05_async_await/async_block.h"
#include "10_spawning/spawn.h"

book::Async<> start() {
  auto work = []() -> book::Async<> { co_return; };
#ifdef REFUSED
  book::spawn(work);
#else
  book::spawn(book::async(work));
#endif
  co_return;
}
