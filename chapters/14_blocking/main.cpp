// Blocking work: what one call that blocks does to all tasks, the pool that takes it away, files,
// long computations, and how to find the poll that holds everybody up. README.md walks through it.
#include <fmt/format.h>

#include <string>

#include "04_io_executor/executor.h"
#include "14_blocking/blocking_pool.h"
#include "14_blocking/story/jobs.h"
#include "14_blocking/story/processor.h"
#include "14_blocking/story/stalls.h"
#include "14_blocking/story/traps.h"
#include "common/program/chapter.h"
#include "common/trace.h"

namespace book::story {
namespace {

void part(const char* title, const ExecutorOptions& options, Async<> (*make)()) {
  fmt::print("{}\n", title);
  Executor executor(options);
  trace::name_next(title);
  executor.block_on(make());
}

void tell(Args& args) {
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  BlockingPool pool;
  const BlockingPool::Scope here(pool);
  if (const auto trap = args.get<std::string>("trap"); trap != "none") {
    const std::string title = fmt::format("Into the trap: {}.", trap);
    if (trap == "stdin") part(title.c_str(), options, reads_what_nobody_types);
    if (trap == "give-up") part(title.c_str(), options, gives_up_and_it_is_done_all_the_same);
    if (trap == "full") part(title.c_str(), options, jobs_that_wait_for_jobs);
    return;
  }
  fmt::print("Blocking work.\n\n");
  part("1. A call that blocks.", options, a_call_that_blocks);
  part("\n2. A call that blocks, on another thread.", options, the_same_on_another_thread);
  part("\n3. A long computation.", options, a_long_computation);
  part("\n4. Ten jobs.", options, ten_jobs);
  part("\n5. Called off.", options, called_off);
  part("\n6. Who holds us up?", options, who_holds_us_up);
  part("\n7. Six files.", options, six_files);
  part("\n8. The end of a pool.", options, the_end_of_a_pool);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "14_blocking",
       .summary = "calls that block, and what to do with them: a pool, files, breathing, a watch",
       .options = {option::choice("trap", {"none", "stdin", "give-up", "full"},
                                  "instead, make one of the mistakes that the README tells of")},
       .no_virtual_time = "it really blocks, and its jobs run on real threads"},
      argc, argv, book::story::tell);
}
