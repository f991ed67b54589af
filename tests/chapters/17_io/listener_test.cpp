// Accepting: in batches, through trouble, and without losing anybody.
#include "17_io/sockets/tcp_listener.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/timeout.h"
#include "common/stream.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/descriptors.h"
#include "support/sanitizer.h"
#include "support/system_calls.h"

namespace book {
namespace listener_test {

using namespace std::chrono_literals;

test::Fd call(const Address& address) {
  test::Fd client(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  test::check(::connect(client, address.data(), address.size()), "connect");
  return client;
}

std::vector<test::Fd> callers(const TcpListener& listener, int count) {
  std::vector<test::Fd> clients;
  clients.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) clients.push_back(call(listener.local_address()));
  return clients;
}

/// A reactor, and a task that polls by hand.
class Accepting : public ::testing::Test {
 protected:
  Reactor reactor_{TimeMode::virtual_time};
  Reactor::Scope scope_{reactor_};
  test::CountingWaker counter_;
  Context cx_{counter_.waker()};
  TcpListener listener_ = TcpListener::bind(Address::loopback(0));

  /// How many the stream gives in a row, now.
  int in_a_row(TcpListener::Incoming& incoming) {
    int count = 0;
    for (;;) {
      auto item = incoming.poll_next(cx_);
      if (item.is_pending()) return count;
      EXPECT_EQ(item.value()->peer.family(), AF_INET);
      ++count;
    }
  }
};

static_assert(FusedStream<TcpListener::Incoming>);

TEST_F(Accepting, IncomingGivesABatchAndThenLetsOthersHaveTheirTurn) {
  const auto clients = callers(listener_, 10);
  auto incoming = listener_.incoming(4);
  EXPECT_EQ(in_a_row(incoming), 4);
  EXPECT_EQ(counter_.wakes(), 1) << "after a full batch it asks to be polled again";
  EXPECT_EQ(in_a_row(incoming), 4);
  EXPECT_EQ(counter_.wakes(), 2);
  EXPECT_EQ(in_a_row(incoming), 2);
  EXPECT_EQ(counter_.wakes(), 2) << "nobody is there any more: it waits for the reactor";
  const test::Fd late = call(listener_.local_address());
  while (counter_.wakes() == 2) reactor_.wait();
  EXPECT_EQ(in_a_row(incoming), 1);
  EXPECT_FALSE(incoming.is_terminated());
}

TEST_F(Accepting, ABatchOfNobodyIsRefused) {
  for (const int batch : {0, -1})
    EXPECT_THROW((void)listener_.incoming(batch), std::invalid_argument);
}

TEST_F(Accepting, AWaitBeginsANewBatch) {
  auto incoming = listener_.incoming(3);
  for (int round = 0; round < 3; ++round) {
    const auto clients = callers(listener_, 2);
    const int wakes = counter_.wakes();
    if (round > 0) {
      while (counter_.wakes() == wakes) reactor_.wait();
    }
    EXPECT_EQ(in_a_row(incoming), 2);
    EXPECT_LE(counter_.wakes(), wakes + 1);
  }
}

TEST_F(Accepting, AnEchoOfManyGoesOnWhileTheyKeepComing) {
  // One task that never stops taking connections must not keep another from being polled.
  Executor executor;
  const auto clients = callers(listener_, 40);
  int turns = 0, turns_at_the_end = 0;
  bool over = false;
  auto server = [&]() -> Async<void> {
    auto incoming = listener_.incoming(10);
    for (int i = 0; i < 40; ++i) {
      auto item = co_await next(incoming);
      EXPECT_TRUE(item.has_value());
    }
    turns_at_the_end = turns;
    over = true;
  };
  auto other = [&]() -> Async<void> {
    while (!over) {
      ++turns;
      co_await yield_now();
    }
  };
  executor.spawn(async(other));
  executor.block_on(async(server));
  EXPECT_GE(turns_at_the_end, 3) << "40 connections in batches of 10: three rests";
}

TEST_F(Accepting, ADroppedAcceptOrStreamLosesNobodyAndLeavesNoWaker) {
  const int before = test::open_descriptors();
  {
    auto accept = listener_.accept();
    EXPECT_TRUE(accept.poll(cx_).is_pending());
    auto client = call(listener_.local_address());
  }
  EXPECT_EQ(counter_.kept(), 0);
  reactor_.poll_now();
  {
    auto incoming = listener_.incoming();
    EXPECT_EQ(in_a_row(incoming), 1) << "the one that came while a dropped accept waited";
    const auto client = call(listener_.local_address());
  }
  EXPECT_EQ(counter_.kept(), 0);
  EXPECT_TRUE(reactor_.waiting().nothing());
  reactor_.poll_now();
  auto incoming = listener_.incoming();
  EXPECT_EQ(in_a_row(incoming), 1);
  EXPECT_EQ(test::open_descriptors(), before) << "each accepted one has closed its own";
}

TEST_F(Accepting, PassesOverThoseWhoHaveGivenUp) {
  if (test::under_sanitizer()) GTEST_SKIP() << "errors cannot be injected under a sanitizer";
  for (const int error : {ECONNABORTED, EPROTO, EINTR, ENETUNREACH}) {
    const auto client = call(listener_.local_address());
    const test::SystemCalls before = test::system_calls();
    test::fail_next("accept4", error, 3);
    auto accept = listener_.accept();
    EXPECT_TRUE(accept.poll(cx_).is_ready()) << error;
    EXPECT_EQ((test::system_calls() - before).of("accept4"), 4) << error;
  }
  EXPECT_TRUE(reactor_.waiting().nothing());
}

TEST_F(Accepting, RestsWhenTheSystemIsShortOfSomething) {
  if (test::under_sanitizer()) GTEST_SKIP() << "errors cannot be injected under a sanitizer";
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) {
    const auto client = call(listener_.local_address());
    const test::SystemCalls before = test::system_calls();
    const Instant start = reactor_.now();
    test::fail_next("accept4", error, 3);
    auto incoming = listener_.incoming();
    int polls = 0;
    for (;;) {
      ++polls;
      if (incoming.poll_next(cx_).is_ready()) break;
      EXPECT_EQ(reactor_.waiting().timers, 1u) << "it rests, and does not spin";
      reactor_.wait();
    }
    EXPECT_EQ(polls, 4);
    EXPECT_EQ((test::system_calls() - before).of("accept4"), 4) << "one try after each rest";
    EXPECT_EQ(reactor_.now() - start, 3 * kAcceptPause);
  }
  {
    test::fail_next("accept4", EMFILE);
    auto given_up = listener_.accept();
    EXPECT_TRUE(given_up.poll(cx_).is_pending());
  }
  EXPECT_TRUE(reactor_.waiting().nothing()) << "dropped while it rested";
}

TEST_F(Accepting, RestsWhenTheReactorHasNoPlaceForTheListener) {
  if (const char* why = test::why_not_counted()) GTEST_SKIP() << why;
  const Instant start = reactor_.now();
  auto accept = listener_.accept();
  test::fail_next("epoll_ctl", ENOSPC, 2);  // max_user_watches
  EXPECT_TRUE(accept.poll(cx_).is_pending());
  reactor_.wait();
  EXPECT_TRUE(accept.poll(cx_).is_pending());
  EXPECT_EQ(reactor_.waiting().timers, 1u) << "it rests, and does not spin";
  reactor_.wait();
  EXPECT_TRUE(accept.poll(cx_).is_pending());
  EXPECT_EQ(reactor_.now() - start, 2 * kAcceptPause);
  EXPECT_TRUE(reactor_.waiting().timers == 0 && reactor_.waiting().io == 1) << "it is watched now";
  const auto client = call(listener_.local_address());
  reactor_.wait();
  EXPECT_TRUE(accept.poll(cx_).is_ready());
}

TEST_F(Accepting, ASecondTaskIsToldThatOnlyOneMay) {
  auto first = listener_.accept();
  EXPECT_TRUE(first.poll(cx_).is_pending());
  test::CountingWaker other;
  Context other_cx(other.waker());
  auto second = listener_.accept();
  try {
    (void)second.poll(other_cx);
    ADD_FAILURE() << "two tasks accept, and one of them is not woken";
  } catch (const DirectionTaken& error) {
    const std::string said = error.what();
    EXPECT_NE(said.find("only one task may accept"), std::string::npos) << said;
    EXPECT_NE(said.find("spawn a task for each connection"), std::string::npos) << said;
  }
}

TEST_F(Accepting, APortAloneIsOneOfThisMachine) {
  const auto listener = TcpListener::bind(0);
  const Address at = listener.local_address();
  EXPECT_EQ(at, Address::loopback(at.port()));
  EXPECT_NE(at.port(), 0);
  const auto for_all = TcpListener::bind(Address::any(0));
  EXPECT_EQ(for_all.local_address(), Address::any(for_all.local_address().port()));
}

TEST_F(Accepting, WhatIsWrongWithTheListenerItselfIsThrown) {
  ::shutdown(listener_.fd(), SHUT_RDWR);
  auto accept = listener_.accept();
  EXPECT_THROW((void)accept.poll(cx_), std::system_error);
}

TEST_F(Accepting, OneAcceptAndNothingElseForEachConnectionThatIsThere) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  const auto clients = callers(listener_, 8);
  const test::SystemCalls before = test::system_calls();
  auto incoming = listener_.incoming();
  std::vector<TcpStream> streams;
  for (int i = 0; i < 8; ++i) {
    auto item = incoming.poll_next(cx_);
    streams.push_back(std::move(item.value()->stream));
  }
  EXPECT_EQ((test::system_calls() - before).to_string(), "accept4 8");
  EXPECT_TRUE(streams.front().nodelay()) << "inherited, not set one by one";
}

TEST_F(Accepting, SeveralListenersShareAnAddressWhenAllOfThemSaySo) {
  TcpListener first = TcpListener::bind(Address::loopback(0), {.reuse_port = true});
  TcpListener second = TcpListener::bind(first.local_address(), {.reuse_port = true});
  EXPECT_EQ(first.local_address(), second.local_address());
  EXPECT_THROW(TcpListener::bind(first.local_address()), std::system_error);
  const auto clients = callers(first, 20);
  auto to_first = first.incoming();
  auto to_second = second.incoming();
  EXPECT_EQ(in_a_row(to_first) + in_a_row(to_second), 20);
}

TEST_F(Accepting, TheNextOfIncomingKeepsTheContract) {
  test::expect_contract(
      [&] {
        auto listener = std::make_shared<TcpListener>(TcpListener::bind(Address::loopback(0)));
        return test::subject(next(listener->incoming()), [this, listener] {
          const Address address = listener->local_address();
          test::Fd client(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket"));
          (void)::connect(client, address.data(), address.size());
          if (!reactor_.waiting().nothing()) reactor_.wait();
        });
      },
      {.untouched = [&] { return reactor_.waiting().nothing(); }},
      [](const std::optional<TcpListener::Accepted>& item) { return item.has_value(); });
}

// Some filter of system calls refuses every accept: EPERM, which says nothing about the listener.
TEST(Accept, PausesWhenEveryConnectionIsRefused) {
  if (const char* why = test::why_not_counted()) GTEST_SKIP() << why;
  Executor executor({.time = TimeMode::virtual_time, .seed = {}});
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  const test::SystemCalls before = test::system_calls();
  test::fail_next("accept4", EPERM, 1'000'000);
  const auto limited = executor.block_on(timeout(200ms, listener.accept()));
  test::fail_next("accept4", 0, 0);
  EXPECT_FALSE(limited.has_value());
  EXPECT_LE((test::system_calls() - before).of("accept4"), 16 * 5)
      << "sixteen in a row are no chance any more: pause, and let others have their turn";
}

}  // namespace listener_test
}  // namespace book
