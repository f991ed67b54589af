// TcpStream and TcpListener over real sockets on loopback.
#include "17_io/sockets/tcp.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "17_io/bytes/split.h"
#include "17_io/sockets/socket_calls.h"
#include "common/descriptor.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/descriptors.h"
#include "support/faulty_stream.h"
#include "support/sanitizer.h"
#include "support/system_calls.h"

namespace book {
namespace tcp_test {

using namespace std::chrono_literals;
using test::CountingWaker;

/// Both ends of a connection: ours as a TcpStream, the other a bare descriptor.
struct Pair {
  Pair() : Pair(test::SocketPair::tcp()) {}
  explicit Pair(test::SocketPair pair) : far(std::move(pair.far)), near(own(pair.near)) {}
  static int own(const test::Fd& fd) { return test::check(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "dup"); }

  void hang_up_with_reset() {
    const linger now{1, 0};
    ::setsockopt(far, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    far.close();
  }

  test::Fd far;
  TcpStream near;
};

/// A reactor and a task that polls by hand.
class Tcp : public ::testing::Test {
 protected:
  Reactor reactor_;
  Reactor::Scope scope_{reactor_};
  CountingWaker counter_;
  Context cx_{counter_.waker()};
  std::array<char, 64> buffer_;

  /// Lets an event reach whoever waits for one.
  void settle() {
    if (!reactor_.waiting().nothing()) reactor_.wait();
  }
  std::string read_now(TcpStream& stream) {
    Poll<std::size_t> got = stream.poll_read(cx_, buffer_);
    if (got.is_pending()) return "pending";
    return std::string(buffer_.data(), got.value());
  }
};

Async<std::string> echo_once(TcpListener& listener) {
  TcpListener::Accepted accepted = co_await listener.accept();
  std::array<char, 5> word;
  co_await read_exact(accepted.stream, word);
  const std::string text(word.data(), word.size());
  co_await write_all(accepted.stream, text);
  co_return accepted.peer.to_string();
}

Async<std::string> ask(Address where, std::string* own_address) {
  TcpStream stream = co_await TcpStream::connect(where);
  *own_address = stream.local_address().to_string();
  co_await write_all(stream, "hello");
  std::array<char, 5> word;
  co_await read_exact(stream, word);
  co_return std::string(word.data(), word.size());
}

TEST(TcpConnections, ConnectAcceptAndTalk) {
  Executor executor;
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  EXPECT_NE(listener.local_address().port(), 0);
  std::string own_address, seen_address;
  auto server = [](TcpListener& from, std::string& seen) -> Async<void> {
    seen = co_await echo_once(from);
  };
  executor.spawn(server(listener, seen_address));
  EXPECT_EQ(executor.block_on(ask(listener.local_address(), &own_address)), "hello");
  executor.run();
  EXPECT_EQ(seen_address, own_address);
}

TEST(TcpConnections, ARefusalIsAnError) {
  std::uint16_t port;
  {
    TcpListener listener = TcpListener::bind(Address::loopback(0));
    port = listener.local_address().port();
  }
  EXPECT_EQ(test::error_of([&] { return block_on(TcpStream::connect(Address::loopback(port))); }),
            ECONNREFUSED);
}

TEST(TcpConnections, APortInUseIsAnErrorThatNamesIt) {
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  try {
    TcpListener::bind(listener.local_address());
    FAIL() << "two listeners on one port";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EADDRINUSE);
    EXPECT_NE(std::string(error.what()).find(listener.local_address().to_string()),
              std::string::npos);
  }
}

TEST_F(Tcp, AFreshConnectionIsTriedBeforeItIsWatched) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  Pair pair;
  test::write_all(pair.far, "hi");
  const test::SystemCalls before = test::system_calls();
  EXPECT_EQ(read_now(pair.near), "hi");
  EXPECT_EQ((test::system_calls() - before).to_string(), "recv 1");
  EXPECT_EQ(read_now(pair.near), "pending");
  EXPECT_EQ((test::system_calls() - before).to_string(), "recv 1, epoll_ctl 1")
      << "a short read has drained the socket: no second recv to hear so";
}

TEST_F(Tcp, AReadThatFillsTheBufferIsFollowedByAnother) {
  Pair pair;
  std::string sent(64, 'x');
  sent.push_back('y');
  test::write_all(pair.far, sent);
  EXPECT_EQ(read_now(pair.near), std::string(64, 'x'));
  EXPECT_EQ(read_now(pair.near), "y");
  EXPECT_EQ(read_now(pair.near), "pending");
}

TEST_F(Tcp, NewsThatComesDuringAReadIsNotLost) {
  Pair pair;
  EXPECT_EQ(read_now(pair.near), "pending");
  test::write_all(pair.far, "one");
  reactor_.wait();
  EXPECT_EQ(counter_.wakes(), 1);
  EXPECT_EQ(read_now(pair.near), "one");
  test::write_all(pair.far, "two");  // before we ask again: the edge comes while nobody waits
  reactor_.wait();
  EXPECT_EQ(read_now(pair.near), "two");
}

TEST_F(Tcp, DataAndTheEndInOneEdgeAreBothRead) {
  Pair pair;
  EXPECT_EQ(read_now(pair.near), "pending");
  test::write_all(pair.far, "last words");
  pair.far.close();
  while (counter_.wakes() == 0) reactor_.wait();
  EXPECT_EQ(read_now(pair.near), "last words");
  EXPECT_EQ(read_now(pair.near), "") << "no further edge will come: the end has to be remembered";
}

TEST_F(Tcp, AResetIsAnErrorOfTheReadAndNoSignalOfTheWrite) {
  Pair pair;
  EXPECT_EQ(read_now(pair.near), "pending");
  pair.hang_up_with_reset();
  while (counter_.wakes() == 0) reactor_.wait();
  EXPECT_EQ(test::error_of([&] { return read_now(pair.near); }), ECONNRESET);
  EXPECT_EQ(
      test::error_of([&] { return pair.near.poll_write(cx_, std::string_view("x")).is_ready(); }),
      EPIPE);
  EXPECT_NO_THROW((void)pair.near.poll_close(cx_)) << "closing what the other side has torn down";
}

TEST_F(Tcp, ReadableWaitsWithoutABuffer) {
  Pair pair;
  EXPECT_EQ(read_now(pair.near), "pending");
  auto readable = pair.near.readable();
  EXPECT_TRUE(readable.poll(cx_).is_pending());
  test::write_all(pair.far, "now");
  reactor_.wait();
  EXPECT_TRUE(readable.poll(cx_).is_ready());
  EXPECT_EQ(read_now(pair.near), "now");
}

TEST_F(Tcp, OfTwoFuturesOfATaskTheOneThatIsDroppedLeavesTheOtherAwake) {
  Pair pair;
  auto reading = read(pair.near, buffer_);
  EXPECT_TRUE(reading.poll(cx_).is_pending());
  {
    Readiness readable = pair.near.readable();
    EXPECT_TRUE(readable.poll(cx_).is_pending());
  }
  // One place, one waker: the one that went took it along. So the task is asked to come again.
  EXPECT_EQ(counter_.wakes(), 1);
  EXPECT_TRUE(reading.poll(cx_).is_pending());
  test::write_all(pair.far, "hello");
  reactor_.wait();
  EXPECT_EQ(counter_.wakes(), 2);
  EXPECT_TRUE(reading.poll(cx_).is_ready());
}

TEST_F(Tcp, AFutureThatWaitsAloneIsDroppedWithoutAWake) {
  Pair pair;
  for (int i = 0; i < 2; ++i) {
    auto reading = read(pair.near, buffer_);
    EXPECT_TRUE(reading.poll(cx_).is_pending());
  }
  EXPECT_EQ(counter_.wakes(), 0);
  EXPECT_EQ(counter_.kept(), 0);
}

TEST_F(Tcp, WhatComesBehindAnUrgentByteIsRead) {
  Pair pair;
  EXPECT_EQ(read_now(pair.near), "pending");
  test::write_all(pair.far, "be");
  EXPECT_EQ(::send(pair.far, "!", 1, MSG_OOB), 1);
  test::write_all(pair.far, "hind");
  reactor_.wait();
  std::string got;
  for (int i = 0; i < 3; ++i) {
    const std::string piece = read_now(pair.near);
    if (piece != "pending") got += piece;
  }
  // A read stops in front of the urgent byte, which a plain read passes over.
  EXPECT_EQ(got, "behind");
  EXPECT_EQ(read_now(pair.near), "pending");
}

TEST_F(Tcp, AClosedStreamReadsAsItsEnd) {
  Pair pair;
  EXPECT_TRUE(pair.near.poll_close(cx_).is_ready());
  char c;
  while (true) {
    const ssize_t n = ::read(pair.far, &c, 1);
    if (n < 0 && errno == EAGAIN) continue;
    EXPECT_EQ(n, 0);
    break;
  }
  test::write_all(pair.far, "still");
  EXPECT_EQ(read_now(pair.near), "still") << "only our own direction is closed";
}

TEST_F(Tcp, MovingAStreamTakesItsPlaceAlong) {
  Pair first, second;
  EXPECT_EQ(read_now(first.near), "pending");
  first.near.forget(Direction::read, counter_.waker());
  second.near = std::move(first.near);
  EXPECT_EQ(read_now(second.near), "pending");
  test::write_all(first.far, "here");
  while (counter_.wakes() == 0) reactor_.wait();
  EXPECT_EQ(read_now(second.near), "here");
}

/// Sends `size` bytes that the other side reads late and in odd pieces.
Async<void> send_much(TcpStream& stream, const std::string& bytes) {
  co_await write_all(stream, bytes);
  stream = TcpStream(test::check(::socket(AF_INET, SOCK_STREAM, 0), "socket"));  // closes
}

Async<std::string> receive_slowly(TcpStream& stream) {
  std::string all, buffer(7001, '\0');
  for (;;) {
    co_await yield_now();
    const std::size_t n = co_await read(stream, std::span<char>(buffer));
    if (n == 0) break;
    all.append(buffer, 0, n);
  }
  co_return all;
}

TEST(TcpConnections, WriteAllGetsThroughAFullBuffer) {
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7919 >> 8);
  test::SocketPair sockets = test::SocketPair::tcp();
  const int small = 4096;
  ::setsockopt(sockets.near, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  Executor executor;
  TcpStream writer(Pair::own(sockets.near)), reader(Pair::own(sockets.far));
  sockets = {};
  executor.spawn(send_much(writer, bytes));
  EXPECT_TRUE(executor.block_on(receive_slowly(reader)) == bytes);
  EXPECT_GT(executor.polls(), 10u) << "it all went through at once: this test tests nothing";
}

/// Polls `Accept` as if this process had no descriptor left, until `shortage_ends`. (Only that
/// poll: the sanitizers need descriptors, too.)
class AcceptInShortage {
 public:
  using Output = TcpListener::Accepted;
  AcceptInShortage(TcpListener& listener, Instant shortage_ends)
      : accept_(listener.accept()), shortage_ends_(shortage_ends) {}

  Poll<Output> poll(Context& cx) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max};  // no new descriptor; those that are open stay
    if (Reactor::current().now() < shortage_ends_) ::setrlimit(RLIMIT_NOFILE, &none);
    Poll<Output> accepted = accept_.poll(cx);
    ::setrlimit(RLIMIT_NOFILE, &before);
    return accepted;
  }

 private:
  TcpListener::Accept accept_;
  Instant shortage_ends_;
};

TEST(TcpListening, PausesWhenDescriptorsRunOutAndGoesOnWhenThereAreSome) {
  Executor executor({.time = TimeMode::virtual_time});
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  const Address address = listener.local_address();
  test::Fd client(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  test::check(::connect(client, address.data(), address.size()), "connect");

  auto server = [](TcpListener& from) -> Async<Duration> {
    const Instant end = Reactor::current().now() + 1s;
    TcpListener::Accepted accepted = co_await AcceptInShortage(from, end);
    co_return Reactor::current().now() - end;
  };
  const Duration late = executor.block_on(server(listener));
  EXPECT_GE(late, 0s);
  EXPECT_LE(late, 100ms);
  EXPECT_LT(executor.polls(), 30u) << "a pause of 50 ms in a second of shortage";
}

TEST(TcpListening, AcceptsWhatCameBeforeItAsked) {
  Executor executor;
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  const Address address = listener.local_address();
  std::vector<test::Fd> clients;
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back(test::check(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
    test::check(::connect(clients.back(), address.data(), address.size()), "connect");
  }
  auto five = [](TcpListener& from) -> Async<int> {
    int n = 0;
    while (n < 5) {
      TcpListener::Accepted accepted = co_await from.accept();
      if (accepted.peer.family() == AF_INET) ++n;
    }
    co_return n;
  };
  EXPECT_EQ(executor.block_on(five(listener)), 5);
  EXPECT_LE(executor.polls(), 1u) << "none of them had to be waited for";
}

TEST_F(Tcp, FuturesKeepTheContract) {
  auto events = [&](const std::shared_ptr<Pair>& pair) {
    return [this, pair] {
      if (pair->far.get() < 0) return;
      (void)!::write(pair->far, "x", 1);
      settle();
    };
  };
  auto wait_first = [&](Pair& pair) {  // so that the next read has to wait
    while (read_now(pair.near) != "pending") {
    }
    pair.near.forget(Direction::read, counter_.waker());
  };
  const test::ContractOptions options{.untouched = [&] { return reactor_.waiting().nothing(); }};
  test::expect_contract(
      [&] {
        auto pair = std::make_shared<Pair>();
        wait_first(*pair);
        return test::subject(read(pair->near, buffer_), events(pair));
      },
      options, [](std::size_t n) { return n == 1; });
  test::expect_contract(
      [&] {
        auto pair = std::make_shared<Pair>();
        wait_first(*pair);
        return test::subject(read_exact(pair->near, std::span<char>(buffer_).first(1)),
                             events(pair));
      },
      options);
  test::expect_contract(
      [&] {
        auto pair = std::make_shared<Pair>();
        wait_first(*pair);
        return test::subject(pair->near.readable(), events(pair));
      },
      options);
  test::expect_contract(
      [&] {
        auto pair = std::make_shared<Pair>();
        return test::subject(write_all(pair->near, "hello"), [pair] {});
      },
      {.ready_at_once = true});
}

TEST_F(Tcp, AcceptAndConnectKeepTheContract) {
  const test::ContractOptions options{.untouched = [&] { return reactor_.waiting().nothing(); }};
  test::expect_contract(
      [&] {
        auto listener = std::make_shared<TcpListener>(TcpListener::bind(Address::loopback(0)));
        return test::subject(listener->accept(), [this, listener] {
          const Address address = listener->local_address();
          test::Fd client(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket"));
          (void)::connect(client, address.data(), address.size());
          settle();
        });
      },
      options, [](TcpListener::Accepted accepted) { return accepted.peer.family() == AF_INET; });
  // On loopback the first poll finds the connection made.
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  test::expect_contract([&] { return test::subject(TcpStream::connect(listener.local_address())); },
                        {.ready_at_once = true, .untouched = options.untouched});
}

TEST_F(Tcp, AConnectThatHasToWaitCanMoveToAnotherTaskAndBeGivenUp) {
  TcpListener listener = TcpListener::bind(Address::loopback(0), {.backlog = 0});
  // One connection more than the backlog says is completed; the next has to wait for an accept.
  std::vector<TcpStream> waiting_to_be_accepted;
  std::optional<TcpStream::Connect> connect;
  for (int i = 0;; ++i) {
    ASSERT_LT(i, 10) << "the backlog has no end";
    connect.emplace(TcpStream::connect(listener.local_address()));
    Poll<TcpStream> poll = connect->poll(cx_);
    if (poll.is_pending()) break;
    waiting_to_be_accepted.push_back(std::move(poll).value());
  }
  CountingWaker other;
  Context other_cx(other.waker());
  EXPECT_TRUE(connect->poll(other_cx).is_pending());
  EXPECT_EQ(counter_.kept(), 0);
  EXPECT_TRUE(reactor_.waiting().io);
  connect.reset();
  EXPECT_EQ(other.kept(), 0);
  EXPECT_TRUE(reactor_.waiting().nothing());
}

/// Connects until the queue of a listener that accepts nobody is full.
std::vector<TcpStream> fill(Executor& executor, const TcpListener& listener) {
  std::vector<TcpStream> streams;
  try {
    for (int i = 0; i < 10; ++i) {
      streams.push_back(executor.block_on(TcpStream::connect(listener.local_address(), 1s)));
    }
    ADD_FAILURE() << "the backlog has no end";
  } catch (const std::system_error&) {
  }
  return streams;
}

TEST(TcpConnections, ConnectGivesUpWhenItsPatienceEnds) {
  Executor executor({.time = TimeMode::virtual_time});
  TcpListener listener = TcpListener::bind(Address::loopback(0), {.backlog = 0});
  const auto queue = fill(executor, listener);
  // NOLINTBEGIN(clang-analyzer-deadcode.DeadStores): it takes the try for the end of the test
  const int before = test::open_descriptors();
  const Instant start = executor.reactor().now();
  // NOLINTEND(clang-analyzer-deadcode.DeadStores)
  try {
    executor.block_on(TcpStream::connect(listener.local_address(), 3s));
    FAIL() << "nobody accepts here";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ETIMEDOUT);
    EXPECT_NE(std::string(error.what()).find(listener.local_address().to_string()),
              std::string::npos);
  }
  EXPECT_EQ(executor.reactor().now() - start, 3s);
  EXPECT_EQ(test::open_descriptors(), before);
  EXPECT_TRUE(executor.reactor().waiting().nothing());
}

TEST_F(Tcp, AConnectThatHasFailedKeepsNoSocketAndNoTimer) {
  const Address refused = TcpListener::bind(Address::loopback(0)).local_address();
  const std::vector<Address> several = {refused, refused};
  settle();
  const int before = test::open_descriptors();
  TcpStream::Connect connect = TcpStream::connect(refused, 1h);
  TcpStream::ConnectToAny to_any = TcpStream::connect(several, 1h);
  const auto until_the_end = [&](auto& future) {
    while (future.poll(cx_).is_pending()) reactor_.wait();
  };
  EXPECT_EQ(test::error_of([&] { return until_the_end(connect), 0; }), ECONNREFUSED);
  EXPECT_EQ(test::error_of([&] { return until_the_end(to_any), 0; }), ECONNREFUSED);
  EXPECT_EQ(test::open_descriptors(), before) << "the futures are still there, their sockets not";
  EXPECT_TRUE(reactor_.waiting().nothing());
}

TEST(TcpConnections, AConnectWithPatienceThatIsAnsweredLeavesNoTimer) {
  Executor executor({.time = TimeMode::virtual_time});
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  TcpStream stream = executor.block_on(TcpStream::connect(listener.local_address(), 3s));
  EXPECT_TRUE(executor.reactor().waiting().nothing());
  EXPECT_EQ(stream.peer_address(), listener.local_address());
}

TEST(TcpConnections, TriesOneAddressAfterTheOther) {
  Executor executor({.time = TimeMode::virtual_time});
  TcpListener silent = TcpListener::bind(Address::loopback(0), {.backlog = 0});
  const auto queue = fill(executor, silent);
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  Address refused;
  { refused = TcpListener::bind(Address::loopback(0)).local_address(); }
  const std::vector<Address> all = {refused, silent.local_address(), listener.local_address(),
                                    refused};
  const Instant start = executor.reactor().now();
  TcpStream stream = executor.block_on(TcpStream::connect(all, 2s));
  EXPECT_EQ(stream.peer_address(), listener.local_address());
  EXPECT_EQ(executor.reactor().now() - start, 2s) << "the patience with the silent one";

  const std::vector<Address> in_vain = {silent.local_address(), refused};
  EXPECT_EQ(test::error_of([&] { return executor.block_on(TcpStream::connect(in_vain, 2s)); }),
            ECONNREFUSED)
      << "the last one's error";
  const std::vector<Address> nobody;
  EXPECT_THROW(executor.block_on(TcpStream::connect(nobody)), std::invalid_argument);
}

TEST_F(Tcp, AnAttemptWithPatienceKeepsTheContract) {
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  const test::ContractOptions options{.ready_at_once = true,
                                      .untouched = [&] { return reactor_.waiting().nothing(); }};
  const std::vector<Address> several = {listener.local_address(), listener.local_address()};
  test::expect_contract(
      [&] { return test::subject(TcpStream::connect(listener.local_address(), 10s)); }, options);
  test::expect_contract([&] { return test::subject(TcpStream::connect(several)); }, options);
}

TEST_F(Tcp, NodelayIsOnAndCanBeTurnedOff) {
  TcpListener listener = TcpListener::bind(Address::loopback(0), {.no_delay = false});
  TcpStream client = block_on(TcpStream::connect(listener.local_address()));
  EXPECT_TRUE(client.nodelay());
  client.set_nodelay(false);
  EXPECT_FALSE(client.nodelay());
  TcpListener::Accepted accepted = block_on(listener.accept());
  EXPECT_FALSE(accepted.stream.nodelay());
}

TEST_F(Tcp, SeveralPiecesAreOneSystemCall) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  Pair pair;
  const std::array<std::string_view, 3> pieces = {"head ", "", "body"};
  const test::SystemCalls before = test::system_calls();
  auto writing = write_all_vectored(pair.near, pieces);
  EXPECT_TRUE(writing.poll(cx_).is_ready());
  EXPECT_EQ((test::system_calls() - before).to_string(), "sendmsg 1");
  std::array<char, 16> got;
  ::fcntl(pair.far, F_SETFL, 0);
  EXPECT_EQ(::read(pair.far, got.data(), got.size()), 9);
  EXPECT_EQ(std::string_view(got.data(), 9), "head body");
}

TEST_F(Tcp, SeveralPiecesToAPeerThatHasGoneAreAnErrorAndNoSignal) {
  Pair pair;
  pair.hang_up_with_reset();
  const std::array<std::string_view, 2> pieces = {"a", "b"};
  int error = 0;
  for (int i = 0; i < 3 && error != EPIPE; ++i) {
    error = test::error_of([&] { return pair.near.poll_write_vectored(cx_, pieces).is_ready(); });
  }
  EXPECT_EQ(error, EPIPE);
}

TEST_F(Tcp, AnInterruptedCallIsMadeAgain) {
  if (test::under_sanitizer()) GTEST_SKIP() << "errors cannot be injected under a sanitizer";
  Pair pair;
  test::write_all(pair.far, "abc");
  char seen;
  while (::recv(pair.near.fd(), &seen, 1, MSG_PEEK) < 0) {
  }
  const test::SystemCalls before = test::system_calls();
  test::fail_next("recv", EINTR, 2);
  EXPECT_EQ(read_now(pair.near), "abc");
  test::fail_next("send", EINTR, 2);
  EXPECT_EQ(pair.near.poll_write(cx_, std::string_view("xyz")).value(), 3u);
  EXPECT_EQ((test::system_calls() - before).to_string(), "recv 3, send 3");
  test::fail_next("recv", EAGAIN);  // "readable", and then it is not
  EXPECT_EQ(read_now(pair.near), "pending");
}

TEST(TcpConnections, MuchGoesBothWaysOverABadLine) {
  std::string bytes(100'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7919 >> 8);
  test::SocketPair sockets = test::SocketPair::tcp();
  Executor executor;
  test::FaultyStream near(TcpStream(Pair::own(sockets.near)), {.piece = 777, .waits = 1},
                          {.piece = 1001, .waits = 1});
  test::FaultyStream far(TcpStream(Pair::own(sockets.far)), {.piece = 1}, {.piece = 4000});
  sockets = {};
  auto [near_in, near_out] = split(near);
  auto [far_in, far_out] = split(far);
  auto send = [](auto& out, const std::string& all) -> Async<void> {
    co_await write_all(out, all);
    co_await close(out);
  };
  executor.spawn(send(near_out, bytes));
  executor.spawn(send(far_out, bytes));
  EXPECT_TRUE(executor.block_on(read_to_end(near_in, bytes.size())) == bytes);
  EXPECT_TRUE(executor.block_on(read_to_end(far_in, bytes.size())) == bytes);
  executor.run();
}

TEST_F(Tcp, OwnedHalvesCloseWhatTheyWroteAndThenTheStream) {
  const int before = test::open_descriptors();
  {
    Pair pair;
    ::fcntl(pair.far, F_SETFL, 0);  // it waits for what is on its way
    auto halves = split(std::move(pair.near));
    std::array<char, 4> got;
    {
      WriteHalf<TcpStream> writer = std::move(halves.second);
      EXPECT_EQ(writer.poll_write(cx_, std::string_view("bye")).value(), 3u);
    }
    EXPECT_EQ(::read(pair.far, got.data(), got.size()), 3);
    EXPECT_EQ(::read(pair.far, got.data(), got.size()), 0) << "the end, after what was written";
    test::write_all(pair.far, "ok");
    auto reading = read_exact(halves.first, std::span<char>(got).first(2));
    while (reading.poll(cx_).is_pending()) reactor_.wait();
    EXPECT_EQ(std::string_view(got.data(), 2), "ok") << "reading goes on";
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

TEST_F(Tcp, TheLastHalfClosesTheSocketWithoutAnotherCall) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  Pair pair;
  const test::SystemCalls before = test::system_calls();
  {
    auto halves = split(std::move(pair.near));
    { ReadHalf<TcpStream> reader = std::move(halves.first); }
  }
  EXPECT_EQ((test::system_calls() - before).to_string(), "close 1");
}

TEST_F(Tcp, BorrowedHalvesLeaveTheStreamOpen) {
  Pair pair;
  {
    auto halves = split(pair.near);
    EXPECT_EQ(halves.second.poll_write(cx_, std::string_view("a")).value(), 1u);
    EXPECT_EQ(&halves.first.stream(), &pair.near);
  }
  EXPECT_EQ(pair.near.poll_write(cx_, std::string_view("b")).value(), 1u);
}

TEST_F(Tcp, HalvesThatBelongTogetherAreOneStreamAgain) {
  Pair one, two;
  auto first = split(std::move(one.near));
  auto second = split(std::move(two.near));
  EXPECT_THROW(std::move(first.second).reunite(std::move(second.first)), std::logic_error);
  TcpStream whole = std::move(first.second).reunite(std::move(first.first));
  test::write_all(one.far, "here");
  auto reading = read_exact(whole, std::span<char>(buffer_).first(4));
  while (reading.poll(cx_).is_pending()) reactor_.wait();
  EXPECT_EQ(std::string_view(buffer_.data(), 4), "here");
}

TEST_F(Tcp, AHalfLetsGoOfAReaderThatGivesUp) {
  Pair pair;
  auto halves = split(std::move(pair.near));
  {
    auto given_up = read(halves.first, buffer_);
    EXPECT_TRUE(given_up.poll(cx_).is_pending());
  }
  EXPECT_TRUE(reactor_.waiting().nothing());
  CountingWaker other;
  Context other_cx(other.waker());
  auto readable = halves.first.readable();
  EXPECT_TRUE(readable.poll(other_cx).is_pending());
}

TEST(TcpConnect, ASocketThatHasFoundItselfIsNoConnection) {
  const Descriptor alone = detail::make_socket(AF_INET, SOCK_STREAM);
  const Address any = Address::loopback(0);
  ASSERT_EQ(::bind(alone.get(), any.data(), any.size()), 0);
  const Address own = detail::local_address(alone.get());
  (void)::connect(alone.get(), own.data(), own.size());  // nobody listens there: it meets itself
  EXPECT_TRUE(detail::is_connected_to_itself(alone.get()));

  TcpListener listener = TcpListener::bind(Address::loopback(0));
  const TcpStream stream = block_on(TcpStream::connect(listener.local_address()));
  EXPECT_FALSE(detail::is_connected_to_itself(stream.fd()));
}

TEST(TcpConnect, ToAPortWhereNobodyListensIsRefusedThoughItMeetsItself) {
  if (const char* why = test::why_not_counted()) GTEST_SKIP() << why;
  Address nobody;
  { nobody = TcpListener::bind(Address::loopback(0)).local_address(); }
  test::let_next_connect_meet_itself();
  try {
    const TcpStream itself = block_on(TcpStream::connect(nobody));
    FAIL() << "connected from " << itself.local_address().to_string() << " to itself";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ECONNREFUSED);
    EXPECT_NE(std::string(error.what()).find(nobody.to_string()), std::string::npos)
        << error.what();
  }
}

}  // namespace tcp_test
}  // namespace book
