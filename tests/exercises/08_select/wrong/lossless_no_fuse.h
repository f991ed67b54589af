// Wrong: the read is borrowed, but nothing knows that it has ended.
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
  auto reading = read();

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
    auto round = select(on(reading, on_message), on(select_next_some(heart), on_beat));
    const bool more = co_await round;
    if (!more) break;
  }
  co_return messages;
}

}  // namespace book::exercise
