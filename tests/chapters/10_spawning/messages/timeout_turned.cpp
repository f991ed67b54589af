// refused: timeout(limit, future): the time comes first
#include <chrono>

#include "05_async_await/simple_futures.h"
#include "10_spawning/timeout.h"

auto hurried() {
  using namespace std::chrono_literals;
#ifdef REFUSED
  book::timeout(book::never<int>(), 5s);
#endif
  return book::timeout(5s, book::never<int>());
}
