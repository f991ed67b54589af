// Wrong: no select, no loss, and no heartbeat.
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
  (void)heart;
  (void)beats;

  for (;;) {
    std::optional<std::string> message = co_await read();
    const bool more = on_message(std::move(message));
    if (!more) break;
  }
  co_return messages;
}

}  // namespace book::exercise
