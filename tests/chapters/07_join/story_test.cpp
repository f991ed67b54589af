// What the chapter's program is made of, and how its traps end. Its transcripts are checked with
// its README.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "07_join/story/ask_everybody.h"
#include "07_join/story/parcels.h"
#include "support/child_process.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"
#include "support/paths.h"

namespace book {
namespace story_test {

using errands::AskEverybody;
using errands::Parcels;
using test::CountingWaker;

/// An arrival that keeps the parcels alive, which have to outlive it.
struct Kept {
  using Output = std::size_t;
  const std::shared_ptr<Parcels> parcels;  // const: a move copies it
  Parcels::Arrival arrival;
  Poll<std::size_t> poll(Context& cx) { return arrival.poll(cx); }
};

TEST(Parcels, AnArrivalKeepsTheContract) {
  test::expect_contract(
      [] {
        auto parcels = std::make_shared<Parcels>(2);
        Kept kept{parcels, parcels->wait_for(1)};
        return test::subject(std::move(kept), [parcels] { parcels->deliver(1); });
      },
      {}, [](std::size_t number) { return number == 1; });
}

TEST(AskEverybody, KeepsTheContract) {
  test::expect_contract(
      [] {
        test::Doors doors(2);
        std::vector<test::Enter> futures;
        futures.push_back(doors.enter(0, 0));
        futures.push_back(doors.enter(1, 1));
        return test::subject(AskEverybody(std::move(futures)), [doors] {
          doors.open(0);
          doors.open(1);
        });
      },
      {},
      [](const std::vector<int>& values) {
        return values == std::vector{0, 1};
      });
}

TEST(AskEverybody, ThrowsTheFirstExceptionByPositionWhenAllHaveFinished) {
  test::Doors doors(2);
  std::vector<test::Enter> futures;
  futures.push_back(doors.enter(0, 0));
  futures.push_back(doors.enter(1, 1));
  AskEverybody all(std::move(futures));
  CountingWaker task;
  Context cx(task.waker());
  doors.spoil(1);
  doors.open(1);
  EXPECT_TRUE(all.poll(cx).is_pending());
  doors.open(0);
  EXPECT_THROW((void)all.poll(cx), std::runtime_error);
  EXPECT_EQ(doors.alive(), 0);
}

// The figure of part 7, for any number: n + n + (n-1) + ... + 1.
TEST(AskEverybody, AsksAQuadraticNumberOfTimes) {
  for (const std::size_t count : {1, 2, 7, 50}) {
    Parcels parcels(count);
    AskEverybody all(parcels.wait_for_each());
    CountingWaker task;
    Context cx(task.waker());
    for (std::size_t number = 0; number < count; ++number) {
      EXPECT_TRUE(all.poll(cx).is_pending());
      parcels.deliver(number);
    }
    EXPECT_EQ(all.poll(cx).value().size(), count);
    EXPECT_EQ(parcels.polls(), count + count * (count + 1) / 2);
  }
}

struct Ended {
  int exit_code;
  std::string err;
};

Ended run_story(const std::string& arguments) {
  const test::TemporaryFile err;
  const std::string command =
      test::program("07_join").string() + " " + arguments + " > /dev/null 2> " + err.path();
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, err.content()};
}

TEST(Story, AFutureThatHasEndedEndsTheProgramWithOneLine) {
  const Ended ended = run_story("--trap again --virtual-time");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.err,
            "07_join: an Async was polled after it had finished, or after it was moved from\n");
}

TEST(Story, TheTrapThatHoldsTheThreadRefusesVirtualTime) {
  const Ended ended = run_story("--trap blocking --virtual-time");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.err,
            "07_join: --trap blocking holds the thread for real: leave --virtual-time out\n");
}

}  // namespace story_test
}  // namespace book
