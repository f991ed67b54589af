// Tests of the piece contest: who is asked, in which order, and who wins.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "08_select/contest.h"
#include "08_select/operand.h"
#include "common/random.h"
#include "support/hand.h"

namespace book {
namespace {

using test::Hand;

/// Writes its letter down at each poll. Ready when it is told so.
struct Runner {
  using Output = char;
  char letter;
  std::string* track;
  bool ready = false;
  bool ended = false;

  bool is_terminated() const { return ended; }
  Poll<char> poll(Context& cx) {
    *track += letter;
    if (ready) return letter;
    cx.store(waker, "the start");
    return pending;
  }
  Waker waker = {};
};

struct Field {
  std::string track;
  Runner a{.letter = 'a', .track = &track}, b{.letter = 'b', .track = &track},
      c{.letter = 'c', .track = &track};
  using Entrant = detail::Operand<Runner&>;
  detail::Contest<detail::Order::fair, Entrant, Entrant, Entrant> contest{std::in_place, a, b, c};
  Hand task;

  /// The letter of the winner, or '-'.
  char poll() {
    char winner = '-';
    Context cx(task.waker.waker());
    contest.poll(cx, [&](auto, Poll<char> poll) { winner = poll.value(); });
    return winner;
  }
};

TEST(Contest, AsksEachOneUntilOneHasWon) {
  Field field;  // no executor, no random numbers: in the order in which they were written
  EXPECT_EQ(field.poll(), '-');
  ASSERT_EQ(field.track, "abc")
      << "Contest: all three are pending, so each is polled once, and keeps the waker. The letters "
      << "are those that were.";
  field.track.clear();
  field.b.ready = true;
  EXPECT_EQ(field.poll(), 'b') << "Contest: b is ready, and did not win.";
  EXPECT_EQ(field.track, "ab") << "Contest: b has won, and c is not asked.";
}

TEST(Contest, DoesNotPollWhatHasEnded) {
  Field field;
  field.a.ended = true;
  field.poll();
  EXPECT_EQ(field.track, "bc") << "Contest: a is_terminated(), and was polled.";
}

TEST(Contest, DrawsItsOrderOnceAndKeepsIt) {
  Random random(7);
  const Random::Scope scope(random);
  for (int i = 0; i < 50; ++i) {
    Field field;
    field.poll();
    const std::string drawn = field.track;
    ASSERT_EQ(drawn.size(), 3u) << "Contest: polled were " << drawn;
    field.track.clear();
    field.poll();
    ASSERT_EQ(field.track, drawn)
        << "Contest: the order of a contest is drawn at its first poll, and not anew at each.";
  }
}

TEST(Contest, EachOrderComesUp) {
  Random random(7);
  const Random::Scope scope(random);
  std::set<std::string> orders;
  for (int i = 0; i < 200; ++i) {
    Field field;
    field.poll();
    orders.insert(field.track);
  }
  EXPECT_EQ(orders.size(), 6u)
      << "Contest: three can be asked in six orders. In the order they were written, the first "
      << "that is always ready starves the others.";
}

TEST(Contest, TheOrderAsWrittenStays) {
  std::string track;
  Runner a{.letter = 'a', .track = &track}, b{.letter = 'b', .track = &track};
  using Entrant = detail::Operand<Runner&>;
  detail::Contest<detail::Order::as_written, Entrant, Entrant> contest(std::in_place, a, b);
  Random random(7);
  const Random::Scope scope(random);
  const Hand task;
  Context cx(task.waker.waker());
  EXPECT_FALSE(contest.poll(cx, [](auto, const Poll<char>&) {}));
  EXPECT_EQ(track, "ab");
}

}  // namespace
}  // namespace book
