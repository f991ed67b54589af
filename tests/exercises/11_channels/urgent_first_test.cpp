#include "exercise/urgent_first.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "support/counting_waker.h"

namespace book {
namespace {

using exercise::UrgentFirst;

/// Two channels and the stream of both, polled by hand. '!' is urgent, '.' is normal.
struct Desk {
  explicit Desk(ChannelEnds<char> urgent_ends = unbounded_channel<char>(),
                ChannelEnds<char> normal_ends = unbounded_channel<char>())
      : urgent(std::move(urgent_ends.sender)),
        normal(std::move(normal_ends.sender)),
        both(std::move(urgent_ends.receiver), std::move(normal_ends.receiver)) {}

  void comes(const std::string& items) {
    for (char item : items) {
      const Sender<char>& where = item == '!' ? *urgent : *normal;
      EXPECT_EQ(where.try_send(std::move(item)), TrySend::sent);
    }
  }
  /// The next item; ' ' when it waits, '|' at the end.
  char next_one() {
    Context cx(waker.waker());
    const PollItem<char> item = both.poll_next(cx);
    if (item.is_pending()) return ' ';
    return item.value().value_or('|');
  }
  std::string next_ones(int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += next_one();
    return all;
  }

  test::CountingWaker waker;
  std::optional<Sender<char>> urgent, normal;
  UrgentFirst<char> both;
};

TEST(UrgentFirst, GivesWhatComesFromEither) {
  Desk desk;
  desk.comes("!");
  EXPECT_EQ(desk.next_ones(2), "! ");
  desk.comes(".");
  EXPECT_EQ(desk.next_ones(2), ". ")
      << "A normal item is there, and the stream waits. Ask the normal channel, too, when nothing "
         "urgent is there.";
}

TEST(UrgentFirst, PutsUrgentOnesFirstAndLosesNone) {
  Desk desk;
  desk.comes("...!!!");
  EXPECT_EQ(desk.next_ones(6), "!!!...")
      << "Three of each were there, and the urgent ones come first. Is one missing? Then it was "
         "taken "
         "out of its channel, and not given: ask the second channel only when the first has "
         "nothing.";
  EXPECT_EQ(desk.next_one(), ' ');
}

TEST(UrgentFirst, LetsANormalOneThroughInEight) {
  Desk desk;
  desk.comes(std::string(20, '!') + "...");
  EXPECT_EQ(desk.next_ones(23), "!!!!!!!.!!!!!!!.!!!!!!.")
      << "Of eight items one is normal, if there is one: who always takes what is urgent lets the "
         "others starve. Count the urgent ones in a row; after the seventh, not sooner, it is the "
         "other's turn.";
}

TEST(UrgentFirst, LetsOneThroughThatComesLate) {
  Desk desk;
  desk.comes(std::string(20, '!'));
  EXPECT_EQ(desk.next_ones(10), "!!!!!!!!!!") << "Nothing else is there.";
  desk.comes(".");
  EXPECT_EQ(desk.next_ones(2), ".!") << "Ten urgent ones in a row: now it is the other's turn.";
}

TEST(UrgentFirst, IsWokenByEither) {
  Desk desk;
  EXPECT_EQ(desk.next_one(), ' ');
  desk.comes(".");
  EXPECT_EQ(desk.waker.wakes(), 1) << "It waits for both, and a normal item has woken nobody.";
  EXPECT_EQ(desk.next_ones(2), ". ");
  desk.comes("!");
  EXPECT_EQ(desk.waker.wakes(), 2) << "It waits for both, and an urgent item has woken nobody.";
}

TEST(UrgentFirst, EndsWhenBothHaveEnded) {
  for (const bool urgent_ends_first : {true, false}) {
    Desk desk;
    desk.comes(".!");
    (urgent_ends_first ? desk.urgent : desk.normal).reset();
    EXPECT_EQ(desk.next_ones(3), "!. ")
        << "One of the channels has ended, and the stream with it. The other one goes on.";
    const char rest = urgent_ends_first ? '.' : '!';
    desk.comes(std::string(1, rest));
    EXPECT_EQ(desk.next_one(), rest);
    (urgent_ends_first ? desk.normal : desk.urgent).reset();
    EXPECT_EQ(desk.next_one(), '|') << "Both have ended.";
  }
}

}  // namespace
}  // namespace book
