#include "exercise/actor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "10_spawning/spawn.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::ask;
using exercise::Request;
using exercise::What;

/// An account that runs, and its clock.
struct Bank {
  explicit Bank(std::size_t room = 10) : Bank(channel<Request>(room)) {}

  /// Runs `visit` to its end. A deadlock is told with what it means here.
  template <class Visit>
  auto run(Visit visit) {
    try {
      return executor.block_on(visit);
    } catch (const Deadlock& silence) {
      throw std::runtime_error(
          std::string("The account waits for itself: while it handles a request it waits for its "
                      "own channel, and nobody else can empty that.\n") +
          silence.what());
    }
  }
  long ms() { return std::chrono::round<std::chrono::milliseconds>(now() - start).count(); }
  Instant now() { return executor.reactor().now(); }

  Executor executor{{.time = TimeMode::virtual_time}};
  std::optional<Sender<Request>> tx;
  std::optional<int> end;  ///< what account() has given
  std::string failure;     ///< or thrown
  Instant start = executor.reactor().now();

 private:
  explicit Bank(ChannelEnds<Request> ends) : tx(ends.sender) {
    WeakSender<Request> self = ends.sender.downgrade();
    executor.spawn(keep(exercise::account(std::move(ends.receiver), self), *this));
  }
  static Async<> keep(Async<int> account, Bank& bank) {
    try {
      const int balance = co_await account;
      bank.end = balance;
    } catch (const std::exception& error) {
      bank.failure = error.what();
    }
  }
};

TEST(Actor, AnswersWhoAsks) {
  Bank bank;
  EXPECT_EQ(bank.run(ask(*bank.tx, What::add, 30, 1s)), 30)
      << "30 cents were added to nothing. Send a request with a oneshot's sender in it, and wait "
         "for its receiver.";
  EXPECT_EQ(bank.run(ask(*bank.tx, What::add, 20, 1s)), 50);
  EXPECT_EQ(bank.ms(), 20) << "Each request takes the 10 ms of write_down().";
}

TEST(Actor, HandlesOneRequestAfterTheOther) {
  Bank bank;
  std::vector<int> balances;
  auto visit = [](Bank& bank, std::vector<int>& balances) -> Async<> {
    std::vector<JoinHandle<std::optional<int>>> asking;
    for (int i = 1; i <= 3; ++i) asking.push_back(spawn(ask(*bank.tx, What::add, i, 1s)));
    for (auto& handle : asking) {
      const std::optional<int> balance = co_await handle;
      balances.push_back(balance.value_or(-1));
    }
  };
  bank.run(visit(bank, balances));
  EXPECT_EQ(balances, (std::vector<int>{1, 3, 6})) << "They were asked in this order.";
  EXPECT_EQ(bank.ms(), 30);
}

TEST(Actor, GivesUpAskingWhenTheTimeIsOver) {
  Bank bank(1);
  auto visit = [](Bank& bank) -> Async<> {
    auto busy = spawn(ask(*bank.tx, What::add, 1, 1s));
    auto queued = spawn(ask(*bank.tx, What::add, 1, 1s));
    co_await sleep(1ms);
    auto no_room = spawn(ask(*bank.tx, What::add, 1, 4ms));
    const std::optional<int> late = co_await no_room;
    EXPECT_EQ(late, std::nullopt);
    EXPECT_EQ(bank.ms(), 5)
        << "The channel was full, and ask was given 4 ms. They begin when it is "
           "called: to wait for room is to wait, too.";
    co_await busy;
    co_await queued;
  };
  bank.run(visit(bank));
}

TEST(Actor, HasOneLimitForSendingAndForTheAnswer) {
  Bank bank(1);
  auto visit = [](Bank& bank) -> Async<> {
    auto busy = spawn(ask(*bank.tx, What::add, 1, 1s));
    auto queued = spawn(ask(*bank.tx, What::add, 1, 1s));
    co_await sleep(1ms);
    // There is room at 10 ms; the answer would come at 30 ms.
    auto slow = spawn(ask(*bank.tx, What::add, 1, 24ms));
    const std::optional<int> late = co_await slow;
    EXPECT_EQ(late, std::nullopt)
        << "ask was given 24 ms, waited 9 ms for room, and then began to count anew. It is one "
           "limit: put one timeout around sending and waiting.";
    EXPECT_EQ(bank.ms(), 25);
    co_await busy;
    co_await queued;
  };
  bank.run(visit(bank));
}

TEST(Actor, GoesOnWhenOneWhoAskedDoesNot) {
  Bank bank;
  EXPECT_EQ(bank.run(ask(*bank.tx, What::add, 30, 3ms)), std::nullopt)
      << "The answer takes 10 ms, and it was to wait for 3.";
  std::optional<int> balance;
  try {
    balance = bank.run(ask(*bank.tx, What::add, 20, 1s));
  } catch (const ChannelClosed&) {
    bank.failure += " (and nobody can ask any more)";
  }
  EXPECT_EQ(bank.failure, "")
      << "One who had asked gave up, and that ended the account for all others. An answer that "
         "nobody waits for is no failure: send() says false, and that is all.";
  EXPECT_EQ(balance, 50) << "What was asked for is done, whoever waits for the answer.";
}

TEST(Actor, DoesWhatWasAskedByOneWhoIsGone) {
  Bank bank;
  auto visit = [](Bank& bank) -> Async<> {
    auto busy = spawn(ask(*bank.tx, What::add, 1, 1s));
    auto gives_up = spawn(ask(*bank.tx, What::add, 10, 3ms));  // its request is in the channel
    co_await gives_up;
    co_await busy;
    auto later = spawn(ask(*bank.tx, What::add, 100, 1s));
    const std::optional<int> balance = co_await later;
    EXPECT_EQ(balance, 111)
        << "A request was in the channel, its asker gave up, and it was not carried out. Only the "
           "answer is not wanted any more.";
  };
  bank.run(visit(bank));
}

TEST(Actor, CanDoubleItsBalance) {
  Bank bank(1);
  bank.run(ask(*bank.tx, What::add, 30, 1s));
  EXPECT_EQ(bank.run(ask(*bank.tx, What::double_it, 0, 1s)), 60)
      << "It waits for an answer from itself, and it is just busy. What it wants done, it does "
         "at once.";
  EXPECT_EQ(bank.ms(), 20);
}

TEST(Actor, DoublesBeforeItDoesWhatWasAskedLater) {
  Bank bank;
  auto visit = [](Bank& bank) -> Async<> {
    auto before = spawn(ask(*bank.tx, What::add, 30, 1s));
    co_await before;
    auto doubles = spawn(ask(*bank.tx, What::double_it, 0, 1s));
    auto adds = spawn(ask(*bank.tx, What::add, 10, 1s));
    const std::optional<int> doubled = co_await doubles;
    const std::optional<int> added = co_await adds;
    EXPECT_EQ(doubled, 60)
        << "There were 30 cents when it was asked to double them. A request that it sends to "
           "itself stands behind what others have asked for: change the balance at once.";
    EXPECT_EQ(added, 70);
  };
  bank.run(visit(bank));
}

TEST(Actor, AnswersWhatIsQueuedWhenItIsStopped) {
  Bank bank;
  std::vector<int> balances;
  auto visit = [](Bank& bank, std::vector<int>& balances) -> Async<> {
    auto before = spawn(ask(*bank.tx, What::add, 1, 1s));
    auto stop = spawn(ask(*bank.tx, What::stop, 0, 1s));
    auto queued = spawn(ask(*bank.tx, What::add, 2, 1s));
    const std::optional<int> first = co_await before;
    const std::optional<int> second = co_await stop;
    try {
      const std::optional<int> third = co_await queued;
      balances = {first.value_or(-1), second.value_or(-1), third.value_or(-1)};
    } catch (const ChannelClosed&) {
      ADD_FAILURE()
          << "A request was in the channel when the account was stopped, and was thrown "
             "away. close() lets nothing in, and leaves what is in: take it, until the end.";
    }
  };
  bank.run(visit(bank, balances));
  EXPECT_EQ(balances, (std::vector<int>{1, 1, 3}));
  bank.run(sleep(1ms));
  EXPECT_EQ(bank.end, 3) << "All is answered, and account() should have ended, with the balance.";
  EXPECT_THROW(bank.run(ask(*bank.tx, What::add, 1, 1s)), ChannelClosed)
      << "It was stopped, and ask() does not say so: it throws ChannelClosed. An empty optional "
         "means that the answer took too long.";
}

TEST(Actor, LetsNothingInOnceItIsToldToStop) {
  Bank bank;
  auto visit = [](Bank& bank) -> Async<> {
    auto stop = spawn(ask(*bank.tx, What::stop, 0, 1s));
    co_await sleep(3ms);  // it is being written down
    auto late = spawn(ask(*bank.tx, What::add, 1, 1s));
    bool refused = false;
    try {
      (void)co_await late;
    } catch (const ChannelClosed&) {
      refused = true;
    }
    EXPECT_TRUE(refused) << "It was told to stop, was writing that down, and took a request "
                            "meanwhile. Close first, then write.";
    co_await stop;
  };
  bank.run(visit(bank));
}

TEST(Actor, EndsWhenNobodyCanAskAnyMore) {
  Bank bank;
  bank.run(ask(*bank.tx, What::add, 5, 1s));
  bank.tx.reset();
  bank.run(sleep(1ms));
  EXPECT_EQ(bank.end, 5)
      << "No sender is left, and account() waits for a request. (A sender of its "
         "own would keep the channel open.)";
}

}  // namespace
}  // namespace book
