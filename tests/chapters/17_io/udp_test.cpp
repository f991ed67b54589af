// UdpSocket over real sockets on loopback.
#include "17_io/sockets/udp.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "common/reactor/reactor.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/descriptors.h"
#include "support/sanitizer.h"
#include "support/system_calls.h"

namespace book {
namespace udp_test {

class Udp : public ::testing::Test {
 protected:
  Reactor reactor_;
  Reactor::Scope scope_{reactor_};
  test::CountingWaker counter_;
  Context cx_{counter_.waker()};
  UdpSocket here_ = UdpSocket::bind(Address::loopback(0));
  UdpSocket there_ = UdpSocket::bind(Address::loopback(0));
  std::array<char, 16> buffer_{};

  /// Polls until it is ready, waiting in between.
  template <class F>
  OutputOf<F> finish(F&& future) {
    for (;;) {
      Poll<OutputOf<F>> poll = future.poll(cx_);
      if (poll.is_ready()) return std::move(poll).value();
      reactor_.wait();
    }
  }
  std::string text(const Datagram& datagram) const { return {buffer_.data(), datagram.size}; }
};

TEST_F(Udp, SendsToAnAddressAndSeesWhoSent) {
  EXPECT_EQ(finish(here_.send_to("hello", there_.local_address())), 5u);
  const Datagram got = finish(there_.recv_from(buffer_));
  EXPECT_EQ(text(got), "hello");
  EXPECT_EQ(got.from, here_.local_address());
  EXPECT_FALSE(got.is_truncated());
}

TEST_F(Udp, EachIsGivenWholeAndTheEmptyOneIsOneOfThem) {
  for (const std::string_view word : {"one", "", "three"}) {
    finish(here_.send_to(word, there_.local_address()));
  }
  EXPECT_EQ(text(finish(there_.recv_from(buffer_))), "one");
  EXPECT_EQ(text(finish(there_.recv_from(buffer_))), "");
  EXPECT_EQ(text(finish(there_.recv_from(buffer_))), "three");
}

TEST_F(Udp, SaysThatABufferWasTooSmall) {
  finish(here_.send_to("0123456789abcdef and more", there_.local_address()));
  finish(here_.send_to("next", there_.local_address()));
  const Datagram got = finish(there_.recv_from(buffer_));
  EXPECT_TRUE(got.is_truncated());
  EXPECT_EQ(text(got), "0123456789abcdef");
  EXPECT_EQ(got.full_size, 25u);
  EXPECT_EQ(text(finish(there_.recv_from(buffer_))), "next") << "what did not fit is gone";
}

TEST_F(Udp, ConnectedItHearsItsPeerOnly) {
  UdpSocket stranger = UdpSocket::bind(Address::loopback(0));
  here_.connect(there_.local_address());
  EXPECT_EQ(here_.peer_address(), there_.local_address());
  finish(stranger.send_to("psst", here_.local_address()));
  finish(there_.send_to("yes?", here_.local_address()));
  EXPECT_EQ(text(finish(here_.recv(buffer_))), "yes?");
  finish(here_.send("hello"));
  EXPECT_EQ(text(finish(there_.recv_from(buffer_))), "hello");
  auto more = here_.recv(buffer_);
  EXPECT_TRUE(more.poll(cx_).is_pending());
}

TEST_F(Udp, ARefusalIsToldOnceAndThenItWaitsAgain) {
  Address nobody;
  { nobody = UdpSocket::bind(Address::loopback(0)).local_address(); }
  here_.connect(nobody);
  auto waiting = here_.recv(buffer_);
  EXPECT_TRUE(waiting.poll(cx_).is_pending());
  finish(here_.send("anybody?"));
  while (counter_.wakes() == 0) reactor_.wait();
  try {
    (void)waiting.poll(cx_);
    FAIL() << "the news of the refusal is lost";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ECONNREFUSED);
  }
  const int wakes = counter_.wakes();
  auto again = here_.recv(buffer_);
  EXPECT_TRUE(again.poll(cx_).is_pending());
  reactor_.poll_now();
  EXPECT_EQ(counter_.wakes(), wakes) << "it is woken again and again for one error: it spins";
}

TEST_F(Udp, ADroppedRecvLosesNoDatagramAndLeavesNoWaker) {
  {
    auto given_up = there_.recv_from(buffer_);
    EXPECT_TRUE(given_up.poll(cx_).is_pending());
    finish(here_.send_to("kept", there_.local_address()));
    while (counter_.wakes() == 0) reactor_.wait();
  }
  EXPECT_EQ(counter_.kept(), 0);
  EXPECT_TRUE(reactor_.waiting().nothing());
  test::CountingWaker other;
  Context other_cx(other.waker());
  const Poll<Datagram> got = there_.poll_recv_from(other_cx, buffer_);
  ASSERT_TRUE(got.is_ready());
  EXPECT_EQ(text(got.value()), "kept");
}

TEST_F(Udp, WhatIsTooLongForADatagramIsAnError) {
  const std::string long_text(70'000, 'x');
  try {
    finish(here_.send_to(long_text, there_.local_address()));
    FAIL() << "70,000 bytes in one datagram";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EMSGSIZE);
  }
  EXPECT_EQ(finish(here_.send_to("short", there_.local_address())), 5u);
}

TEST_F(Udp, SharesAnAddressOnlyWhenAllSaySo) {
  EXPECT_THROW(UdpSocket::bind(here_.local_address()), std::system_error);
  UdpSocket first = UdpSocket::bind(Address::loopback(0), {.reuse_port = true});
  UdpSocket second = UdpSocket::bind(first.local_address(), {.reuse_port = true});
  EXPECT_EQ(first.local_address(), second.local_address());
}

TEST_F(Udp, AnInterruptedSendIsMadeAgain) {
  if (test::under_sanitizer()) GTEST_SKIP() << "errors cannot be injected under a sanitizer";
  here_.connect(there_.local_address());
  test::fail_next("send", EINTR, 2);
  EXPECT_EQ(finish(here_.send("hello")), 5u);
  EXPECT_EQ(text(finish(there_.recv_from(buffer_))), "hello");
}

TEST_F(Udp, FuturesKeepTheContract) {
  const test::ContractOptions waits{.untouched = [&] { return reactor_.waiting().nothing(); }};
  test::expect_contract(
      [&] {
        auto to = std::make_shared<UdpSocket>(UdpSocket::bind(Address::loopback(0)));
        return test::subject(to->recv_from(buffer_), [this, to] {
          finish(here_.send_to("x", to->local_address()));
          if (!reactor_.waiting().nothing()) reactor_.wait();
        });
      },
      waits, [](const Datagram& got) { return got.size == 1; });
  here_.connect(there_.local_address());
  const test::ContractOptions at_once{.ready_at_once = true, .untouched = waits.untouched};
  test::expect_contract([&] { return test::subject(here_.send("x")); }, at_once);
  test::expect_contract([&] { return test::subject(there_.send_to("x", here_.local_address())); },
                        at_once);
}

Async<> answer_in_capitals(UdpSocket& socket, int times) {
  std::array<char, 64> word;
  for (int i = 0; i < times; ++i) {
    const Datagram got = co_await socket.recv_from(word);
    for (char& c : std::span(word).first(got.size)) c = static_cast<char>(c - 'a' + 'A');
    const std::string_view answer(word.data(), got.size);
    co_await socket.send_to(answer, got.from);
  }
}

Async<std::string> ask(UdpSocket& socket, Address whom, std::string_view question) {
  co_await socket.send_to(question, whom);
  std::array<char, 64> word;
  const Datagram got = co_await socket.recv_from(word);
  co_return std::string(word.data(), got.size);
}

TEST(UdpTasks, AskAndAnswerAndCloseWhatTheyOpened) {
  const int before = test::open_descriptors();
  {
    Executor executor;
    UdpSocket server = UdpSocket::bind(Address::loopback(0));
    UdpSocket client = UdpSocket::bind(Address::loopback(0));
    executor.spawn(answer_in_capitals(server, 2));
    EXPECT_EQ(executor.block_on(ask(client, server.local_address(), "hello")), "HELLO");
    EXPECT_EQ(executor.block_on(ask(client, server.local_address(), "again")), "AGAIN");
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace udp_test
}  // namespace book
