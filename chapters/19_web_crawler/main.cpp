// A web crawler. Without --url it tells its story, of a site in the same process; with it, it
// crawls a server. README.md walks through it.
#include <fmt/format.h>

#include <string>

#include "04_io_executor/executor.h"
#include "19_web_crawler/story/live.h"
#include "19_web_crawler/story/parts.h"
#include "common/program/chapter.h"
#include "common/trace.h"

namespace book::story {
namespace {

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
  if (trap == "empty-queue") executor.block_on(stops_at_an_empty_queue(start));
  if (trap == "timeout-a-read") executor.block_on(a_timeout_a_read(start));
  if (trap == "keeps-its-place") executor.block_on(sleeps_with_its_place(start));
}

void tell(Args& args) {
  if (args.given("url")) {
    if (args.given("trap")) throw UsageError("--trap is for the story, and --url is a crawl");
    return crawl_for_real(args);
  }
  for (const Option& option : crawl_options())
    if (args.given(option.name))
      throw UsageError(fmt::format("--{} belongs to a crawl: say --url, too", option.name));
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  if (const auto trap = args.get<std::string>("trap"); trap != "none")
    return walk_into(trap, options);
  fmt::print("A web crawler, and a shop with some forty pages.\n");
  part("1. One page, and its links.", options, one_page);
  part("2. All of them, 1, 2, 4 and 8 at once.", options, the_same_crawl);
  part("3. A limit in the wrong place.", options, the_limit_in_the_wrong_place);
  part("4. A host that has had enough.", options, a_host_that_has_enough);
  part("5. Which pages?", options, which_pages);
  part("6. What is left.", options, what_is_left);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  std::vector<book::Option> options = book::story::crawl_options();
  options.push_back(option::choice("trap",
                                   {"none", "empty-queue", "timeout-a-read", "keeps-its-place"},
                                   "instead, make one of the mistakes that the README tells of"));
  return book::chapter_main(
      {.name = "19_web_crawler",
       .summary = "a crawler: each page once, politely, and no stranger's harm",
       .options = std::move(options)},
      argc, argv, book::story::tell);
}
