// UnixStream and UnixListener: paths, names, pairs, and files that are left behind.
#include "17_io/sockets/unix_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "17_io/bytes/split.h"
#include "common/descriptor.h"
#include "support/child_process.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/descriptors.h"

namespace book {
namespace unix_test {

using namespace std::chrono_literals;

static_assert(AsyncRead<UnixStream> && VectoredWrite<UnixStream>);

/// A folder of its own, removed at the end with what is in it.
class Unix : public ::testing::Test {
 protected:
  Unix() {
    std::string pattern = "/tmp/async_book_XXXXXX";
    if (!::mkdtemp(pattern.data())) throw std::system_error(errno, std::system_category());
    folder_ = pattern;
    path_ = folder_ + "/socket";
    address_ = UnixAddress::path(path_);
  }
  ~Unix() override {
    ::unlink(path_.c_str());
    ::rmdir(folder_.c_str());
  }
  bool exists() const {
    struct stat file {};
    return ::lstat(path_.c_str(), &file) == 0;
  }
  /// As a server leaves it that was killed.
  void leave_a_stale_socket() const {
    test::Fd socket(test::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    test::check(::bind(socket, address_.data(), address_.size()), "bind");
  }

  std::string folder_, path_;
  UnixAddress address_;
};

Async<std::string> serve_one(UnixListener& listener) {
  UnixListener::Accepted accepted = co_await listener.accept();
  std::string question = co_await read_to_end(accepted.stream, 100);
  co_await write_all(accepted.stream, "so you say");
  co_return question + " from " + accepted.peer.to_string();
}

Async<std::string> ask(UnixAddress where, std::string_view question) {
  UnixStream stream = co_await UnixStream::connect(where);
  co_await write_all(stream, question);
  co_await close(stream);
  std::string answer = co_await read_to_end(stream, 100);
  co_return answer;
}

TEST_F(Unix, TalksOverAFileThatGoesWithTheListener) {
  const int before = test::open_descriptors();
  {
    Executor executor;
    UnixListener listener = UnixListener::bind(address_);
    EXPECT_TRUE(exists());
    std::string heard;
    auto server = [](UnixListener& from, std::string& into) -> Async<> {
      into = co_await serve_one(from);
    };
    executor.spawn(server(listener, heard));
    EXPECT_EQ(executor.block_on(ask(address_, "hello")), "so you say");
    executor.run();
    EXPECT_EQ(heard, "hello from nowhere") << "a client has no address of its own";
  }
  EXPECT_FALSE(exists());
  EXPECT_EQ(test::open_descriptors(), before);
}

TEST_F(Unix, TalksOverANameWithoutAFile) {
  Executor executor;
  const UnixAddress name = UnixAddress::abstract("async_book/" + folder_);
  UnixListener listener = UnixListener::bind(name);
  EXPECT_EQ(listener.address().to_string()[0], '@');
  EXPECT_EQ(test::error_of([&] { return UnixListener::bind(name); }), EADDRINUSE);
  auto server = [](UnixListener& from) -> Async<> {
    std::string heard = co_await serve_one(from);
    EXPECT_EQ(heard, "hello from nowhere");
  };
  executor.spawn(server(listener));
  EXPECT_EQ(executor.block_on(ask(name, "hello")), "so you say");
}

TEST_F(Unix, AListenerThatIsBoundNowhereSaysWhichNameItGot) {
  UnixListener listener = UnixListener::bind(UnixAddress());
  EXPECT_EQ(listener.address().to_string()[0], '@') << listener.address().to_string();
  EXPECT_EQ(block_on(UnixStream::connect(listener.address())).fd() >= 0, true);
}

TEST_F(Unix, ReplacesAStaleFileButNotOneThatIsInUse) {
  leave_a_stale_socket();
  EXPECT_EQ(test::error_of([&] { return UnixListener::bind(address_, {.replace_stale = false}); }),
            EADDRINUSE);
  UnixListener listener = UnixListener::bind(address_);
  EXPECT_EQ(test::error_of([&] { return UnixListener::bind(address_); }), EADDRINUSE);
  EXPECT_TRUE(exists()) << "a failed bind has taken the file from the one who listens";
  UnixListener moved = std::move(listener);
  EXPECT_TRUE(exists());
}

TEST_F(Unix, TwoThatStartTogetherDoNotTakeEachOthersFileForStale) {
  // The other server: it has bound, and does not listen yet.
  test::Fd folder(test::check(::open(folder_.c_str(), O_RDONLY | O_CLOEXEC), "open"));
  test::check(::flock(folder, LOCK_EX), "flock");
  test::Fd other(test::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  test::check(::bind(other, address_.data(), address_.size()), "bind");

  int error = 0;
  std::atomic<bool> over{false};
  std::thread starting([&] {
    error = test::error_of([&] { return UnixListener::bind(address_); });
    over = true;
  });
  // It may not have begun by then: then this proves less, and fails no good program.
  for (int i = 0; i < 50 && !over; ++i) std::this_thread::sleep_for(1ms);
  test::check(::listen(other, 1), "listen");
  folder.close();
  starting.join();
  EXPECT_EQ(error, EADDRINUSE);
  EXPECT_TRUE(exists());
}

TEST_F(Unix, LeavesFilesOfOthersAlone) {
  {
    test::Fd file(test::check(::open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600), "open"));
  }
  EXPECT_EQ(test::error_of([&] { return UnixListener::bind(address_); }), EADDRINUSE);
  EXPECT_TRUE(exists()) << "that was no socket";
  ::unlink(path_.c_str());
  std::optional<UnixListener> first = UnixListener::bind(address_);
  ::unlink(path_.c_str());
  UnixListener second = UnixListener::bind(address_);
  first.reset();
  EXPECT_TRUE(exists()) << "the file is another listener's by now";
}

TEST_F(Unix, APathThatIsTooLongIsOneClearLine) {
  const std::string most(107, 'x'), too_long(108, 'x');
  EXPECT_EQ(UnixAddress::path(most).file(), most);
  try {
    (void)UnixAddress::path(too_long);
    FAIL() << "108 bytes do not fit";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ENAMETOOLONG);
    const std::string text = error.what();
    EXPECT_NE(text.find("107"), std::string::npos) << text;
    EXPECT_NE(text.find("108"), std::string::npos) << text;
    EXPECT_NE(text.find(too_long), std::string::npos) << text;
  }
  EXPECT_EQ(test::error_of([&] { return UnixAddress::abstract(too_long); }), ENAMETOOLONG);
  EXPECT_THROW((void)UnixAddress::path(""), std::invalid_argument);
  EXPECT_THROW((void)UnixAddress::path(std::string_view("a\0b", 3)), std::invalid_argument);
  EXPECT_EQ(UnixAddress().to_string(), "nowhere");
}

TEST_F(Unix, ConnectingSaysWhatIsWrongAndWithWhat) {
  EXPECT_EQ(test::error_of([&] { return block_on(UnixStream::connect(address_)); }), ENOENT);
  leave_a_stale_socket();
  try {
    block_on(UnixStream::connect(address_));
    FAIL() << "nobody listens";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ECONNREFUSED);
    EXPECT_NE(std::string(error.what()).find(path_), std::string::npos);
  }
}

TEST_F(Unix, ConnectWaitsWhenTheQueueIsFull) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope scope(reactor);
  test::CountingWaker counter;
  Context cx(counter.waker());
  UnixListener listener = UnixListener::bind(address_, {.backlog = 1});
  std::vector<UnixStream> queue;
  std::optional<UnixStream::Connect> connect;
  for (;;) {
    ASSERT_LT(queue.size(), 10u) << "the queue has no end";
    connect.emplace(UnixStream::connect(address_));
    Poll<UnixStream> poll = connect->poll(cx);
    if (poll.is_pending()) break;
    queue.push_back(std::move(poll).value());
  }
  reactor.wait();
  EXPECT_TRUE(connect->poll(cx).is_pending()) << "still nobody has been accepted";
  auto accept = listener.accept();
  EXPECT_TRUE(accept.poll(cx).is_ready());
  reactor.wait();
  EXPECT_TRUE(connect->poll(cx).is_ready());
  connect.emplace(UnixStream::connect(address_));
  EXPECT_TRUE(connect->poll(cx).is_pending());
  connect.reset();
  EXPECT_TRUE(reactor.waiting().nothing()) << "dropped while it waited for room";
  EXPECT_EQ(counter.kept(), 0);
}

TEST_F(Unix, FuturesKeepTheContract) {
  Reactor reactor;
  Reactor::Scope scope(reactor);
  const test::ContractOptions options{.untouched = [&] { return reactor.waiting().nothing(); }};
  int names = 0;
  test::expect_contract(
      [&] {
        const UnixAddress name =
            UnixAddress::abstract("async_book/" + folder_ + std::to_string(++names));
        auto listener = std::make_shared<UnixListener>(UnixListener::bind(name));
        return test::subject(listener->accept(), [&reactor, listener, name] {
          test::Fd client(test::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
          test::check(::connect(client, name.data(), name.size()), "connect");
          if (!reactor.waiting().nothing()) reactor.wait();
        });
      },
      options);
  UnixListener listener = UnixListener::bind(address_);
  test::expect_contract([&] { return test::subject(UnixStream::connect(address_)); },
                        {.ready_at_once = true, .untouched = options.untouched});
}

TEST(UnixPair, TalksBothWaysAndEndsWhenOneSideIsGone) {
  const int before = test::open_descriptors();
  {
    auto both = UnixStream::pair();
    UnixStream &one = both.first, &other = both.second;
    Executor executor;
    const std::array<std::string_view, 2> pieces = {"to ", "you"};
    executor.block_on(write_all_vectored(one, pieces));
    std::array<char, 6> words;
    executor.block_on(read_exact(other, words));
    EXPECT_EQ(std::string_view(words.data(), words.size()), "to you");
    {
      auto halves = split(std::move(other));
      executor.block_on(write_all(halves.second, "bye"));
    }
    EXPECT_EQ(executor.block_on(read_to_end(one, 10)), "bye");
    EXPECT_EQ(test::error_of([&] { return (executor.block_on(write_all(one, "late")), 0); }),
              EPIPE);
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

TEST(UnixPair, WhatComesBehindADescriptorIsRead) {
  Reactor reactor;
  const Reactor::Scope scope(reactor);
  test::CountingWaker task;
  Context cx(task.waker());
  auto [near, far] = UnixStream::pair();
  std::array<char, 64> buffer;
  ASSERT_TRUE(near.poll_read(cx, buffer).is_pending());

  char first = 'a';
  iovec piece{&first, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int passed = far.fd();
  std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
  ASSERT_EQ(::sendmsg(far.fd(), &message, 0), 1);
  test::write_all(far.fd(), "bcd");

  reactor.wait();
  std::string text;
  while (text.size() < 4) {
    const Poll<std::size_t> got = near.poll_read(cx, buffer);
    ASSERT_TRUE(got.is_ready()) << "the rest is there, and no event will say so again: " << text;
    text.append(buffer.data(), got.value());
  }
  EXPECT_EQ(text, "abcd");
}

TEST(UnixPair, APeerThatHasGoneDoesNotEndTheProcess) {
  const test::ChildResult result = test::run_in_child([] {
    ::signal(SIGPIPE, SIG_DFL);
    auto both = UnixStream::pair();
    UnixStream &one = both.first, &other = both.second;
    { const UnixStream gone = std::move(other); }
    const std::array<std::string_view, 2> pieces = {"a", "b"};
    const bool single = test::error_of([&] { return (block_on(write_all(one, "x")), 0); }) == EPIPE;
    const bool vectored =
        test::error_of([&] { return (block_on(write_all_vectored(one, pieces)), 0); }) == EPIPE;
    return single && vectored ? 7 : 1;
  });
  EXPECT_EQ(result.signal, 0);
  EXPECT_EQ(result.exit_code, 7) << result.err;
}

// systemd tells programs to hold such a lock on their temporary folder, so that it is not cleaned
// away; and a lock belongs to the open file, so even our own keeps us out.
TEST(UnixListener, BindsInAFolderThatIsLockedForGood) {
  const std::string folder = "/tmp/book_locked_" + std::to_string(::getpid());
  ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
  {
    const Descriptor pin(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(::flock(pin.get(), LOCK_SH), 0);
    const UnixListener listener = UnixListener::bind(UnixAddress::path(folder + "/socket"));
    EXPECT_EQ(listener.address().file(), folder + "/socket");
    const UnixAddress left = UnixAddress::path(folder + "/left_behind");
    {
      const test::Fd bound(test::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
      test::check(::bind(bound, left.data(), left.size()), "bind");
    }
    EXPECT_EQ(test::error_of([&] { return UnixListener::bind(left); }), EADDRINUSE)
        << "without the lock a server that is about to listen looks like a stale file";
    ::unlink(left.file().c_str());
  }
  ::rmdir(folder.c_str());
}

}  // namespace unix_test
}  // namespace book
