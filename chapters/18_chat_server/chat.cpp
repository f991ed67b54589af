#include "18_chat_server/chat.h"

#include "10_spawning/timeout.h"

namespace book::chat {
namespace {

/// Slots of the room's queue, beside the one that each member owns for its last word.
constexpr std::size_t kQueue = 256;

}  // namespace

Chat::Chat(const Limits& limits) : Chat(limits, channel<Request>(2 * limits.members + kQueue)) {}

Chat::Chat(const Limits& given, ChannelEnds<Request> ends)
    : limits(given),
      requests(std::move(ends.sender)),
      places(given.members),
      room_(std::move(ends.receiver), given.mailbox.slow),
      closes_(*requests.try_reserve()) {}

Async<> Chat::close() {
  closing_.cancel();
  closes_.send(Request{Close{}});
  auto all_gone = places.acquire(limits.members);
  const auto in_time = co_await timeout(limits.grace, std::move(all_gone));
  if (in_time) co_return;
  abort();
  const Permit of_all = co_await places.acquire(limits.members);
}

}  // namespace book::chat
