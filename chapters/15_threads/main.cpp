// Tasks on several threads: who polls what, who helps whom, what may cross, and how it ends.
// README.md walks through it.
#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "15_threads/story/compare.h"
#include "15_threads/story/crowd.h"
#include "15_threads/story/endings.h"
#include "15_threads/story/places.h"
#include "15_threads/story/polls.h"
#include "15_threads/story/queues.h"
#include "common/program/chapter.h"

namespace book::story {
namespace {

const std::map<std::string, std::function<void()>> kTraps{
    {"thread-local", keeps_it_in_a_thread_local},
    {"dropped-elsewhere", drops_it_elsewhere},
    {"forgotten-waker", forgets_its_waker},
    {"virtual-time", has_a_virtual_clock},
    {"seed", has_a_seed},
    {"too-many", has_too_many_workers},
    {"ended-inside", ends_the_pool_inside},
    {"run-inside", runs_the_pool_inside},
    {"destroyed-inside", destroys_the_pool_inside},
    {"never-returns", never_returns}};

std::vector<std::string> names_of_traps() {
  std::vector<std::string> names{"none"};
  for (const auto& [name, trap] : kTraps) names.push_back(name);
  return names;
}

void part(const char* title) { fmt::print("\n{}\n", title); }

void tell(Args& args) {
  if (const auto trap = kTraps.find(args.get<std::string>("trap")); trap != kTraps.end()) {
    return trap->second();
  }
  fmt::print("Tasks on several threads.\n");
  part("1. The same thousand tasks, on 1, 2 and 4 workers.");
  the_same_thousand();
  part("2. Four tasks that go on when all four are there.");
  four_at_the_same_moment();
  part("3. A task that is woken while it is polled.");
  woken_while_it_is_polled();
  part("4. A worker that queues 300 tasks, and then blocks its thread.");
  a_full_queue_and_a_thief();
  part("5. A task that waits, with its thread, for another task's timer.");
  a_worker_that_is_stuck();
  part("6. All wait for the same door: threads, and tasks.");
  threads_against_tasks(args.get<int>("threads"), args.get<int>("tasks"));
  part("7. One that moves, and one that stays.");
  one_moves_and_one_stays();
  part("8. What may cross to another thread.");
  what_may_cross();
  part("9. Two tasks that wait for each other, on two threads.");
  two_that_wait_for_each_other();
  part("10. The end of a pool.");
  the_end_of_a_pool();
  part("11. The same work on three executors.");
  the_same_work_on_three_executors();
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "15_threads",
       .summary = "the same tasks on several threads: stealing, moving, staying, ending",
       .options = {option::number("threads", {.fallback = 10'000, .min = 1, .max = 100'000},
                                  "how many threads wait in part 6, and as many tasks"),
                   option::number("tasks", {.fallback = 1'000'000, .min = 1, .max = 10'000'000},
                                  "how many tasks wait there after them"),
                   option::choice("trap", book::story::names_of_traps(),
                                  "instead, make one of the mistakes that the README tells of")},
       .no_virtual_time = "virtual time is for one worker, and it has several",
       .no_seed = "a seed is for one worker, and it has several"},
      argc, argv, book::story::tell);
}
