#include "exercise/mailbox.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/hand.h"

namespace book {
namespace {

using exercise::Mailbox;
using test::Hand;
using Texts = std::vector<std::string>;

void push(Mailbox& mailbox, const Texts& texts) {
  for (const std::string& text : texts) mailbox.push(text);
}

/// What can be read now. A mailbox that never comes to an end is stopped.
Texts read(Mailbox& mailbox) {
  const Hand hand;
  Context cx(hand.waker.waker());
  Texts all;
  while (all.size() < 100) {
    auto item = mailbox.poll_next(cx);
    if (item.is_pending()) break;
    auto line = std::move(item).value();
    if (!line) {
      all.push_back("(end)");
      break;
    }
    all.push_back(*std::move(line));
  }
  return all;
}

/// Without the notices.
Texts said(Texts all) {
  std::erase_if(all, [](const std::string& line) { return line.starts_with("* "); });
  return all;
}

TEST(Mailbox, HoldsSoManyLinesAndNoMore) {
  Mailbox mailbox(3, 1000);
  push(mailbox, {"1", "2", "3"});
  EXPECT_EQ(read(mailbox), (Texts{"1", "2", "3"})) << "Three lines fit. None is missing.";
  push(mailbox, {"1", "2", "3", "4", "5"});
  const Texts all = said(read(mailbox));
  EXPECT_LE(all.size(), 3u) << "There is room for three lines, and a member that never reads must "
                               "not cost you more.";
  EXPECT_EQ(all, (Texts{"3", "4", "5"}))
      << "The oldest line goes: who comes back wants to know what is said now. And no more of them "
         "go than it takes.";
}

TEST(Mailbox, SaysWhatWasMissedOnceAndInItsPlace) {
  Mailbox mailbox(2, 1000);
  push(mailbox, {"1", "2", "3", "4"});
  const Texts wanted{"* you missed 2", "3", "4"};
  const Texts all = read(mailbox);
  ASSERT_FALSE(all.empty());
  EXPECT_NE(all.back(), "* you missed 2")
      << "The lines are missing in front of the oldest that is left: tell it there.";
  EXPECT_EQ(all, wanted) << "One notice with the number of all that went, and then what is left.";
  push(mailbox, {"5"});
  EXPECT_EQ(read(mailbox), (Texts{"5"})) << "Those two were told of. Do not count them again.";
  push(mailbox, {"6", "7", "8"});
  EXPECT_EQ(read(mailbox), (Texts{"* you missed 1", "7", "8"}))
      << "One has gone since the last notice. Those before it were told of.";
}

TEST(Mailbox, HoldsSoManyBytesAndNoMore) {
  Mailbox mailbox(100, 10);
  push(mailbox, {"12345", "67890"});
  EXPECT_EQ(read(mailbox), (Texts{"12345", "67890"})) << "Ten bytes fit: the bound itself is fine.";
  push(mailbox, {"123456", "78901"});
  EXPECT_EQ(read(mailbox), (Texts{"* you missed 1", "78901"}))
      << "Count the bytes of the new line before it is in: the mailbox was over its bound.";
  push(mailbox, {"123", "456", "789", "123456789"});
  EXPECT_EQ(read(mailbox), (Texts{"* you missed 3", "123456789"}))
      << "As many of the old ones go as it takes.";
  push(mailbox, {"1", "a line of more than ten bytes"});
  EXPECT_EQ(read(mailbox), (Texts{"* you missed 1", "a line of more than ten bytes"}))
      << "A line that is larger than the bound stands alone.";
  push(mailbox, {"12345", "67890"});
  EXPECT_EQ(read(mailbox), (Texts{"12345", "67890"}))
      << "The mailbox was empty: what has been read is in it no longer, nor are its bytes.";
}

TEST(Mailbox, WakesWhoWaits) {
  Mailbox mailbox(2, 1000);
  const Hand hand;
  EXPECT_TRUE(hand.waits(mailbox));
  push(mailbox, {"1"});
  EXPECT_EQ(hand.wakes(), 1) << "The reader waits, and a line has come: wake it.";
  push(mailbox, {"2"});
  read(mailbox);
  EXPECT_TRUE(hand.waits(mailbox));
  mailbox.close();
  EXPECT_EQ(hand.wakes(), 2) << "The reader waits, and nothing more will come: wake it, too.";
}

// A line of more than the bound, which makes others go, is news like any other.
TEST(Mailbox, WakesWhoWaitsWhenItIsFullToo) {
  Mailbox mailbox(2, 1000);
  push(mailbox, {"1", "2"});
  const Hand hand;
  Context cx(hand.waker.waker());
  (void)mailbox.poll_next(cx);
  (void)mailbox.poll_next(cx);
  EXPECT_TRUE(mailbox.poll_next(cx).is_pending());
  push(mailbox, {"3", "4", "5"});
  EXPECT_GE(hand.wakes(), 1) << "Nobody has woken the reader.";
}

TEST(Mailbox, GivesWhatIsInItAfterItWasClosed) {
  Mailbox mailbox(3, 1000);
  push(mailbox, {"1", "2"});
  mailbox.close();
  push(mailbox, {"3"});
  EXPECT_EQ(read(mailbox), (Texts{"1", "2", "(end)"}))
      << "After close(): what was in it, then the end, and nothing that came later.";
  Mailbox full(1, 1000);
  push(full, {"1", "2"});
  full.close();
  EXPECT_EQ(read(full), (Texts{"* you missed 1", "2", "(end)"}))
      << "After close() the reader is still told what it has missed.";
}

}  // namespace
}  // namespace book
