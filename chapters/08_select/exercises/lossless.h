// Exercise 3: find the loss.
//
// all_messages reads messages until there are no more, and counts heartbeats meanwhile. It
// compiles, it runs, and when the messages come quickly it is right. When they come in pieces,
// parts of them are missing.
//
// `read()` makes a future of the next message. That future takes what has come out of the line,
// piece by piece, until it has a whole message. Its value is empty at the end of the line.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "08_select/fuse.h"
#include "08_select/select.h"
#include "08_select/ticks.h"
#include "common/stream.h"

namespace book::exercise {

template <class Read>
Async<std::vector<std::string>> all_messages(Read read, Ticks& heart, int& beats) {
  std::vector<std::string> messages;

  auto on_message = [&](std::optional<std::string> message) {
    if (!message) return false;
    messages.push_back(std::move(*message));
    return true;
  };
  auto on_beat = [&](int) {
    ++beats;
    return true;
  };

  for (;;) {
    // TODO: what becomes of the read when the heart beats?
    auto round = select(on(read(), on_message), on(select_next_some(heart), on_beat));
    const bool more = co_await round;
    if (!more) break;
  }
  co_return messages;
}

}  // namespace book::exercise
