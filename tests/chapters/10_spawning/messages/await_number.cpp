// refused: co_await takes a future
#include "05_async_await/async.h"

book::Async<int> five() {
#ifdef REFUSED
  co_await 5;
#endif
  co_return 5;
}
