#include "09_streams/story/sums.h"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <stdexcept>

#include "07_join/join.h"
#include "09_streams/local_channel.h"

namespace book::story {
namespace {

Async<> send_two(LocalSender<int> sender) {
  co_await sender.send(1);
  co_await sender.send(2);
}  // the sender goes here: that is the end of the receiver's stream

Async<> receive_all(LocalReceiver<int>& receiver) {
  for (;;) {
    auto item = co_await next(receiver);
    if (!item) break;
    fmt::print("   received {}\n", *item);
  }
  fmt::print("   the end\n");
}

}  // namespace

Async<> send_and_receive() {
  auto ends = local_channel<int>(10);
  co_await join(send_two(std::move(ends.sender)), receive_all(ends.receiver));
}

Outcome<int> read_card(int number) {
  Outcome<int> outcome;
  if (number == 3) {
    outcome.set_exception(std::make_exception_ptr(std::runtime_error("card 3 cannot be read")));
  } else {
    outcome.set_value(number);
  }
  return outcome;
}

}  // namespace book::story
