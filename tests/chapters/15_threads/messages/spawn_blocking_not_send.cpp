// refused: this function is not Send, and a job runs on another thread
#include "14_blocking/spawn_blocking.h"

struct Counts : book::NotSend {
  int operator()() { return 1; }
};

void start(book::BlockingPool& pool) {
#ifdef REFUSED
  book::spawn_blocking(pool, Counts());
#endif
  book::spawn_blocking(pool, [] { return 1; });
}
