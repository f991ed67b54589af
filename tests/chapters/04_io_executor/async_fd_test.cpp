// AsyncFd over socket pairs and pipes: what is ready, what waits, what is thrown, what is closed.
#include "04_io_executor/async_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "chapters/04_io_executor/helpers.h"

namespace book::test {
namespace async_fd_test {

using namespace std::chrono_literals;

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }
bool is_nonblocking(int fd) { return ::fcntl(fd, F_GETFL) & O_NONBLOCK; }

/// Reads once, as much as `size`.
auto read_some(AsyncFd& fd, std::size_t size = 64) {
  return poll_fn([&fd, buffer = std::string(size, '\0')](Context& cx) mutable -> Poll<std::string> {
    Poll<std::size_t> count = fd.poll_read(cx, buffer);
    if (count.is_pending()) return pending;
    return std::string(buffer.data(), count.value());
  });
}

/// Writes all of it.
auto write_all(AsyncFd& fd, std::string text) {
  return poll_fn(
      [&fd, text = std::move(text), done = std::size_t{0}](Context& cx) mutable -> Poll<void> {
        while (done < text.size()) {
          Poll<std::size_t> count = fd.poll_write(cx, std::string_view(text).substr(done));
          if (count.is_pending()) return pending;
          done += count.value();
        }
        return Poll<void>::ready();
      });
}

std::system_error error_of(auto function) {
  try {
    function();
  } catch (const std::system_error& error) {
    return error;
  }
  ADD_FAILURE() << "no std::system_error";
  return std::system_error(std::error_code());
}

class AsyncFdTest : public testing::Test {
 protected:
  static constexpr ExecutorOptions kVirtual{.time = TimeMode::virtual_time};

  SocketPair pair_;
  AsyncFd ours_{pair_.ours, AsyncFd::Kind::stream};
  AsyncFd theirs_{pair_.theirs, AsyncFd::Kind::stream};
  Executor executor_{kVirtual};
};

TEST_F(AsyncFdTest, MakesTheDescriptorNonBlocking) {
  EXPECT_TRUE(is_nonblocking(ours_.fd()));
  EXPECT_EQ(ours_.fd(), pair_.ours);
}

TEST_F(AsyncFdTest, ClosesItsDescriptor) {
  {
    AsyncFd moved(std::move(ours_));
    EXPECT_TRUE(is_open(pair_.ours));
  }
  EXPECT_FALSE(is_open(pair_.ours));
  EXPECT_TRUE(is_open(pair_.theirs));
}

TEST_F(AsyncFdTest, ClosesTheOldDescriptorWhenItIsAssigned) {
  theirs_ = std::move(ours_);
  EXPECT_TRUE(is_open(pair_.ours));
  EXPECT_FALSE(is_open(pair_.theirs));
  EXPECT_EQ(theirs_.fd(), pair_.ours);
  AsyncFd& self = theirs_;
  theirs_ = std::move(self);
  EXPECT_TRUE(is_open(pair_.ours));
}

TEST_F(AsyncFdTest, TakesADescriptorThatIsNonBlockingAsItIs) {
  int fds[2];
  ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
  AsyncFd reader = AsyncFd::from_nonblocking(fds[0], AsyncFd::Kind::stream);
  AsyncFd writer(fds[1], AsyncFd::Kind::stream);
  EXPECT_FALSE(is_nonblocking(fds[0])) << "no system call was made";
  EXPECT_TRUE(is_nonblocking(fds[1]));
}

TEST_F(AsyncFdTest, RefusesWhatIsNoDescriptor) {
  const std::system_error error = error_of([] { AsyncFd fd(-1, AsyncFd::Kind::stream); });
  EXPECT_EQ(error.code().value(), EBADF);
  EXPECT_EQ(std::string(error.what()).find("fcntl: "), 0u) << error.what();
}

TEST_F(AsyncFdTest, ReadsWhatIsThereWithoutTheReactor) {
  ASSERT_EQ(::write(pair_.theirs, "hello", 5), 5);
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "hello");
  EXPECT_EQ(executor_.polls(), 1u);
}

TEST_F(AsyncFdTest, WaitsForDataWithTwoPolls) {
  executor_.spawn(sleep(1s) | then([this] { return write_all(theirs_, "hello"); }));
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "hello");
  EXPECT_EQ(executor_.polls(), 2u + 2u) << "two of the reader, two of the writer";
}

TEST_F(AsyncFdTest, WaitsAgainAfterEachMessage) {
  std::string all;
  for (int round = 0; round < 10; ++round) {
    executor_.spawn(sleep(1s) | then([this] { return write_all(theirs_, "x"); }));
    all += executor_.block_on(read_some(ours_));
  }
  EXPECT_EQ(all, "xxxxxxxxxx");
  EXPECT_EQ(executor_.polls(), 40u);
}

TEST_F(AsyncFdTest, AReadThatFillsTheBufferIsTriedAgainAtOnce) {
  ASSERT_EQ(::write(pair_.theirs, "abcdef", 6), 6);
  EXPECT_EQ(executor_.block_on(read_some(ours_, 3)), "abc");
  EXPECT_EQ(executor_.block_on(read_some(ours_, 3)), "def");
  EXPECT_EQ(executor_.polls(), 2u);
}

TEST_F(AsyncFdTest, ReadsTheEndAsOftenAsItIsAsked) {
  ASSERT_EQ(::write(pair_.theirs, "bye", 3), 3);
  AsyncFd(std::move(theirs_));
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "bye");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(executor_.block_on(read_some(ours_)), "");
}

TEST_F(AsyncFdTest, ReadsTheEndOfADescriptorThatWaits) {
  executor_.spawn(sleep(1s) | map([this] { AsyncFd(std::move(theirs_)); }));
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "");
}

TEST_F(AsyncFdTest, DataAndEndThatComeTogetherAreBothRead) {
  executor_.spawn(sleep(1s) | map([this] {
                    EXPECT_EQ(::write(pair_.theirs, "last", 4), 4);
                    AsyncFd(std::move(theirs_));
                  }));
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "last");
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "");
}

TEST_F(AsyncFdTest, WritesMoreThanTheSystemTakesAtOnce) {
  const std::string much(4'000'000, 'm');
  std::string received;
  executor_.spawn(write_all(ours_, much));
  while (received.size() < much.size()) received += executor_.block_on(read_some(theirs_, 65'536));
  EXPECT_EQ(received, much);
}

TEST_F(AsyncFdTest, ReadsAndWritesAtOnceByTwoTasks) {
  std::string first;
  executor_.spawn(read_some(ours_) | map([&](std::string text) { first = text; }));
  executor_.spawn(write_all(ours_, "ping"));
  EXPECT_EQ(executor_.block_on(read_some(theirs_)), "ping");
  executor_.block_on(write_all(theirs_, "pong"));
  executor_.run();
  EXPECT_EQ(first, "pong");
}

TEST_F(AsyncFdTest, AnEmptyBufferReadsNothing) {
  EXPECT_EQ(executor_.block_on(read_some(ours_, 0)), "");
  ASSERT_EQ(::write(pair_.theirs, "x", 1), 1);
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "x");
}

TEST_F(AsyncFdTest, AnErrorIsThrownWithTheNameOfItsCall) {
  std::signal(SIGPIPE, SIG_IGN);
  AsyncFd(std::move(theirs_));
  const std::system_error error = error_of([&] { executor_.block_on(write_all(ours_, "x")); });
  EXPECT_EQ(error.code(), std::errc::broken_pipe);
  EXPECT_EQ(std::string(error.what()).find("write: "), 0u) << error.what();
  error_of([&] { executor_.block_on(write_all(ours_, "x")); });  // and again, instead of waiting
  std::signal(SIGPIPE, SIG_DFL);
}

TEST_F(AsyncFdTest, AReadOfADirectoryThrows) {
  AsyncFd directory(::open(".", O_RDONLY | O_CLOEXEC), AsyncFd::Kind::other);
  const std::system_error error = error_of([&] { executor_.block_on(read_some(directory)); });
  EXPECT_EQ(error.code(), std::errc::is_a_directory);
  EXPECT_EQ(std::string(error.what()).find("read: "), 0u) << error.what();
}

TEST_F(AsyncFdTest, ARegularFileIsAlwaysReady) {
  AsyncFd file(::open("CMakeLists.txt", O_RDONLY | O_CLOEXEC), AsyncFd::Kind::other);
  std::string text;
  for (;;) {
    const std::string part = executor_.block_on(read_some(file, 100));
    if (part.empty()) break;
    text += part;
  }
  EXPECT_EQ(text.find("# The Async Book"), 0u);
  EXPECT_GT(text.size(), 500u);
}

TEST_F(AsyncFdTest, AnInterruptedCallIsMadeAgain) {
  int calls = 0;
  const auto count = executor_.block_on(poll_fn([&](Context& cx) {
    return ours_.poll_call(Direction::read, cx, 10, "recv", [&]() -> ssize_t {
      if (++calls < 4) return errno = EINTR, -1;
      return 10;
    });
  }));
  EXPECT_EQ(count, 10u);
  EXPECT_EQ(calls, 4);
}

TEST_F(AsyncFdTest, WouldBlockNeverSurfacesInEitherSpelling) {
  for (int error : {EAGAIN, EWOULDBLOCK}) {
    AsyncFd fd(::dup(pair_.ours), AsyncFd::Kind::stream);
    bool blocked = true;
    executor_.spawn(sleep(1s) | map([&] {
                      blocked = false;
                      EXPECT_EQ(::write(pair_.theirs, "x", 1), 1);
                    }));
    executor_.block_on(poll_fn([&](Context& cx) {
      return fd.poll_call(Direction::read, cx, 1, "recv", [&]() -> ssize_t {
        if (blocked) return errno = error, -1;
        char byte;
        return ::read(fd.fd(), &byte, 1);
      });
    }));
  }
}

TEST_F(AsyncFdTest, ADatagramSocketIsNotDrainedByAShortMessage) {
  int fds[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
  AsyncFd in(fds[0], AsyncFd::Kind::other), out(fds[1], AsyncFd::Kind::other);
  executor_.spawn(sleep(1s) | map([&] {
                    for (std::string_view word : {"one", "two"}) {
                      EXPECT_EQ(::write(out.fd(), word.data(), word.size()),
                                static_cast<ssize_t>(word.size()));
                    }
                  }));
  EXPECT_EQ(executor_.block_on(read_some(in)), "one");
  EXPECT_EQ(executor_.block_on(read_some(in)), "two") << "both came with one edge";
}

TEST_F(AsyncFdTest, APacketPipeIsNotDrainedByOnePacketWhateverItIsCalled) {
  int fds[2];
  ASSERT_EQ(::pipe2(fds, O_DIRECT | O_CLOEXEC), 0);
  AsyncFd in(fds[0], AsyncFd::Kind::stream), out(fds[1], AsyncFd::Kind::stream);
  EXPECT_EQ(in.kind(), AsyncFd::Kind::other);
  executor_.spawn(sleep(1s) | map([&] {
                    EXPECT_EQ(::write(out.fd(), "abc", 3), 3);
                    EXPECT_EQ(::write(out.fd(), "defghi", 6), 6);
                  }));
  EXPECT_EQ(executor_.block_on(read_some(in)), "abc");
  EXPECT_EQ(executor_.block_on(read_some(in)), "defghi") << "both came with one edge";
}

TEST_F(AsyncFdTest, ANamedPipeWhoseWriterHasGoneWaitsForTheNextOne) {
  const std::string path = "/tmp/book_async_fd_" + std::to_string(::getpid());
  ::unlink(path.c_str());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  AsyncFd in(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC), AsyncFd::Kind::stream);
  int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  ::unlink(path.c_str());
  executor_.spawn(sleep(1s) | map([&] {
                    EXPECT_EQ(::write(writer, "1", 1), 1);
                    ::close(std::exchange(writer, -1));  // the system says: closed, for good
                  }));
  EXPECT_EQ(executor_.block_on(read_some(in)), "1");
  EXPECT_EQ(executor_.block_on(read_some(in)), "") << "no writer is there: the end";

  writer = ::open(("/proc/self/fd/" + std::to_string(in.fd())).c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_GE(writer, 0);
  executor_.spawn(sleep(1s) | map([&] { EXPECT_EQ(::write(writer, "2", 1), 1); }));
  // Before, this poll asked the system again and again, and never came back.
  EXPECT_EQ(executor_.block_on(read_some(in)), "2");
  ::close(writer);
}

// --- readable(), writable() ---------------------------------------------------------------

/// Reads until the descriptor would block: from then on readable() has to wait.
void drain(Executor& executor, AsyncFd& fd) {
  auto drained = poll_fn([&fd](Context& cx) -> Poll<void> {
    std::string bytes(100'000, '\0');  // in few calls: after 128 it would be told to give way
    while (fd.poll_read(cx, bytes).is_ready()) {
    }
    fd.forget(Direction::read, cx.waker());
    return Poll<void>::ready();
  });
  executor.block_on(std::move(drained));
}

TEST_F(AsyncFdTest, ReadableWaitsForDataWithoutABuffer) {
  drain(executor_, ours_);
  executor_.spawn(sleep(1s) | then([this] { return write_all(theirs_, "x"); }));
  const Instant begin = executor_.reactor().now();
  executor_.block_on(ours_.readable());
  EXPECT_EQ(executor_.reactor().now() - begin, 1s);
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "x");
}

TEST_F(AsyncFdTest, ReadableOfANewDescriptorIsOptimistic) {
  executor_.block_on(ours_.readable());
  EXPECT_EQ(executor_.polls(), 1u);
}

TEST_F(AsyncFdTest, ReadableIsReadyAtTheEnd) {
  drain(executor_, ours_);
  executor_.spawn(sleep(1s) | map([this] { AsyncFd(std::move(theirs_)); }));
  executor_.block_on(ours_.readable());
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "");
}

TEST_F(AsyncFdTest, WritableWaitsForRoom) {
  executor_.block_on(poll_fn([this](Context& cx) -> Poll<void> {
    const std::string much(100'000, 'm');
    while (ours_.poll_write(cx, much).is_ready()) {
    }
    ours_.forget(Direction::write, cx.waker());
    return Poll<void>::ready();
  }));
  bool roomy = false;
  executor_.spawn(ours_.writable() | map([&] { roomy = true; }));
  executor_.block_on(yields(3));
  EXPECT_FALSE(roomy);
  drain(executor_, theirs_);
  executor_.run();
  EXPECT_TRUE(roomy);
}

TEST_F(AsyncFdTest, ADroppedReadableMakesRoomForAnotherTask) {
  drain(executor_, ours_);
  {
    auto first = ours_.readable();
    executor_.block_on(poll_fn([&](Context& cx) {
      EXPECT_TRUE(first.poll(cx).is_pending());
      return Poll<void>::ready();
    }));
    EXPECT_TRUE(executor_.reactor().waiting().io);
  }
  EXPECT_FALSE(executor_.reactor().waiting().io);
  executor_.spawn(sleep(1s) | then([this] { return write_all(theirs_, "x"); }));
  EXPECT_EQ(executor_.block_on(read_some(ours_)), "x");
}

TEST_F(AsyncFdTest, AReadableThatRefusesToMoveStillMakesRoomWhenItIsDropped) {
  drain(executor_, ours_);
  {
    auto first = ours_.readable();
    executor_.block_on(poll_fn([&](Context& cx) {
      EXPECT_TRUE(first.poll(cx).is_pending());
      return Poll<void>::ready();
    }));
    EXPECT_THROW({ Readiness moved(std::move(first)); }, std::logic_error);
  }
  EXPECT_EQ(executor_.reactor().waiting().io, 0u);
}

TEST_F(AsyncFdTest, AReadableThatIsReadyHoldsNoWaker) {
  // A task that forgets its waker, and that owns a future which has ended, is stranded all the
  // same.
  Executor executor;  // in real time: there a waker that somebody holds would be waited for
  SocketPair pair;
  AsyncFd fd(pair.ours, AsyncFd::Kind::stream);
  AsyncFd peer(pair.theirs, AsyncFd::Kind::stream);
  drain(executor, fd);
  int polls = 0;
  EXPECT_THROW(executor.block_on(poll_fn([&, ended = fd.readable()](Context& cx) mutable {
    if (++polls == 1) {
      EXPECT_TRUE(ended.poll(cx).is_pending());
      EXPECT_EQ(::write(pair.theirs, "x", 1), 1);
    } else {
      EXPECT_TRUE(ended.poll(cx).is_ready());
    }
    return Poll<void>(pending);
  })),
               Deadlock);
}

TEST_F(AsyncFdTest, ADroppedReadableLeavesAnotherTasksWakerAlone) {
  drain(executor_, ours_);
  auto first = std::make_unique<Readiness>(ours_.readable());
  executor_.block_on(poll_fn([&](Context& cx) {
    EXPECT_TRUE(first->poll(cx).is_pending());
    return Poll<void>::ready();
  }));
  // The first one is woken, and before it is polled again another task waits.
  ASSERT_EQ(::write(pair_.theirs, "x", 1), 1);
  executor_.block_on(sleep(1ms));
  drain(executor_, ours_);
  std::string text;
  executor_.spawn(read_some(ours_) | map([&](std::string read) { text = read; }));
  executor_.block_on(yields(2));
  first.reset();
  ASSERT_EQ(::write(pair_.theirs, "y", 1), 1);
  executor_.run();
  EXPECT_EQ(text, "y");
}

TEST_F(AsyncFdTest, ReadableMayBePolledByOneTaskAndThenByAnother) {
  drain(executor_, ours_);
  auto readable = ours_.readable();
  executor_.block_on(poll_fn([&](Context& cx) {
    EXPECT_TRUE(readable.poll(cx).is_pending());
    return Poll<void>::ready();
  }));
  executor_.spawn(sleep(1s) | then([this] { return write_all(theirs_, "x"); }));
  executor_.block_on(readable);
}

TEST_F(AsyncFdTest, TwoTasksCanNotWaitForOneDirection) {
  drain(executor_, ours_);
  executor_.spawn(read_some(ours_) | map([](std::string) {}));
  executor_.block_on(yields(1));
  EXPECT_THROW(executor_.block_on(read_some(ours_)), std::logic_error);
  ASSERT_EQ(::write(pair_.theirs, "x", 1), 1);
  executor_.run();
}

TEST_F(AsyncFdTest, AClosedDescriptorsNumberMayComeBackAsAnother) {
  for (int round = 0; round < 5; ++round) {
    SocketPair again;
    AsyncFd in(again.ours, AsyncFd::Kind::stream), out(again.theirs, AsyncFd::Kind::stream);
    executor_.spawn(sleep(1s) | then([&] { return write_all(out, "x"); }));
    EXPECT_EQ(executor_.block_on(read_some(in)), "x");
    drain(executor_, in);
  }
}

TEST_F(AsyncFdTest, MovesToAnotherReactorAreRefused) {
  drain(executor_, ours_);
  Executor other({.time = TimeMode::virtual_time});
  EXPECT_THROW(other.block_on(read_some(ours_)), std::logic_error);
}

// A hundred reads at once, dropped after k polls, for every k: nobody is left in the reactor.
TEST_F(AsyncFdTest, ReadableIsCancelledAtEverySuspensionPoint) {
  drain(executor_, ours_);
  for (int polls = 0; polls < 4; ++polls) {
    executor_.block_on(poll_fn([&, readable = ours_.readable()](Context& cx) mutable {
      for (int i = 0; i < polls; ++i) EXPECT_TRUE(readable.poll(cx).is_pending());
      return Poll<void>::ready();
    }));
    EXPECT_FALSE(executor_.reactor().waiting().io) << "after " << polls << " polls";
  }
}

/// A read of one byte at a time, as long as there is one.
class ReadAll {
 public:
  using Output = int;
  explicit ReadAll(AsyncFd& fd) : fd_(fd) {}
  Poll<int> poll(Context& cx) {
    ++polls_;
    for (char byte = 0;;) {
      const Poll<std::size_t> got = fd_.poll_read(cx, {&byte, 1});
      if (got.is_pending()) return pending;
      if (got.value() == 0) return polls_;
    }
  }

 private:
  AsyncFd& fd_;
  int polls_ = 0;
};

TEST(AsyncFd, GivesWayAfter128CallsInATurn) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
  AsyncFd reader = AsyncFd::from_nonblocking(ends[0], AsyncFd::Kind::stream);
  const std::string bytes(1000, 'x');
  ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), 1000);
  ::close(ends[1]);
  // 1000 bytes and the end are 1001 calls: eight turns.
  EXPECT_EQ(block_on(ReadAll(reader)), 8)
      << "a sender without a pause must not keep the thread to itself";
}

/// Reads two descriptors to their ends, byte by byte in turns, and says how many polls it took.
class ReadBoth {
 public:
  using Output = int;
  ReadBoth(AsyncFd& a, AsyncFd& b) : fds_{&a, &b} {}
  Poll<int> poll(Context& cx) {
    ++polls_;
    for (char byte = 0; ends_ < 2; next_ = 1 - next_) {
      const Poll<std::size_t> got = fds_[next_]->poll_read(cx, {&byte, 1});
      if (got.is_pending()) return pending;
      if (got.value() == 0) ++ends_;
    }
    return polls_;
  }

 private:
  AsyncFd* fds_[2];
  int next_ = 0;
  int ends_ = 0;
  int polls_ = 0;
};

TEST(AsyncFd, CountsTheCallsOfATaskAtAllItsDescriptors) {
  int a[2], b[2];
  ASSERT_EQ(::pipe2(a, O_NONBLOCK | O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(b, O_NONBLOCK | O_CLOEXEC), 0);
  AsyncFd first = AsyncFd::from_nonblocking(a[0], AsyncFd::Kind::stream);
  AsyncFd second = AsyncFd::from_nonblocking(b[0], AsyncFd::Kind::stream);
  const std::string bytes(500, 'x');
  ASSERT_EQ(::write(a[1], bytes.data(), bytes.size()), 500);
  ASSERT_EQ(::write(b[1], bytes.data(), bytes.size()), 500);
  ::close(a[1]);
  ::close(b[1]);
  // 501 calls each: eight turns for both, and not four.
  EXPECT_EQ(block_on(ReadBoth(first, second)), 8)
      << "a task with many busy descriptors must not have a turn for each of them";
}

/// Reads a busy one for as long as it may, and then a quiet one.
struct BusyThenQuiet {
  using Output = int;
  AsyncFd& busy;
  AsyncFd& quiet;
  int polls = 0;
  Poll<int> poll(Context& cx) {
    ++polls;
    char byte = 0;
    while (busy.poll_read(cx, {&byte, 1}).is_ready()) {
    }
    if (quiet.poll_read(cx, {&byte, 1}).is_pending()) return pending;
    return polls;
  }
};

TEST(AsyncFd, ABusyOneLeavesACallToTheOthersOfItsTask) {
  int busy[2], bell[2];
  ASSERT_EQ(::pipe2(busy, O_NONBLOCK | O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(bell, O_NONBLOCK | O_CLOEXEC), 0);
  AsyncFd reader = AsyncFd::from_nonblocking(busy[0], AsyncFd::Kind::stream);
  AsyncFd quiet = AsyncFd::from_nonblocking(bell[0], AsyncFd::Kind::stream);
  const std::string bytes(10'000, 'x');
  ASSERT_EQ(::write(busy[1], bytes.data(), bytes.size()), 10'000);
  ASSERT_EQ(::write(bell[1], "x", 1), 1);
  EXPECT_EQ(block_on(BusyThenQuiet{reader, quiet}), 1)
      << "in a join, the one that is polled first has all calls of every turn";
  ::close(busy[1]);
  ::close(bell[1]);
}

struct Hears {
  using Output = void;
  AsyncFd& bell;
  bool& heard;
  Poll<void> poll(Context& cx) {
    char byte = 0;
    if (bell.poll_read(cx, {&byte, 1}).is_pending()) return pending;
    heard = true;
    return Poll<void>::ready();
  }
};

/// Writes a byte into `bell` in its first poll.
class Rings {
 public:
  using Output = int;
  Rings(AsyncFd& busy, int bell, const bool& heard) : all_(busy), bell_(bell), heard_(heard) {}
  Poll<int> poll(Context& cx) {
    if (polls_++ == 0) {
      EXPECT_EQ(::write(bell_, "x", 1), 1);
    }
    if (heard_ && heard_after_ == 0) heard_after_ = polls_ - 1;
    const Poll<int> done = all_.poll(cx);
    if (done.is_pending()) return pending;
    return heard_after_;
  }

 private:
  ReadAll all_;
  int bell_;
  const bool& heard_;
  int polls_ = 0, heard_after_ = 0;
};

TEST(AsyncFd, AQuietOneIsHeardAfterEachTurnOfABusyOne) {
  int busy[2], bell[2];
  ASSERT_EQ(::pipe2(busy, O_NONBLOCK | O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(bell, O_NONBLOCK | O_CLOEXEC), 0);
  AsyncFd reader = AsyncFd::from_nonblocking(busy[0], AsyncFd::Kind::stream);
  AsyncFd quiet = AsyncFd::from_nonblocking(bell[0], AsyncFd::Kind::stream);
  const std::string bytes(10'000, 'x');
  ASSERT_EQ(::write(busy[1], bytes.data(), bytes.size()), 10'000);
  ::close(busy[1]);
  bool heard = false;
  Executor executor;
  executor.spawn(Hears{quiet, heard});
  // The busy one is woken first, by itself. Behind its second turn the quiet one has its own.
  EXPECT_EQ(executor.block_on(Rings(reader, bell[1], heard)), 2)
      << "the reactor is asked only after many turns, and each of them may take milliseconds";
  ::close(bell[1]);
}

TEST(AsyncFd, CountsNothingOutsideOfAnExecutor) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
  AsyncFd reader = AsyncFd::from_nonblocking(ends[0], AsyncFd::Kind::stream);
  const std::string bytes(1000, 'x');
  ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), 1000);
  ::close(ends[1]);
  const Waker waker = Waker::noop();
  Context cx(waker);
  EXPECT_TRUE(ReadAll(reader).poll(cx).is_ready());
}

}  // namespace async_fd_test
}  // namespace book::test
