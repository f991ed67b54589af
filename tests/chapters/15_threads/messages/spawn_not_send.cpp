// refused: this future is not Send, and tasks of a pool change threads
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "15_threads/thread_pool_executor.h"

struct Counts : book::NotSend {
  using Output = int;
  book::Poll<int> poll(book::Context&) { return 1; }
};

void start(book::ThreadPoolExecutor& pool) {
#ifdef REFUSED
  pool.spawn(Counts());
#endif
  pool.spawn(book::ready(1));
}
