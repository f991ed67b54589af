// Pipes, and input that others share: files, pipes, terminals, sockets.
#include "17_io/ends/pipe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "07_join/join.h"
#include "17_io/bytes/io.h"
#include "17_io/ends/standard_input.h"
#include "17_io/sockets/unix_socket.h"
#include "common/reactor/reactor.h"
#include "support/child_process.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/descriptors.h"
#include "support/faulty_stream.h"
#include "support/sanitizer.h"
#include "support/system_calls.h"

namespace book {
namespace pipe_test {

static_assert(AsyncRead<PipeReader> && !AsyncWrite<PipeReader>);
static_assert(VectoredWrite<PipeWriter> && !AsyncRead<PipeWriter>);
static_assert(AsyncRead<InheritedInput>);

int flags_of(int fd) { return test::check(::fcntl(fd, F_GETFL), "fcntl"); }

Async<> send(PipeWriter writer, std::string bytes) {
  co_await write_all(writer, bytes);
  co_await close(writer);
}

TEST(Pipe, CarriesMoreThanItHoldsAndEnds) {
  const int before = test::open_descriptors();
  std::string bytes(1'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7919 >> 8);
  {
    Executor executor;
    PipeEnds ends = pipe();
    executor.spawn(send(std::move(ends.writer), bytes));
    test::FaultyStream slow(ends.reader, {.piece = 3001, .waits = 1});
    EXPECT_TRUE(executor.block_on(read_to_end(slow, bytes.size())) == bytes);
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

TEST(Pipe, ClosingItIsTheEndAndWritingOnIsAnError) {
  PipeEnds ends = pipe();
  const std::array<std::string_view, 2> pieces = {"a", "b"};
  block_on(write_all_vectored(ends.writer, pieces));
  block_on(flush(ends.writer));
  block_on(close(ends.writer));
  block_on(close(ends.writer));
  EXPECT_EQ(ends.writer.fd(), -1);
  EXPECT_EQ(block_on(read_to_end(ends.reader, 10)), "ab");
  EXPECT_EQ(test::error_of([&] { return (block_on(write_all(ends.writer, "x")), 0); }), EPIPE);
  EXPECT_EQ(test::error_of([&] { return (block_on(write_all_vectored(ends.writer, pieces)), 0); }),
            EPIPE);
}

TEST(Pipe, AReaderThatHasGoneIsAnErrorAndDoesNotEndTheProcess) {
  const test::ChildResult result = test::run_in_child([] {
    ::signal(SIGPIPE, SIG_DFL);
    PipeEnds ends = pipe();
    { const PipeReader gone = std::move(ends.reader); }
    const std::array<std::string_view, 2> pieces = {"a", "b"};
    const bool single =
        test::error_of([&] { return (block_on(write_all(ends.writer, "x")), 0); }) == EPIPE;
    const bool vectored = test::error_of([&] {
                            return (block_on(write_all_vectored(ends.writer, pieces)), 0);
                          }) == EPIPE;
    sigset_t mask, waiting;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    ::sigpending(&waiting);
    const bool clean = !::sigismember(&mask, SIGPIPE) && !::sigismember(&waiting, SIGPIPE);
    return single && vectored && clean ? 7 : 1;
  });
  EXPECT_EQ(result.signal, 0) << "SIGPIPE has come through";
  EXPECT_EQ(result.exit_code, 7) << result.err;
}

TEST(Pipe, TakesNoSignalThatSomebodyElseWaitsFor) {
  const test::ChildResult result = test::run_in_child([] {
    sigset_t sigpipe;
    ::sigemptyset(&sigpipe);
    ::sigaddset(&sigpipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr);
    ::raise(SIGPIPE);
    PipeEnds ends = pipe();
    { const PipeReader gone = std::move(ends.reader); }
    const int error = test::error_of([&] { return (block_on(write_all(ends.writer, "x")), 0); });
    const timespec now{};
    const bool still_there = ::sigtimedwait(&sigpipe, nullptr, &now) == SIGPIPE;
    return error == EPIPE && still_there ? 7 : 1;
  });
  EXPECT_EQ(result.exit_code, 7) << "the SIGPIPE that was waiting has been taken away";
}

TEST(Pipe, AnEndForAChildBlocksAndTheOtherDoesNot) {
  PipeEnds ends = pipe();
  const int reader = ends.reader.fd();
  const Descriptor for_a_child = std::move(ends.writer).into_blocking();
  EXPECT_EQ(flags_of(for_a_child.get()) & O_NONBLOCK, 0);
  EXPECT_NE(flags_of(reader) & O_NONBLOCK, 0) << "each end has its own flags";
  test::write_all(for_a_child.get(), "from a child");
  std::array<char, 12> words;
  block_on(read_exact(ends.reader, words));
  EXPECT_EQ(std::string_view(words.data(), words.size()), "from a child");
  const Descriptor other = std::move(ends.reader).into_blocking();
  EXPECT_EQ(flags_of(other.get()) & O_NONBLOCK, 0);
}

TEST(Pipe, AnInterruptedCallIsMadeAgain) {
  if (test::under_sanitizer()) GTEST_SKIP() << "errors cannot be injected under a sanitizer";
  PipeEnds ends = pipe();
  const std::array<std::string_view, 2> pieces = {"cd", "ef"};
  test::fail_next("write", EINTR, 2);
  block_on(write_all(ends.writer, "ab"));
  test::fail_next("writev", EINTR, 2);
  block_on(write_all_vectored(ends.writer, pieces));
  test::fail_next("read", EINTR, 2);
  std::array<char, 6> words;
  block_on(read_exact(ends.reader, words));
  EXPECT_EQ(std::string_view(words.data(), words.size()), "abcdef");
}

TEST(Pipe, FuturesKeepTheContract) {
  Reactor reactor;
  Reactor::Scope scope(reactor);
  std::array<char, 4> buffer;
  test::expect_contract(
      [&] {
        auto ends = std::make_shared<PipeEnds>(pipe());
        return test::subject(read(ends->reader, buffer), [&reactor, ends] {
          (void)!::write(ends->writer.fd(), "x", 1);
          if (!reactor.waiting().nothing()) reactor.wait();
        });
      },
      {.untouched = [&] { return reactor.waiting().nothing(); }},
      [](std::size_t n) { return n == 1; });
}

/// A reactor, and a task that polls by hand.
class Input : public ::testing::Test {
 protected:
  Reactor reactor_;
  Reactor::Scope scope_{reactor_};
  test::CountingWaker counter_;
  Context cx_{counter_.waker()};
  std::array<char, 64> buffer_{};

  std::string read_now(InheritedInput& input) {
    Poll<std::size_t> got = input.poll_read(cx_, buffer_);
    if (got.is_pending()) return "pending";
    return std::string(buffer_.data(), got.value());
  }
  std::string read_soon(InheritedInput& input) {
    for (;;) {
      Poll<std::size_t> got = input.poll_read(cx_, buffer_);
      if (got.is_ready()) return std::string(buffer_.data(), got.value());
      reactor_.wait();
    }
  }
};

TEST_F(Input, AFileIsReadFromWhereItStandsAndNeverWaitedFor) {
  const test::TemporaryFile file;
  const test::Fd fd(test::check(::open(file.path().c_str(), O_RDWR | O_CLOEXEC), "open"));
  test::write_all(fd, "first second");
  ::lseek(fd, 6, SEEK_SET);
  InheritedInput input(fd);
  EXPECT_EQ(input.way(), InheritedInput::Way::file);
  EXPECT_EQ(read_now(input), "second");
  EXPECT_EQ(read_now(input), "");
  EXPECT_EQ(::lseek(fd, 0, SEEK_CUR), 12) << "whoever shares the file goes on where we stopped";
  InheritedInput nothing(test::Fd(test::check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open")));
  EXPECT_EQ(read_now(nothing), "");
  EXPECT_TRUE(reactor_.waiting().nothing());
}

TEST_F(Input, APipeIsWaitedForAndItsFlagsStayAsTheyWere) {
  int ends[2];
  test::check(::pipe2(ends, O_CLOEXEC), "pipe2");  // it blocks, as a shell's does
  test::Fd reader(ends[0]), writer(ends[1]);
  const int before = flags_of(reader);
  InheritedInput input(reader);
  EXPECT_EQ(input.way(), InheritedInput::Way::reopened);
  EXPECT_EQ(read_now(input), "pending");
  EXPECT_EQ(flags_of(reader), before) << "the shell's own end has become non-blocking";
  test::write_all(writer, "word");
  EXPECT_EQ(read_soon(input), "word");
  EXPECT_EQ(read_now(input), "pending");
  test::write_all(writer, "last");
  writer.close();
  EXPECT_EQ(read_soon(input), "last");
  EXPECT_EQ(read_soon(input), "");
}

TEST_F(Input, ATerminalGivesALineAtATimeAndItsFlagsStayAsTheyWere) {
  const test::Fd user(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (user.get() < 0 || ::grantpt(user) != 0 || ::unlockpt(user) != 0)
    GTEST_SKIP() << "there are no terminals here";
  const test::Fd terminal(::open(::ptsname(user), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (terminal.get() < 0) GTEST_SKIP() << "there are no terminals here";
  InheritedInput input(terminal);
  EXPECT_EQ(read_now(input), "pending");
  EXPECT_EQ(flags_of(terminal) & O_NONBLOCK, 0)
      << "what the program prints there would get lost when the terminal is slow";
  test::write_all(user, "ls\nexit\n");
  EXPECT_EQ(read_soon(input), "ls\n");
  EXPECT_EQ(read_soon(input), "exit\n") << "the second line came with the first: no news of it";
  test::write_all(user, "\x04");  // Ctrl-D
  EXPECT_EQ(read_soon(input), "");
  test::write_all(user, "more\n");
  EXPECT_EQ(read_soon(input), "more\n");
}

TEST_F(Input, ASocketIsReadWithoutAFlag) {
  int ends[2];
  test::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
  const test::Fd near(ends[0]), far(ends[1]);
  InheritedInput input(near);
  EXPECT_EQ(input.way(), InheritedInput::Way::socket);
  EXPECT_EQ(read_now(input), "pending");
  EXPECT_EQ(flags_of(near) & O_NONBLOCK, 0);
  test::write_all(far, "word");
  EXPECT_EQ(read_soon(input), "word");
}

TEST_F(Input, WhatCanNotBeOpenedAgainIsAskedFirst) {
  const test::Fd event(test::check(::eventfd(0, EFD_CLOEXEC), "eventfd"));  // a read of it blocks
  InheritedInput input(event);
  ASSERT_EQ(input.way(), InheritedInput::Way::asks_first);
  EXPECT_EQ(read_now(input), "pending");
  const std::uint64_t news = 7;
  test::check(static_cast<int>(::write(event, &news, sizeof news)), "write");
  EXPECT_EQ(read_soon(input).size(), sizeof news);
  EXPECT_EQ(read_now(input), "pending");
  EXPECT_EQ(flags_of(event) & O_NONBLOCK, 0);
}

TEST_F(Input, ADroppedReadLosesNothingAndDescriptorsAreGivenBack) {
  const int before = test::open_descriptors();
  {
    test::Pipe shared;
    InheritedInput input(shared.reader);
    {
      auto given_up = read(input, buffer_);
      EXPECT_TRUE(given_up.poll(cx_).is_pending());
      auto readable = input.readable();
      test::write_all(shared.writer, "kept");
      while (counter_.wakes() == 0) reactor_.wait();
      EXPECT_TRUE(readable.poll(cx_).is_ready());
    }
    EXPECT_EQ(counter_.kept(), 0);
    EXPECT_EQ(read_now(input), "kept");
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

TEST_F(Input, ADescriptorThatIsNotOpenIsAnError) {
  int closed;
  { closed = test::event_fd().get(); }
  EXPECT_EQ(test::error_of([&] { return InheritedInput(closed).way(); }), EBADF);
}

TEST(StandardInput, IsWhatTheShellHasConnected) {
  const test::ChildResult result = test::run_in_child([] {
    int ends[2];
    test::check(::pipe2(ends, O_CLOEXEC), "pipe2");
    test::check(::dup2(ends[0], STDIN_FILENO), "dup2");
    test::write_all(ends[1], "typed");
    ::close(ends[1]);
    InheritedInput input = standard_input();
    return block_on(read_to_end(input, 100)) == "typed" ? 7 : 1;
  });
  EXPECT_EQ(result.exit_code, 7) << result.err;
}

/// A named pipe, and its file until the end of the test.
struct NamedPipe {
  NamedPipe() : path("/tmp/book_fifo_" + std::to_string(::getpid())) {
    ::unlink(path.c_str());
    test::check(::mkfifo(path.c_str(), 0600), "mkfifo");
  }
  ~NamedPipe() { ::unlink(path.c_str()); }
  int open(int how) const {
    return test::check(::open(path.c_str(), how | O_NONBLOCK | O_CLOEXEC), "open");
  }
  const std::string path;
};

TEST(Pipe, ANamedPipeIsNotAtItsEndForGoodWhenAWriterHasGone) {
  const NamedPipe fifo;
  PipeReader reader(Descriptor(fifo.open(O_RDONLY)));
  Executor executor;
  test::CountingWaker task;
  Context cx(task.waker());
  const Reactor::Scope scope(executor.reactor());
  char byte = 0;
  Descriptor first(fifo.open(O_WRONLY));
  EXPECT_TRUE(reader.poll_read(cx, {&byte, 1}).is_pending());
  ASSERT_EQ(::write(first.get(), "1", 1), 1);
  first = Descriptor();
  executor.reactor().wait();
  EXPECT_EQ(reader.poll_read(cx, {&byte, 1}).value(), 1u);
  const Descriptor second(fifo.open(O_WRONLY));
  // Before, this poll asked the system again and again, and never came back.
  EXPECT_TRUE(reader.poll_read(cx, {&byte, 1}).is_pending());
  ASSERT_EQ(::write(second.get(), "2", 1), 1);
  executor.reactor().wait();
  EXPECT_EQ(reader.poll_read(cx, {&byte, 1}).value(), 1u);
  EXPECT_EQ(byte, '2');
}

TEST(Pipe, APacketPipeIsNotDrainedByOnePacket) {
  int ends[2];
  test::check(::pipe2(ends, O_DIRECT | O_CLOEXEC), "pipe2");
  PipeReader reader{Descriptor(ends[0])};
  const Descriptor writer(ends[1]);
  Executor executor;
  std::array<char, 100> buffer;
  const auto sends_both = [&]() -> Async<> {  // while the reader waits: both come with one edge
    EXPECT_EQ(::write(writer.get(), "abc", 3), 3);
    EXPECT_EQ(::write(writer.get(), "defghi", 6), 6);
    co_return;
  };
  const auto first = executor.block_on(join(read(reader, buffer), sends_both()));
  EXPECT_EQ(std::get<0>(first), 3u);
  EXPECT_EQ(executor.block_on(read(reader, buffer)), 6u)
      << "a short read was taken for an empty pipe, and the second packet waits in it";
}

TEST(Pipe, AReadOfNothingIsReadyWhateverItReadsFrom) {
  auto sockets = UnixStream::pair();
  EXPECT_EQ(block_on(read(sockets.first, std::span<char>())), 0u)
      << "a recv of nothing waits for bytes";
  PipeEnds ends = pipe();
  EXPECT_EQ(block_on(read(ends.reader, std::span<char>())), 0u);
}

}  // namespace pipe_test
}  // namespace book
