// Locks for tasks: who waits, who is next, and what happens when one that waits is dropped or not
// polled. README.md walks through it.
#include <fmt/format.h>

#include <string>

#include "04_io_executor/executor.h"
#include "12_sync/story/locks.h"
#include "12_sync/story/once.h"
#include "12_sync/story/permits.h"
#include "12_sync/story/readers.h"
#include "12_sync/story/signals.h"
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
  if (trap == "not-polled") executor.block_on(locks_and_gives_up(start));
  if (trap == "read-twice") executor.block_on(reads_while_it_reads(start));
  if (trap == "look-first") executor.block_on(looks_and_then_asks(start));
  if (trap == "forget") executor.block_on(forgets_its_permits(start));
}

void tell(Args& args) {
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  if (const auto trap = args.get<std::string>("trap"); trap != "none") {
    return walk_into(trap, options);
  }
  fmt::print("Locks for tasks.\n");
  part("1. A std::mutex, held across an await.", options, a_std_mutex_across_an_await);
  part("2. The mutex of this chapter.", options, the_mutex_of_this_chapter);
  part("3. Four at a time.", options, four_at_a_time);
  part("4. Readers and a writer.", options, readers_and_a_writer);
  part("5. notify_one() is kept, notify_all() is not.", options, one_is_kept_and_all_is_not);
  part("6. A walk in two stages.", options, a_walk_in_stages);
  part("7. Once, by three who ask at the same moment.", options, once_by_three);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "12_sync",
       .summary = "locks for tasks: one at a time, four, readers and a writer; news, rounds, once",
       .options = {option::choice("trap",
                                  {"none", "not-polled", "read-twice", "look-first", "forget"},
                                  "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::story::tell);
}
