// refused: a parameter of this coroutine is not Send
#include <mutex>
#include <utility>

#include "05_async_await/yield_now.h"
#include "15_threads/send_async.h"

#ifdef REFUSED
book::SendAsync<> hold(std::unique_lock<std::mutex> lock) {  // lint: allow lock
  co_await book::yield_now();
  lock.unlock();
}
#endif
book::SendAsync<int> fine(int a) {
  co_await book::yield_now();
  co_return a;
}
