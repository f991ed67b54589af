// Workarounds: boxes for futures and streams, coroutines that call themselves, virtual functions
// that are coroutines, and what keeps an object on its thread. README.md walks through it.
#include <fmt/format.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include "04_io_executor/executor.h"
#include "16_workarounds/story/boxes.h"
#include "16_workarounds/story/interfaces.h"
#include "16_workarounds/story/measure.h"
#include "16_workarounds/story/nets.h"
#include "16_workarounds/story/recursion.h"
#include "common/program/chapter.h"
#include "common/trace.h"

// Counts what this program takes from the heap. (Not inlined: g++ would see a malloc here and a
// delete there, and warn of what does fit together.)
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++book::story::allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace book::story {
namespace {

/// One part that needs no executor, or has several.
void part(const char* title, void (*show)()) {
  fmt::print("\n{}\n", title);
  show();
}
void part(const char* title, const ExecutorOptions& options, Async<> (*make)(Instant)) {
  fmt::print("\n{}\n", title);
  Executor executor(options);
  trace::name_next(title);
  executor.block_on(make(executor.reactor().now()));
}

void walk_into(const std::string& trap, const ExecutorOptions& options) {
  fmt::print("Into the trap: {}.\n", trap);
  Executor executor(options);
  if (trap == "object-goes") executor.block_on(goes_under_a_call());
  if (trap == "default-argument") executor.block_on(asks_with_a_default());
  if (trap == "lambda-goes") executor.block_on(goes_before_they_run());
}

void tell(Args& args) {
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  if (const auto trap = args.get<std::string>("trap"); trap != "none") {
    return walk_into(trap, options);
  }
  fmt::print("Workarounds.\n");
  part("1. A coroutine that calls itself.", a_coroutine_that_calls_itself);
  part("2. The same through a join, 500 deep.", through_a_join);
  part("3. A hundred thousand boxes.", a_hundred_thousand_boxes);
  part("4. A call through an interface, in allocations.", what_a_virtual_call_takes);
  part("5. Several kinds in one vector.", options, of_several_kinds);
  part("6. What stays on its thread, and what sees to it.", four_nets);
  part("7. A block ends early.", options, blocks);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "16_workarounds",
       .summary = "boxes, coroutines that call themselves, virtual ones, and what is not Send",
       .options = {option::choice("trap",
                                  {"none", "object-goes", "default-argument", "lambda-goes"},
                                  "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::story::tell);
}
