// Channels: one answer, many senders, many listeners, the latest value; who waits, what is lost
// when someone does not (nothing), and how it ends. README.md walks through it.
#include <fmt/format.h>

#include <string>

#include "04_io_executor/executor.h"
#include "11_channels/story/answers.h"
#include "11_channels/story/given_up.h"
#include "11_channels/story/news.h"
#include "11_channels/story/pressure.h"
#include "common/program/chapter.h"
#include "common/trace.h"

namespace book::story {
namespace {

/// One part: `make` is given the time at which it begins.
void part(const char* title, const ExecutorOptions& options, Async<> (*make)(Instant)) {
  fmt::print("\n{}\n", title);
  Executor executor(options);
  trace::name_next(title);
  executor.block_on(make(executor.reactor().now()));
}

void walk_into(const std::string& trap, const ExecutorOptions& options) {
  fmt::print("Into the trap: {}.\n", trap);
  Executor executor(options);
  const Instant start = executor.reactor().now();
  if (trap == "hand-over") executor.block_on(give_up_what_is_in_the_hands(start));
  if (trap == "own-sender") executor.block_on(waits_for_its_own_sender(start));
  if (trap == "circle") executor.block_on(in_a_circle(start));
}

void tell(Args& args) {
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  if (const auto trap = args.get<std::string>("trap"); trap != "none") {
    return walk_into(trap, options);
  }
  fmt::print("Channels.\n");
  part("1. One answer, and none.", options, one_answer);
  part("2. Two senders, a channel of two places, a slow receiver.", options,
       two_senders_one_slow_receiver);
  part("3. An actor.", options, an_actor);
  part("4. A receive that is given up.", options, give_up_receiving);
  part("5. Compute, then send: the receiver wants two pages.", options, compute_then_send);
  part("   Reserve, then compute.", options, reserve_then_compute);
  part("6. A broadcast, with room for four.", options, a_slow_listener);
  part("7. A watch.", options, a_thermometer);
  part("8. Closed in order.", options, a_graceful_end);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "11_channels",
       .summary = "channels: one answer, many senders, many listeners, the latest value",
       .options = {option::choice("trap", {"none", "hand-over", "own-sender", "circle"},
                                  "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::story::tell);
}
