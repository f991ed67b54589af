// refused: spawn owns its future: give it a temporary, or std::move(future)
#include "05_async_await/async.h"
#include "10_spawning/spawn.h"

book::Async<> work() { co_return; }

book::Async<> start() {
  auto named = work();
#ifdef REFUSED
  book::spawn(named);
#else
  book::spawn(std::move(named));
#endif
  co_return;
}
