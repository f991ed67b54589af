// The chapter's story, its first acts: a channel, one stream written twice, a lazy pipeline, sums.
#pragma once

#include "04_io_executor/outcome.h"
#include "05_async_await/async.h"
#include "09_streams/try_stream.h"

namespace book::story {

/// Sends 1 and 2 into a channel and goes; receives until the end.
Async<> send_and_receive();

/// What is written on card number 1, 2, ...; one of them cannot be read.
Outcome<int> read_card(int number);

/// All items of a stream, added.
template <Stream S>
Async<int> sum_with_next(S stream) {
  int sum = 0;
  for (;;) {
    auto item = co_await next(stream);
    if (!item) break;
    sum += *item;
  }
  co_return sum;
}

/// The same for items that may be errors: the first of these comes out as an exception. The stream
/// is borrowed, so that whoever catches that can go on with it.
template <TryStream S>
Async<int> sum_with_try_next(S& stream) {
  int sum = 0;
  for (;;) {
    auto item = co_await try_next(stream);
    if (!item) break;
    sum += *item;
  }
  co_return sum;
}

}  // namespace book::story
