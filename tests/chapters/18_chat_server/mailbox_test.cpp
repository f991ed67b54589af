// The mailbox: its two bounds, its four policies, and whom it wakes. (Chapter 18)
#include "18_chat_server/mailbox.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "05_async_await/simple_futures.h"
#include "support/contract.h"
#include "support/hand.h"

namespace book {
namespace chat_mailbox_test {

using chat::Mail;
using chat::Mailbox;
using chat::MailboxLimits;
using chat::Message;
using chat::Slow;
using test::Hand;

std::vector<std::string> take_all(Mailbox& mailbox) {
  std::vector<std::string> all;
  while (std::optional<Mail> mail = mailbox.try_next())
    all.emplace_back(mail->is_ping() ? "ping" : std::string(mail->line->text()));
  return all;
}
using Texts = std::vector<std::string>;

void push(Mailbox& mailbox, const Texts& texts) {
  for (const std::string& text : texts) mailbox.push(Message(text));
}

TEST(ChatMailbox, SkipsTheOldestAndSaysHowManyInTheirPlace) {
  const auto mailbox = make_arc<Mailbox>(MailboxLimits{.lines = 3});
  push(*mailbox, {"1", "2", "3"});
  EXPECT_TRUE(mailbox->is_full());
  push(*mailbox, {"4", "5"});
  EXPECT_EQ(take_all(*mailbox), (Texts{"* you missed 2 lines", "3", "4", "5"}));
  push(*mailbox, {"6", "7", "8", "9"});
  EXPECT_EQ(take_all(*mailbox), (Texts{"* you missed 1 line", "7", "8", "9"}));
  EXPECT_EQ(mailbox->bytes(), 0u);
}

TEST(ChatMailbox, CountsBytesWithTheLineEnd) {
  const auto mailbox = make_arc<Mailbox>(MailboxLimits{.lines = 100, .bytes = 8});
  push(*mailbox, {"123", "456"});
  EXPECT_EQ(mailbox->bytes(), 8u);
  push(*mailbox, {"7"});
  EXPECT_EQ(take_all(*mailbox), (Texts{"* you missed 1 line", "456", "7"}));
  push(*mailbox, {"1", "longer than all of it"});
  EXPECT_EQ(take_all(*mailbox), (Texts{"* you missed 1 line", "longer than all of it"}));
}

TEST(ChatMailbox, DropsItsMemberOrKeepsEverything) {
  const auto drop = make_arc<Mailbox>(MailboxLimits{.lines = 2, .slow = Slow::drop});
  const Hand hand;
  auto too_slow = poll_fn([&](Context& cx) { return drop->poll_too_slow(cx); });
  EXPECT_TRUE(hand.is_pending(too_slow));
  push(*drop, {"1", "2"});
  EXPECT_EQ(hand.wakes(), 0);
  push(*drop, {"3"});
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_TRUE(hand.is_ready(too_slow));
  EXPECT_TRUE(drop->is_terminated()) << "what it held is gone, too";

  const auto keep = make_arc<Mailbox>(MailboxLimits{.lines = 2, .bytes = 2, .slow = Slow::keep});
  for (int i = 0; i < 1000; ++i) push(*keep, {"a line"});
  EXPECT_EQ(keep->size(), 1000u);
  EXPECT_FALSE(keep->is_full());
}

TEST(ChatMailbox, ALineLargerThanAllOfItIsNoFaultOfOneWhoReads) {
  for (const Slow slow : {Slow::skip, Slow::drop, Slow::wait}) {
    const auto mailbox = make_arc<Mailbox>(MailboxLimits{.bytes = 8, .slow = slow});
    push(*mailbox, {"longer than all of it"});
    EXPECT_FALSE(mailbox->is_too_slow());
    EXPECT_EQ(take_all(*mailbox), (Texts{"longer than all of it"}));
  }
}

TEST(ChatMailbox, LetsTheRoomWaitAndTellsItOfRoomAndOfTheEnd) {
  for (const bool leaves : {false, true}) {
    const auto mailbox = make_arc<Mailbox>(MailboxLimits{.lines = 1, .slow = Slow::wait});
    const Hand hand;
    push(*mailbox, {"1"});
    auto room = poll_fn([&](Context& cx) { return mailbox->poll_room(cx); });
    EXPECT_TRUE(hand.is_pending(room));
    if (leaves) mailbox->abandon();
    if (!leaves) take_all(*mailbox);
    EXPECT_EQ(hand.wakes(), 1);
    EXPECT_TRUE(hand.is_ready(room));
  }
}

TEST(ChatMailbox, APingIsOneAndOvertakes) {
  const auto mailbox = make_arc<Mailbox>(MailboxLimits{.lines = 2});
  push(*mailbox, {"1", "2", "3"});
  mailbox->ask();
  mailbox->ask();
  EXPECT_EQ(take_all(*mailbox), (Texts{"ping", "* you missed 1 line", "2", "3"}));
}

TEST(ChatMailbox, AfterCloseGivesWhatIsInItAndTakesNothing) {
  const auto mailbox = make_arc<Mailbox>(MailboxLimits{});
  push(*mailbox, {"1"});
  mailbox->close();
  push(*mailbox, {"2"});
  mailbox->ask();
  EXPECT_FALSE(mailbox->is_terminated());
  EXPECT_EQ(take_all(*mailbox), (Texts{"1"}));
  EXPECT_TRUE(mailbox->is_terminated());
}

TEST(ChatMailbox, ALineIsOneForAll) {
  const Message line("hello");
  const auto a = make_arc<Mailbox>(MailboxLimits{}), b = make_arc<Mailbox>(MailboxLimits{});
  a->push(line);
  b->push(line);
  EXPECT_EQ(line.owners(), 3u);
  a->abandon();
  EXPECT_EQ(line.owners(), 2u);
}

/// As a member has it: when it goes, the mailbox is abandoned.
class Mine {
 public:
  using Item = Mail;
  explicit Mine(Arc<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}
  Mine(Mine&&) noexcept = default;
  Mine& operator=(Mine&&) = delete;
  ~Mine() {
    if (mailbox_) mailbox_->abandon();
  }
  PollItem<Mail> poll_next(Context& cx) { return mailbox_->poll_next(cx); }

 private:
  Arc<Mailbox> mailbox_;
};

TEST(ChatMailbox, KeepsTheContractAsAStream) {
  for (const char* event : {"push", "ask", "close"}) {
    const auto make = [event](bool ready) {
      const auto mailbox = make_arc<Mailbox>(MailboxLimits{});
      const auto fire = [mailbox, what = std::string(event)] {
        if (what == "push") mailbox->push(Message("1"));
        if (what == "ask") mailbox->ask();
        if (what == "close") mailbox->close();
      };
      if (ready) fire();
      return test::subject(next(Mine(mailbox)), fire);
    };
    test::expect_contract([&] { return make(false); }, {});
    test::expect_contract([&] { return make(true); }, {.ready_at_once = true});
  }
}

}  // namespace chat_mailbox_test
}  // namespace book
