// patient(): how long a connection may stand still. (Chapter 18)
#include "18_chat_server/patient.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <utility>

#include "05_async_await/simple_futures.h"
#include "17_io/ends/duplex.h"
#include "18_chat_server/line_wire.h"
#include "support/contract.h"
#include "support/hand.h"

namespace book {
namespace chat_patient_test {

using namespace std::chrono_literals;
using chat::Mailbox;
using chat::MailboxLimits;
using test::Hand;
using Wire = chat::LineWire<DuplexStream>;

TEST(ChatPatient, KeepsTheContract) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope scope(reactor);
  auto ends = duplex(64);
  const Wire wire(std::move(ends.first), 100);
  for (const bool runs_over : {false, true}) {
    const auto make = [&] {
      const auto mailbox = make_arc<Mailbox>(MailboxLimits{.lines = 1, .slow = chat::Slow::drop});
      auto future = chat::patient(never<void>(), wire, *mailbox, 10s);
      return test::subject(std::move(future), [&, mailbox] {
        if (!runs_over && !reactor.waiting().nothing()) reactor.wait();
        for (int i = 0; runs_over && i < 2; ++i) mailbox->push(chat::Message("1"));
      });
    };
    test::expect_contract(make, {.untouched = [&] { return reactor.waiting().nothing(); }},
                          [](bool in_time) { return !in_time; });
  }
}

/// A turn that takes so long: the reactor does not look at the clock meanwhile.
void be_busy(Duration time) {
  const Reactor& reactor = Reactor::current();
  const Instant end = reactor.now() + time;
  while (reactor.now() < end) continue;
}

// The reactor's coarse time stands still within a turn, and the clock does not. Who compares the
// one with a deadline of the other never gets out of a loop.
TEST(ChatPatient, ComesBackThoughATurnLastsLongerThanItsLimit) {
  Reactor reactor(TimeMode::real);
  Reactor::Scope scope(reactor);
  auto ends = duplex(64);
  const Wire wire(std::move(ends.first), 100);
  const auto mailbox = make_arc<Mailbox>(MailboxLimits{});
  be_busy(3ms);
  auto sending = chat::patient(never<void>(), wire, *mailbox, 1ms);
  const Hand hand;
  Poll<bool> in_time = hand.poll(sending);
  while (in_time.is_pending()) {
    reactor.wait();
    in_time = hand.poll(sending);
  }
  EXPECT_FALSE(in_time.value());
}

TEST(ChatPatient, ComesBackThoughTheLimitPassesInTheTurnThatSetsItAgain) {
  Reactor reactor(TimeMode::real);
  Reactor::Scope scope(reactor);
  auto ends = duplex(64);
  Wire wire(std::move(ends.first), 100);
  const auto mailbox = make_arc<Mailbox>(MailboxLimits{});
  auto sending = chat::patient(never<void>(), wire, *mailbox, 20ms);
  const Hand hand, other;
  EXPECT_TRUE(hand.is_pending(sending));
  while (hand.wakes() == 0) reactor.wait();
  const std::array line{chat::Message("a byte goes")};
  auto going = wire.send(line);
  EXPECT_TRUE(other.is_ready(going)) << "so the timer that has just gone off is set again";
  be_busy(20ms);
  const Poll<bool> in_time = hand.poll(sending);
  EXPECT_TRUE(in_time.is_ready());
  EXPECT_FALSE(in_time.value()) << "nothing has gone since that byte";
}

}  // namespace chat_patient_test
}  // namespace book
