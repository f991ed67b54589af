#include "01_simple_future/join.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "01_simple_future/poll_loop.h"
#include "01_simple_future/socket_read.h"
#include "chapters/01_simple_future/probe.h"
#include "common/reactor/reactor.h"

namespace book::simple {
namespace join_test {

using test::bell;
using test::gong;
using test::Panel;
using test::Probe;
using test::refuses_to_move;

std::vector<Probe> probes_of(std::vector<Panel>& panels) {
  std::vector<Probe> probes;
  probes.reserve(panels.size());
  for (Panel& panel : panels) probes.emplace_back(panel);
  return probes;
}

TEST(Join, GivesBothValuesInTheOrderOfItsArguments) {
  Panel a, b;
  Join join{Probe(a), Probe(b)};
  EXPECT_TRUE(join.poll(bell).is_pending());
  b.value = 2;
  EXPECT_TRUE(join.poll(bell).is_pending());
  a.value = 1;
  EXPECT_EQ(join.poll(bell).value(), std::pair(1, 2));
}

TEST(Join, OfReadyFuturesIsReadyAtItsFirstPoll) {
  Panel a{.value = 1}, b{.value = 2};
  Join join{Probe(a), Probe(b)};
  EXPECT_EQ(join.poll(bell).value(), std::pair(1, 2));
}

TEST(Join, PollsBothEachTimeWithTheSameWake) {
  Panel a, b;
  Join join{Probe(a), Probe(b)};
  EXPECT_EQ(a.polls + b.polls, 0) << "making it does nothing";
  EXPECT_TRUE(join.poll(bell).is_pending());
  EXPECT_TRUE(join.poll(gong).is_pending());
  EXPECT_EQ(a.polls, 2);
  EXPECT_EQ(b.polls, 2);
  EXPECT_EQ(a.wake, gong);
  EXPECT_EQ(b.wake, gong);
}

TEST(Join, PollsAFinishedChildNoMore) {
  Panel a{.value = 1}, b;
  Join join{Probe(a), Probe(b)};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(join.poll(bell).is_pending());
  EXPECT_EQ(a.polls, 1);
  EXPECT_EQ(b.polls, 5);
}

TEST(Join, DropsAChildAsSoonAsItIsDone) {
  Panel a{.value = 1}, b;
  Join join{Probe(a), Probe(b)};
  EXPECT_TRUE(join.poll(bell).is_pending());
  EXPECT_EQ(a.alive, 0);
  EXPECT_EQ(b.alive, 1);
}

TEST(Join, IsCancelledAfterAnyNumberOfPolls) {
  for (int polls = 0; polls < 4; ++polls) {
    Panel a, b;
    {
      Join join{Probe(a), Probe(b)};
      for (int i = 0; i < polls; ++i) {
        if (i == 2) a.value = 1;
        EXPECT_TRUE(join.poll(bell).is_pending());
      }
    }
    EXPECT_EQ(a.alive + b.alive, 0) << "after " << polls << " polls";
  }
}

TEST(Join, EndsWithTheExceptionOfAChild) {
  Panel a, b;
  Join join{Probe(a), Probe(b)};
  EXPECT_TRUE(join.poll(bell).is_pending());
  a.throws = true;
  EXPECT_THROW((void)join.poll(bell), std::runtime_error);
  EXPECT_EQ(b.polls, 1) << "there is nobody left to give b's value to";
  EXPECT_THROW((void)join.poll(bell), std::logic_error) << "and the join is finished";
}

TEST(Join, MustNotBePolledAfterItsEnd) {
  Panel a{.value = 1}, b{.value = 2};
  Join join{Probe(a), Probe(b)};
  EXPECT_TRUE(join.poll(bell).is_ready());
  EXPECT_THROW((void)join.poll(bell), std::logic_error);
}

TEST(Join, MovesUntilItsFirstPollAndNeverAfter) {
  Panel a, b;
  Join fresh{Probe(a), Probe(b)};
  Join join(std::move(fresh));
  EXPECT_TRUE(join.poll(bell).is_pending());
  EXPECT_TRUE(refuses_to_move(join));
  a.value = 1;
  b.value = 2;
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move)
  EXPECT_EQ(join.poll(bell).value(), std::pair(1, 2)) << "the refused move took nothing away";
}

TEST(Join, Nests) {
  Panel a{.value = 1}, b, c{.value = 3};
  Join join{Join{Probe(a), Probe(b)}, Probe(c)};
  EXPECT_TRUE(join.poll(bell).is_pending());
  b.value = 2;
  EXPECT_EQ(join.poll(bell).value(), std::pair(std::pair(1, 2), 3));
}

TEST(Join, ReadsTwoRealSocketsAtOnce) {
  Reactor reactor;
  Reactor::Scope scope(reactor);
  auto kettle = Socket::pair();
  auto toaster = Socket::pair();
  Join join{SocketRead(kettle.first), SocketRead(toaster.first)};

  const int before = detail::wake_calls;
  EXPECT_TRUE(join.poll(detail::wake_this_thread).is_pending());
  toaster.second.write("toast");
  kettle.second.write("hot water");
  while (detail::wake_calls < before + 2) reactor.wait();
  const auto breakfast = run_sleeping(join);
  EXPECT_EQ(breakfast.value, std::pair(std::string("hot water"), std::string("toast")));
  EXPECT_EQ(breakfast.polls, 1);
}

TEST(JoinAll, GivesAllValuesInOrderWhoeverIsFirst) {
  std::vector<Panel> panels(3);
  JoinAll join(probes_of(panels));
  for (int i : {1, 2, 0}) {
    EXPECT_TRUE(join.poll(bell).is_pending());
    panels[static_cast<std::size_t>(i)].value = i;
  }
  EXPECT_EQ(join.poll(bell).value(), (std::vector{0, 1, 2}));
}

TEST(JoinAll, AsksEveryoneWhoIsNotDoneAtEveryWake) {
  // The count that this chapter ends with: n + n(n+1)/2 polls where 2n would do.
  for (const int n : {1, 2, 4, 8, 16, 100}) {
    std::vector<Panel> panels(static_cast<std::size_t>(n));
    JoinAll join(probes_of(panels));
    for (Panel& panel : panels) {
      EXPECT_TRUE(join.poll(bell).is_pending());
      panel.value = 1;
    }
    EXPECT_TRUE(join.poll(bell).is_ready());
    int polls = 0;
    for (const Panel& panel : panels) polls += panel.polls;
    EXPECT_EQ(polls, n + n * (n + 1) / 2);
  }
}

TEST(JoinAll, OfNothingIsReadyAtOnce) {
  JoinAll join{std::vector<Probe>()};
  EXPECT_TRUE(join.poll(bell).value().empty());
}

TEST(JoinAll, IsCancelledAfterAnyNumberOfPolls) {
  for (int polls = 0; polls < 4; ++polls) {
    std::vector<Panel> panels(3);
    {
      JoinAll join(probes_of(panels));
      for (int i = 0; i < polls; ++i) {
        EXPECT_TRUE(join.poll(bell).is_pending());
        if (i == 1) panels[1].value = 1;
      }
    }
    for (const Panel& panel : panels) EXPECT_EQ(panel.alive, 0) << "after " << polls << " polls";
  }
}

TEST(JoinAll, MovesUntilItsFirstPollAndNeverAfter) {
  std::vector<Panel> panels(1);
  JoinAll fresh(probes_of(panels));
  JoinAll join(std::move(fresh));
  EXPECT_TRUE(join.poll(bell).is_pending());
  EXPECT_TRUE(refuses_to_move(join));
  panels[0].value = 1;
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move)
  EXPECT_EQ(join.poll(bell).value(), std::vector{1}) << "the refused move took nothing away";
  EXPECT_THROW((void)join.poll(bell), std::logic_error);
}

}  // namespace join_test
}  // namespace book::simple
