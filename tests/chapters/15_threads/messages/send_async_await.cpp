// refused: this future lives across the await, and is not Send
#include "15_threads/send_async.h"

struct Counts : book::NotSend {
  using Output = int;
  book::Poll<int> poll(book::Context&) { return 1; }
};

book::SendAsync<int> count() {
#ifdef REFUSED
  const int one = co_await Counts();
#else
  const int one = 1;
#endif
  co_return one;
}
