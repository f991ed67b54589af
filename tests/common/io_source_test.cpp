#include "common/reactor/io_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "common/reactor/reactor.h"
#include "support/counting_waker.h"
#include "support/descriptors.h"
#include "support/thread_parker.h"

namespace book {
namespace io_source_test {

using test::CountingWaker;
using test::Fd;
using test::Pipe;
using test::SocketPair;
using test::ThreadParker;
using Kind = IoSource::Kind;

constexpr Direction kRead = Direction::read;
constexpr Direction kWrite = Direction::write;

/// A task that only ever polls sources: its waker, its context, its count of wakes.
struct Task {
  CountingWaker counter;
  const Waker& waker = counter.waker();
  Context cx{waker};

  bool ready(IoSource& source, Direction direction) {
    return source.poll_ready(direction, cx).is_ready();
  }
  int wakes() const { return counter.wakes(); }
};

class IoSources : public ::testing::Test {
 protected:
  /// Everything that is ready by now, without waiting.
  int settle() { return reactor_.poll_now().io; }

  Reactor reactor_;
  Reactor::Scope scope_{reactor_};
  Task task_, other_;
};

/// One careful read, as poll_read does it: clear, call, set again unless it is drained.
ssize_t read_some(IoSource& source, char* buffer, std::size_t size) {
  source.clear(kRead);
  const ssize_t count = ::read(source.fd(), buffer, size);
  const bool drained = count < 0 ? errno == EAGAIN : static_cast<std::size_t>(count) < size;
  if (!drained) source.set(kRead);
  return count;
}

// --- Registration ---

TEST_F(IoSources, ANewSourceIsWorthATryAndAsksNoReactor) {
  Pipe pipe;
  IoSource source(pipe.reader, Kind::stream);
  std::thread([&] {
    EXPECT_TRUE(task_.ready(source, kRead));
    EXPECT_TRUE(task_.ready(source, kWrite));
    source.clear(kRead);
    EXPECT_TRUE(task_.ready(source, kWrite));
    EXPECT_THROW(task_.ready(source, kRead), std::logic_error) << "no reactor on this thread";
    source.set(kRead);
    EXPECT_TRUE(task_.ready(source, kRead));
  }).join();
}

TEST_F(IoSources, AWaitingTaskIsWokenByData) {
  SocketPair pair = SocketPair::tcp();
  IoSource source(pair.near, Kind::stream);
  source.clear(kRead);
  EXPECT_FALSE(task_.ready(source, kRead));
  EXPECT_TRUE(reactor_.waiting().io);
  EXPECT_STREQ(task_.cx.reason().what, "reading fd");
  EXPECT_EQ(task_.cx.reason().number, pair.near.get());
  settle();  // "writable", which nobody waits for
  EXPECT_EQ(task_.wakes(), 0);
  test::write_all(pair.far, "hello");
  EXPECT_EQ(reactor_.wait().io, 1);
  EXPECT_EQ(task_.wakes(), 1);
  EXPECT_FALSE(reactor_.waiting().io);
  EXPECT_TRUE(task_.ready(source, kRead));
}

TEST_F(IoSources, DataThatCameBeforeTheRegistrationCounts) {
  Pipe pipe;
  IoSource source(pipe.reader, Kind::stream);
  source.clear(kRead);
  test::write_all(pipe.writer, "early");
  EXPECT_FALSE(task_.ready(source, kRead));
  EXPECT_EQ(reactor_.wait().io, 1);
  EXPECT_EQ(task_.wakes(), 1);
}

TEST_F(IoSources, PollingAgainKeepsOneCopyOfTheWaker) {
  Pipe pipe;
  IoSource source(pipe.reader, Kind::stream);
  source.clear(kRead);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(task_.ready(source, kRead));
  EXPECT_EQ(task_.counter.kept(), 1);
  test::write_all(pipe.writer, "x");
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 1);
  EXPECT_FALSE(reactor_.waiting().io);
}

TEST_F(IoSources, TheTwoDirectionsWaitApart) {
  SocketPair pair = SocketPair::local();
  const std::string chunk(65536, 'x');
  while (::write(pair.near, chunk.data(), chunk.size()) > 0) {
  }
  IoSource source(pair.near, Kind::stream);
  source.clear(kRead);
  source.clear(kWrite);
  EXPECT_FALSE(task_.ready(source, kRead));
  EXPECT_FALSE(other_.ready(source, kWrite));
  settle();
  EXPECT_EQ(other_.wakes(), 0) << "the buffer is full";
  test::write_all(pair.far, "x");
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 1);
  EXPECT_EQ(other_.wakes(), 0);
  std::string sink(1 << 20, ' ');
  while (::read(pair.far, sink.data(), sink.size()) > 0) {
  }
  reactor_.wait();
  EXPECT_EQ(other_.wakes(), 1);
  EXPECT_TRUE(other_.ready(source, kWrite));
}

TEST_F(IoSources, ASecondWaiterIsRefusedAndTheFirstStillWoken) {
  Pipe pipe;
  IoSource source(pipe.reader, Kind::stream);
  source.clear(kRead);
  EXPECT_FALSE(task_.ready(source, kRead));
  EXPECT_THROW(other_.ready(source, kRead), std::logic_error);
  EXPECT_EQ(other_.counter.kept(), 0);
  test::write_all(pipe.writer, "x");
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 1);
  EXPECT_TRUE(other_.ready(source, kRead)) << "nobody waits any more";
}

TEST_F(IoSources, AWaiterForgetsOnlyItself) {
  Pipe pipe;
  IoSource source(pipe.reader, Kind::stream);
  source.forget(kRead, task_.waker);  // not even bound
  source.clear(kRead);
  EXPECT_FALSE(task_.ready(source, kRead));
  source.forget(kRead, other_.waker);
  source.forget(kWrite, task_.waker);
  EXPECT_TRUE(reactor_.waiting().io);
  source.forget(kRead, task_.waker);
  EXPECT_FALSE(reactor_.waiting().io);
  EXPECT_EQ(task_.counter.kept(), 0);
  EXPECT_FALSE(other_.ready(source, kRead)) << "another task may wait now";
  test::write_all(pipe.writer, "x");
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 0);
  EXPECT_EQ(other_.wakes(), 1);
}

TEST_F(IoSources, ASourceMovesWithItsRegistration) {
  SocketPair first = SocketPair::local(), second = SocketPair::local();
  IoSource source(first.near, Kind::stream);
  IoSource target(second.near, Kind::stream);
  for (IoSource* each : {&source, &target}) {
    each->clear(kRead);
    EXPECT_FALSE(task_.ready(*each, kRead));
    each->forget(kRead, task_.waker);
  }
  target = std::move(source);
  IoSource moved(std::move(target));
  EXPECT_EQ(moved.fd(), first.near.get());
  EXPECT_FALSE(task_.ready(moved, kRead));
  test::write_all(first.far, "x");
  reactor_.wait();
  EXPECT_TRUE(task_.ready(moved, kRead));
  test::write_all(second.far, "x");
  EXPECT_EQ(settle(), 0) << "an event of a source that is gone";
}

TEST_F(IoSources, ADestroyedSourceDropsItsWaiter) {
  Pipe pipe;
  {
    IoSource source(pipe.reader, Kind::stream);
    source.clear(kRead);
    EXPECT_FALSE(task_.ready(source, kRead));
  }
  EXPECT_EQ(task_.counter.kept(), 0);
  EXPECT_FALSE(reactor_.waiting().io);
}

TEST_F(IoSources, ADescriptorThatCanNotBeWatchedIsAnError) {
  IoSource source(-1, Kind::stream);
  source.clear(kRead);
  for (int i = 0; i < 3; ++i) {
    try {
      (void)task_.ready(source, kRead);
      FAIL() << "a closed descriptor was watched";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::error_code(EBADF, std::system_category()));
      EXPECT_NE(std::string(error.what()).find("epoll_ctl"), std::string::npos);
    }
  }
  EXPECT_FALSE(reactor_.waiting().io);
}

TEST_F(IoSources, ARegularFileIsAlwaysReady) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::tmpfile(), &std::fclose);
  IoSource source(fileno(file.get()), Kind::stream);
  for (Direction direction : {kRead, kWrite, kRead}) {
    source.clear(direction);
    EXPECT_TRUE(task_.ready(source, direction));
  }
  IoSource moved(std::move(source));
  moved.clear(kRead);
  EXPECT_TRUE(task_.ready(moved, kRead));
}

// --- Stale events ---

TEST_F(IoSources, AnEventOfAClosedSourceDoesNotReachTheNextOwnerOfItsSeat) {
  SocketPair old = SocketPair::local();
  const Fd kept(::dup(old.near));  // so that the system goes on watching after the close
  {
    IoSource source(old.near, Kind::stream);
    source.clear(kRead);
    EXPECT_FALSE(task_.ready(source, kRead));
  }
  const int number = old.near;
  old.near.close();
  SocketPair fresh = SocketPair::local();
  EXPECT_TRUE(fresh.near == number || fresh.far == number)
      << "the descriptor's number is used again";
  IoSource next(number, Kind::stream);
  next.clear(kRead);
  next.clear(kWrite);
  EXPECT_FALSE(other_.ready(next, kRead));
  EXPECT_FALSE(other_.ready(next, kWrite));
  EXPECT_EQ(settle(), 1) << "only the new socket's being writable";
  next.clear(kWrite);
  old.far.close();  // a hang-up, which would stay for good if it were believed
  EXPECT_EQ(settle(), 0);
  EXPECT_FALSE(other_.ready(next, kWrite));
  EXPECT_FALSE(other_.ready(next, kRead));
}

TEST_F(IoSources, AnEventThatIsUnderWayWhenItsSourceDiesIsDropped) {
  Pipe pipe;
  std::optional<IoSource> source(std::in_place, pipe.reader, Kind::stream);
  source->clear(kRead);
  EXPECT_FALSE(task_.ready(*source, kRead));
  test::write_all(pipe.writer, "x");
  source.reset();
  EXPECT_EQ(settle(), 0);
  EXPECT_EQ(task_.wakes(), 0);
}

TEST_F(IoSources, ASecondSourceOfALivingDescriptorTakesOver) {
  Pipe pipe;
  for (int i = 0; i < 3; ++i) {
    IoSource source(pipe.reader, Kind::stream);
    source.clear(kRead);
    EXPECT_FALSE(task_.ready(source, kRead));
    test::write_all(pipe.writer, "x");
    reactor_.wait();
    EXPECT_TRUE(task_.ready(source, kRead));
    char byte;
    EXPECT_EQ(read_some(source, &byte, 1), 1);
  }
}

TEST_F(IoSources, TwoSourcesOfOneDescriptorAreRefused) {
  Pipe pipe;
  IoSource first(pipe.reader, Kind::stream), second(pipe.reader, Kind::stream);
  first.clear(kRead);
  second.clear(kRead);
  EXPECT_FALSE(task_.ready(first, kRead));
  EXPECT_THROW(other_.ready(second, kRead), std::logic_error);
  test::write_all(pipe.writer, "x");
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 1) << "the first one is not harmed";
}

TEST_F(IoSources, ThousandsOfSourcesComeAndGo) {
  std::mt19937 random(9);
  struct Seat {
    Pipe pipe;
    std::unique_ptr<IoSource> source;
  };
  std::vector<std::optional<Seat>> seats(200);
  for (int i = 0; i < 5'000; ++i) {
    std::optional<Seat>& seat = seats[random() % seats.size()];
    if (seat) {
      seat->source.reset();
      seat.reset();
      continue;
    }
    seat.emplace();
    seat->source = std::make_unique<IoSource>(seat->pipe.reader, Kind::stream);
    seat->source->clear(kRead);
    Task task;
    ASSERT_FALSE(task.ready(*seat->source, kRead));
    test::write_all(seat->pipe.writer, "x");
    while (task.wakes() == 0) reactor_.wait();
    ASSERT_TRUE(task.ready(*seat->source, kRead));
  }
}

// --- Ends and errors ---

TEST_F(IoSources, DataAndTheEndInOneEdgeDoNotHang) {
  for (bool tcp : {false, true}) {
    SocketPair pair = tcp ? SocketPair::tcp() : SocketPair::local();
    IoSource source(pair.near, Kind::stream);
    source.clear(kRead);
    EXPECT_FALSE(task_.ready(source, kRead));
    test::write_all(pair.far, "hello");
    ::shutdown(pair.far, SHUT_WR);
    while (!task_.ready(source, kRead)) reactor_.wait();
    char buffer[64];
    EXPECT_EQ(read_some(source, buffer, sizeof buffer), 5);
    while (!task_.ready(source, kRead)) reactor_.wait();  // TCP may need one more packet
    EXPECT_EQ(read_some(source, buffer, sizeof buffer), 0);
    EXPECT_TRUE(task_.ready(source, kRead)) << "the end stays";
    source.clear(kWrite);
    EXPECT_FALSE(task_.ready(source, kWrite)) << "the end of one direction is not the other's";
    source.forget(kWrite, task_.waker);
  }
}

TEST_F(IoSources, APipeWhoseWriterIsGoneSaysSo) {
  Pipe pipe;
  IoSource source(pipe.reader, Kind::stream);
  source.clear(kRead);
  EXPECT_FALSE(task_.ready(source, kRead));
  pipe.writer.close();
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 1);
  EXPECT_TRUE(task_.ready(source, kRead));
  char byte;
  EXPECT_EQ(read_some(source, &byte, 1), 0);
  EXPECT_TRUE(task_.ready(source, kRead));
}

TEST_F(IoSources, APipeWhoseReaderIsGoneWakesTheWriter) {
  Pipe pipe;
  const std::string chunk(65536, 'x');
  while (::write(pipe.writer, chunk.data(), chunk.size()) > 0) {
  }
  IoSource source(pipe.writer, Kind::stream);
  source.clear(kWrite);
  EXPECT_FALSE(task_.ready(source, kWrite));
  EXPECT_EQ(settle(), 0);
  pipe.reader.close();
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 1);
  EXPECT_TRUE(task_.ready(source, kWrite));
}

TEST_F(IoSources, AResetConnectionIsReadyBothWays) {
  SocketPair pair = SocketPair::tcp();
  IoSource source(pair.near, Kind::stream);
  source.clear(kRead);
  source.clear(kWrite);
  EXPECT_FALSE(task_.ready(source, kRead));
  settle();
  source.clear(kWrite);
  EXPECT_FALSE(other_.ready(source, kWrite));
  const linger hard{1, 0};
  ::setsockopt(pair.far, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  pair.far.close();
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 1);
  EXPECT_EQ(other_.wakes(), 1);
  EXPECT_TRUE(task_.ready(source, kRead));
  EXPECT_TRUE(other_.ready(source, kWrite));
}

TEST_F(IoSources, ARefusedConnectWakesWhoeverWaitsToWrite) {
  Fd closed(test::check(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  test::check(::bind(closed, raw, size), "bind");  // bound, and nobody listens
  test::check(::getsockname(closed, raw, &size), "getsockname");
  Fd socket(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket"));
  IoSource source(socket, Kind::stream);
  const int result = ::connect(socket, raw, size);
  EXPECT_TRUE(result == -1 && (errno == EINPROGRESS || errno == ECONNREFUSED));
  source.clear(kWrite);
  while (!task_.ready(source, kWrite)) reactor_.wait();
  if (errno != ECONNREFUSED) {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length);
    EXPECT_EQ(error, ECONNREFUSED);
  }
}

TEST_F(IoSources, AUdpErrorIsReportedOnceAndDoesNotSpin) {
  Fd closed(test::check(::socket(AF_INET, SOCK_DGRAM, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  test::check(::bind(closed, raw, size), "bind");
  test::check(::getsockname(closed, raw, &size), "getsockname");
  closed.close();
  Fd socket(test::check(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), "socket"));
  test::check(::connect(socket, raw, size), "connect");

  IoSource source(socket, Kind::other);
  source.clear(kRead);
  EXPECT_FALSE(task_.ready(source, kRead));
  settle();
  EXPECT_EQ(::send(socket, "x", 1, 0), 1);
  while (!task_.ready(source, kRead)) reactor_.wait();
  source.clear(kRead);
  char buffer[8];
  EXPECT_EQ(::recv(socket, buffer, sizeof buffer, 0), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
  source.set(kRead);  // it was no EAGAIN
  EXPECT_TRUE(task_.ready(source, kRead));
  source.clear(kRead);
  EXPECT_EQ(::recv(socket, buffer, sizeof buffer, 0), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_FALSE(task_.ready(source, kRead)) << "the error is gone, and so is the readiness";
}

TEST_F(IoSources, OutsideOfStreamsAHangUpIsNotTheEnd) {
  const Fd idle(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket"));
  IoSource source(idle,
                  Kind::other);  // neither connected nor listening: a hang-up, says the system
  source.clear(kRead);
  EXPECT_FALSE(task_.ready(source, kRead));
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(task_.wakes(), 1);
  EXPECT_TRUE(task_.ready(source, kRead));
  source.clear(kRead);
  EXPECT_FALSE(task_.ready(source, kRead));
}

TEST_F(IoSources, AnEventfdWakesAtEveryWriteWithoutBeingRead) {
  const Fd event = test::event_fd();
  IoSource source(event, Kind::other);
  source.clear(kRead);
  EXPECT_FALSE(task_.ready(source, kRead));
  settle();
  for (int i = 1; i <= 3; ++i) {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(event, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    reactor_.wait();
    EXPECT_EQ(task_.wakes(), i);
    source.clear(kRead);
    EXPECT_FALSE(task_.ready(source, kRead));
  }
}

TEST_F(IoSources, MoreReadyDescriptorsThanOneWaitBringsAreAllSeen) {
  constexpr int kSources = 700;  // a wait brings 512
  std::vector<Fd> events;
  std::vector<std::unique_ptr<IoSource>> sources;
  for (int i = 0; i < kSources; ++i) {
    events.push_back(test::event_fd());
    sources.push_back(std::make_unique<IoSource>(events.back(), Kind::other));
    sources.back()->clear(kRead);
    ASSERT_FALSE(task_.ready(*sources.back(), kRead));
  }
  while (settle() > 0) {
  }
  for (const Fd& event : events) {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(event, &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }
  while (reactor_.waiting().io) reactor_.wait();
  EXPECT_EQ(task_.wakes(), kSources);
}

TEST_F(IoSources, AListenerHearsEveryClient) {
  Fd listener(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  test::check(::bind(listener, raw, size), "bind");
  test::check(::listen(listener, 128), "listen");
  test::check(::getsockname(listener, raw, &size), "getsockname");
  IoSource source(listener, Kind::other);
  std::vector<Fd> clients, accepted;
  for (int i = 0; i < 50; ++i) {
    for (int k = 0; k <= i % 3; ++k) {
      clients.emplace_back(test::check(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
      test::check(::connect(clients.back(), raw, size), "connect");
    }
    while (accepted.size() < clients.size()) {
      if (!task_.ready(source, kRead)) {
        reactor_.wait();
        continue;
      }
      source.clear(kRead);
      const int client = ::accept(listener, nullptr, nullptr);
      if (client < 0) continue;
      source.set(kRead);
      accepted.emplace_back(client);
    }
  }
}

// --- Which reactor ---

TEST_F(IoSources, IsBoundToTheFirstReactorThatItWaitedOn) {
  Pipe pipe;
  IoSource source(pipe.reader, Kind::stream);
  source.clear(kRead);
  EXPECT_FALSE(task_.ready(source, kRead));
  Reactor another;
  {
    Reactor::Scope scope(another);
    EXPECT_THROW(task_.ready(source, kRead), std::logic_error);
  }
  test::write_all(pipe.writer, "x");
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 1);
}

TEST(IoSource, OutlivesItsReactorAndSaysSo) {
  Pipe pipe;
  Task task;
  IoSource source(pipe.reader, Kind::stream);
  source.clear(kRead);
  {
    Reactor reactor;
    Reactor::Scope scope(reactor);
    EXPECT_FALSE(task.ready(source, kRead));
  }
  EXPECT_EQ(task.wakes(), 1) << "so that it polls again, and is told";
  EXPECT_EQ(task.counter.kept(), 0);
  EXPECT_THROW(task.ready(source, kRead), std::logic_error);
  Reactor next;
  Reactor::Scope scope(next);
  EXPECT_THROW(task.ready(source, kRead), std::logic_error);
  source.set(kRead);
  EXPECT_TRUE(task.ready(source, kRead));
  source.forget(kRead, task.waker);
  IoSource moved(std::move(source));
}

TEST_F(IoSources, AWakerThatThrowsCostsTheOthersNothing) {
  Pipe first, second;
  IoSource bad(first.reader, Kind::stream), good(second.reader, Kind::stream);
  CountingWaker thrower;
  thrower.on_wake([] { throw std::runtime_error("no room in the queue"); });
  Context cx(thrower.waker());
  bad.clear(kRead);
  good.clear(kRead);
  EXPECT_TRUE(bad.poll_ready(kRead, cx).is_pending());
  EXPECT_FALSE(task_.ready(good, kRead));
  test::write_all(first.writer, "x");
  test::write_all(second.writer, "x");
  EXPECT_THROW(reactor_.wait(), std::runtime_error);
  EXPECT_EQ(task_.wakes(), 1);
}

// --- Threads ---

// Readers on their own threads, writers on theirs, one reactor: every byte arrives, so no wake
// got lost. Small pipes and odd buffer sizes bring both directions to their limits.
TEST(IoSource, NoWakeIsLostBetweenThreads) {
  constexpr int kPairs = 2;
  constexpr int kBytes = 300'000;
  Reactor reactor;
  std::atomic<int> running{2 * kPairs};
  std::vector<std::thread> threads;
  const auto finish = [&] {
    if (running.fetch_sub(1) == 1) reactor.notify();
  };
  std::vector<Pipe> pipes(kPairs);
  for (Pipe& pipe : pipes) {
    ::fcntl(pipe.writer, F_SETPIPE_SZ, 4096);
    threads.emplace_back([&] {
      Reactor::Scope scope(reactor);
      ThreadParker self;
      const Waker waker = self.waker();
      Context cx(waker);
      IoSource source(pipe.writer, Kind::stream);
      std::string chunk(777, 'x');
      for (int sent = 0; sent < kBytes;) {
        if (source.poll_ready(kWrite, cx).is_pending()) {
          self.park();
          continue;
        }
        source.clear(kWrite);
        const auto size =
            std::min<std::size_t>(chunk.size(), static_cast<std::size_t>(kBytes - sent));
        const ssize_t count = ::write(pipe.writer, chunk.data(), size);
        if (count > 0) sent += static_cast<int>(count);
        if (count == static_cast<ssize_t>(size)) source.set(kWrite);
      }
      finish();
    });
    threads.emplace_back([&] {
      Reactor::Scope scope(reactor);
      ThreadParker self;
      const Waker waker = self.waker();
      Context cx(waker);
      IoSource source(pipe.reader, Kind::stream);
      std::string buffer(513, ' ');
      for (int received = 0; received < kBytes;) {
        if (source.poll_ready(kRead, cx).is_pending()) {
          self.park();
          continue;
        }
        const ssize_t count = read_some(source, buffer.data(), buffer.size());
        if (count > 0) received += static_cast<int>(count);
      }
      finish();
    });
  }
  while (running > 0) reactor.wait();
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(reactor.waiting().io);
}

// The reactor delivers as fast as it can while the task is between its first look and its second.
TEST(IoSource, NoWakeIsLostBetweenTheTwoLooks) {
  Reactor reactor;
  std::atomic<bool> over{false};
  std::thread driver([&] {
    while (!over) reactor.poll_now();
  });
  Reactor::Scope scope(reactor);
  ThreadParker self;
  const Waker waker = self.waker();
  Context cx(waker);
  const Fd event = test::event_fd();
  IoSource source(event, Kind::other);
  for (int i = 0; i < 20'000; ++i) {
    source.clear(kRead);
    const std::uint64_t one = 1;
    (void)!::write(event, &one, sizeof one);
    while (source.poll_ready(kRead, cx).is_pending()) self.park();
  }
  over = true;
  driver.join();
}

TEST(IoSource, TwoThreadsMayBindOneSourceAtOnce) {
  for (int round = 0; round < 200; ++round) {
    Reactor reactor;
    SocketPair pair = SocketPair::local();
    IoSource source(pair.near, Kind::stream);
    source.clear(kRead);
    source.clear(kWrite);
    std::thread reader([&] {
      Reactor::Scope scope(reactor);
      Task task;
      EXPECT_FALSE(task.ready(source, kRead));
      source.forget(kRead, task.waker);
    });
    std::thread writer([&] {
      Reactor::Scope scope(reactor);
      Task task;
      (void)task.ready(source, kWrite);
      source.forget(kWrite, task.waker);
    });
    while (reactor.poll_now().io == 0) {
    }
    reader.join();
    writer.join();
    EXPECT_FALSE(reactor.waiting().io);
  }
}

TEST(IoSource, SourcesMayComeAndGoOnOtherThreadsWhileEventsFlow) {
  constexpr int kThreads = 2;
  Reactor reactor;
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      Reactor::Scope scope(reactor);
      ThreadParker self;
      const Waker waker = self.waker();
      Context cx(waker);
      for (int i = 0; i < 1'000; ++i) {
        Pipe pipe;
        IoSource source(pipe.reader, Kind::stream);
        source.clear(kRead);
        if (source.poll_ready(kRead, cx).is_ready()) ADD_FAILURE() << "nothing was written";
        test::write_all(pipe.writer, "x");
        if (i % 2 == 0) {
          while (source.poll_ready(kRead, cx).is_pending()) self.park();
        }
      }
      if (running.fetch_sub(1) == 1) reactor.notify();
    });
  }
  while (running > 0) reactor.wait();
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(reactor.waiting().io);
}

}  // namespace io_source_test
}  // namespace book
