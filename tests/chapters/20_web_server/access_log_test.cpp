// The access log: what a line says, what a hostile request cannot make it say, how few writes it
// takes, and what becomes of it when it cannot be written.
#include "20_web_server/server/access_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "17_io/sockets/tcp.h"
#include "20_web_server/server/conversation.h"
#include "20_web_server/server/site.h"
#include "site_folder.h"
#include "support/descriptors.h"
#include "support/sanitizer.h"
#include "support/system_calls.h"

namespace book::http {
namespace access_log_test {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class AccessLogTest : public ::testing::Test {
 protected:
  std::string content() const { return content_of(path_); }
  static std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  /// The log of one conversation, without what is in brackets.
  std::string log_of(const std::string& bytes) {
    {
      Settings settings;
      settings.access_log = path_;
      Site site(folder_.root().string(), settings);
      Conversation talk(site.http);
      Next next;
      for (std::size_t at = 0; at < bytes.size();) {
        const std::span<char> room = talk.room();
        const std::size_t n = bytes.copy(room.data(), room.size(), at);
        talk.received(n);
        at += n;
        do {
          next = talk.advance(Instant(1h));
          if (next.action == Next::yield) talk.sent(talk.output().size());
        } while (next.action == Next::yield);
      }
      if (next.waits_for == WaitKind::head) talk.answer_timeout(Instant(1h));
    }
    static const std::regex date(R"(\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\])");
    return std::regex_replace(content(), date, "[]");
  }

  SiteFolder folder_;
  std::string path_ = (folder_.base() / "access.log").string();
  Reactor reactor_{TimeMode::virtual_time};
  Reactor::Scope scope_{reactor_};
};

TEST_F(AccessLogTest, WritesALineARequestInTheCommonFormat) {
  const std::string host = "Host: a\r\n\r\n";
  EXPECT_EQ(log_of("GET /?a=b HTTP/1.1\r\n" + host), "- - - [] \"GET /?a=b HTTP/1.1\" 200 5\n");
  ::unlink(path_.c_str());
  EXPECT_EQ(log_of("HEAD / HTTP/1.0\r\n\r\n"), "- - - [] \"HEAD / HTTP/1.0\" 200 -\n");
  ::unlink(path_.c_str());
  EXPECT_EQ(log_of("GET http://a/no HTTP/1.1\r\n" + host + "BREW / HTTP/1.1\r\n" + host),
            "- - - [] \"GET http://a/no HTTP/1.1\" 404 8\n"
            "- - - [] \"BREW / HTTP/1.1\" 501 21\n");
}

TEST_F(AccessLogTest, WritesOfABrokenRequestHowItBegins) {
  EXPECT_EQ(log_of("hello there\r\nand more\r\n"), "- - - [] \"hello there\" 400 17\n");
  ::unlink(path_.c_str());
  EXPECT_EQ(log_of("\r\nhello there\r\n"), "- - - [] \"hello there\" 400 17\n");
  ::unlink(path_.c_str());
  EXPECT_EQ(log_of("GET / HT"), "- - - [] \"GET / HT\" 408 21\n") << "given up";
  ::unlink(path_.c_str());
  EXPECT_EQ(log_of("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"),
            "- - - [] \"GET / HTTP/1.1\" 501 21\n");
}

/// No line of its own, no end of its field, no command for a terminal.
TEST_F(AccessLogTest, NoClientWritesWhatItLikes) {
  EXPECT_EQ(log_of("GET /\"\\ HTTP/1.1\r\nHost: a\r\n\r\n"),
            "- - - [] \"GET /\\x22\\x5c HTTP/1.1\" 404 8\n");
  ::unlink(path_.c_str());
  EXPECT_EQ(log_of("\x1b[2J \xff\0\x7f 127.0.0.1\r\n\r\n"s),
            "- - - [] \"\\x1b[2J \\xff\\x00\\x7f 127.0.0.1\" 400 17\n");
}

TEST_F(AccessLogTest, NamesThePeer) {
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  const test::Fd socket(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  EXPECT_EQ(peer_address(socket), "-") << "it is not connected";
  const Address address = listener.local_address();
  test::check(::connect(socket, address.data(), address.size()), "connect");
  EXPECT_EQ(peer_address(socket), "127.0.0.1");
  EXPECT_EQ(peer_address(-1), "-");

  const test::Fd six(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto any = Address::parse("::1", 0);
  if (six < 0 || ::bind(six, any->data(), any->size()) != 0) GTEST_SKIP() << "no IPv6 here";
  test::check(::listen(six, 1), "listen");
  Address bound;
  socklen_t size = Address::capacity();
  test::check(::getsockname(six, bound.data(), &size), "getsockname");
  const test::Fd client(test::check(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  test::check(::connect(client, bound.data(), bound.size()), "connect");
  EXPECT_EQ(peer_address(client), "::1");
}

TEST_F(AccessLogTest, CollectsTheLinesOfASecond) {
  AccessLog log(path_);
  const Instant begin = reactor_.now();
  for (int i = 0; i < 10; ++i) log.add({"a", "b", 200, 1}, reactor_.now());
  EXPECT_EQ(content(), "");
  reactor_.wait();
  EXPECT_EQ(reactor_.now() - begin, 1s);
  EXPECT_EQ(lines(content()), 10u);
  EXPECT_TRUE(reactor_.waiting().nothing()) << "a log with nothing to write has nothing to do";
  log.add({"a", "b", 200, 1}, reactor_.now());
  reactor_.wait();
  EXPECT_EQ(reactor_.now() - begin, 2s);
  EXPECT_EQ(lines(content()), 11u);
}

TEST_F(AccessLogTest, WritesManyLinesWithOneCall) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  const test::SystemCalls before = test::system_calls();
  {
    AccessLog log(path_);
    for (int i = 0; i < 10'000; ++i) log.add({"127.0.0.1", "GET / HTTP/1.1", 200, 1}, Instant(1h));
  }
  EXPECT_EQ(lines(content()), 10'000u);
  EXPECT_LE((test::system_calls() - before).of("write"), 10'000 * 75 / (32 * 1024) + 1);
}

TEST_F(AccessLogTest, AppendsAndKeepsWhatIsThere) {
  { AccessLog(path_).add({"a", "b", 200, 1}, Instant(1h)); }
  { AccessLog(path_).add({"a", "c", 200, 1}, Instant(1h)); }
  EXPECT_EQ(lines(content()), 2u);
}

TEST_F(AccessLogTest, NoLogIsNoFile) {
  EXPECT_FALSE(AccessLog("").is_on());
  EXPECT_TRUE(AccessLog("-").is_on());
  EXPECT_THROW(AccessLog((folder_.base() / "none" / "log").string()), std::system_error);
  EXPECT_THROW(AccessLog(folder_.base().string()), std::system_error);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THROW(AccessLog(path_.c_str()), std::system_error) << "it would wait for a reader";
}

/// A pipe that nobody reads: nothing waits. Then somebody reads it, and every line is whole.
TEST_F(AccessLogTest, AReaderThatIsTooSlowHoldsNobodyUp) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const test::Fd reader(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ::testing::internal::CaptureStderr();
  AccessLog log(path_);
  int sent = 0;
  for (; log.lost() == 0; ++sent) log.add({"a", "b", 200, 1}, reactor_.now());
  log.add({"a", "b", 200, 1}, reactor_.now());
  EXPECT_EQ(log.lost(), 2u);
  for (int i = 0; i < 10; ++i) reactor_.wait();
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines(said), 1u) << said;

  std::string got;
  char buffer[64 * 1024];
  for (ssize_t n;
       (n = ::read(reader, buffer, sizeof buffer)) > 0 || !reactor_.waiting().nothing();) {
    if (n > 0) got.append(buffer, static_cast<std::size_t>(n));
    if (n <= 0) reactor_.wait();
  }
  EXPECT_EQ(lines(got), static_cast<std::size_t>(sent) - 1);
  EXPECT_EQ(got.size() % got.substr(0, got.find('\n') + 1).size(), 0u) << "a torn line";
  log.add({"a", "b", 200, 1}, reactor_.now());
  EXPECT_EQ(log.lost(), 2u) << "there is room again";
}

TEST_F(AccessLogTest, AFullDiskIsSaidOnceAndEndsNothing) {
  ::testing::internal::CaptureStderr();
  {
    AccessLog log("/dev/full");
    for (int i = 0; i < 100'000; ++i) log.add({"127.0.0.1", "GET / HTTP/1.1", 200, 1}, Instant(1h));
    EXPECT_GT(log.lost(), 0u) << "and there is an end to what is kept";
    for (int i = 0; i < 10; ++i) reactor_.wait();
  }
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines(said), 1u) << said;
  EXPECT_NE(said.find("No space left on device"), std::string::npos) << said;
}

/// A file may grow no further, for as long as this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    test::check(::getrlimit(RLIMIT_FSIZE, &before_), "getrlimit");
    const rlimit limit{bytes, before_.rlim_max};
    test::check(::setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }

 private:
  void (*signal_)(int);
  rlimit before_{};
};

TEST_F(AccessLogTest, GoesOnInTheMiddleOfALineWhenThereIsRoomAgain) {
  ::testing::internal::CaptureStderr();
  AccessLog log(path_);
  const auto add = [&](const std::string& text) { log.add({"a", text, 200, 1}, reactor_.now()); };
  for (const rlim_t most : {100, 700}) {
    add("before");
    {
      const FileSizeLimit full(most);
      for (int i = 0; i < 10; ++i) {
        add("while");
        reactor_.wait();
      }
      EXPECT_EQ(content().size(), most) << "it writes what there is room for";
    }
    add("after");
    while (!reactor_.waiting().nothing()) reactor_.wait();
  }
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines(said), 2u) << "once each time that it begins: " << said;
  EXPECT_NE(said.find("File too large"), std::string::npos) << said;
  static const std::regex all(R"re((?:a - - \[[^\]]*\] "(?:before|while|after)" 200 1\n){24})re");
  EXPECT_TRUE(std::regex_match(content(), all)) << content();
  EXPECT_EQ(log.lost(), 0u);
}

TEST_F(AccessLogTest, AReaderMayMakeItsPipeAnew) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // as chapter_main does
  const auto read_end = [this] {
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    return test::Fd(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  };
  ::testing::internal::CaptureStderr();
  test::Fd reader = read_end();
  AccessLog log(path_);
  reader.close();
  ::unlink(path_.c_str());
  log.add({"a", "b", 200, 1}, reactor_.now());
  reactor_.wait();
  struct ::stat st {};
  EXPECT_NE(::stat(path_.c_str(), &st), 0) << "a file in its place would be in its way";

  reader = read_end();
  reactor_.wait();
  char line[128] = {};
  EXPECT_GT(::read(reader, line, sizeof line), 0);
  ::testing::internal::GetCapturedStderr();
  std::signal(SIGPIPE, before);
}

TEST_F(AccessLogTest, AReaderMayLeaveAndAnotherOneCome) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // as chapter_main does
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  test::Fd reader(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ::testing::internal::CaptureStderr();
  AccessLog log(path_);
  reader.close();
  for (int i = 0; i < 10; ++i) {
    log.add({"a", "b", 200, 1}, reactor_.now());
    reactor_.wait();
  }
  reader = test::Fd(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  reactor_.wait();
  EXPECT_TRUE(reactor_.waiting().nothing());
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines(said), 1u) << said;
  EXPECT_NE(said.find("Broken pipe"), std::string::npos) << said;
  char buffer[4096];
  const ssize_t n = ::read(reader, buffer, sizeof buffer);
  ASSERT_GT(n, 0);
  EXPECT_EQ(lines({buffer, static_cast<std::size_t>(n)}), 10u);
  std::signal(SIGPIPE, before);
}

/// What logrotate does, in each of its ways.
TEST_F(AccessLogTest, BeginsAnewWhenItsFileIsMovedOrRemovedOrEmptied) {
  AccessLog log(path_);
  const auto write = [&](const std::string& text) {
    log.add({"a", text, 200, 1}, reactor_.now());
    while (!reactor_.waiting().nothing()) reactor_.wait();
  };
  write("first");
  const std::string moved = path_ + ".1";
  ASSERT_EQ(::rename(path_.c_str(), moved.c_str()), 0);
  write("second");
  EXPECT_EQ(lines(content_of(moved)), 1u);
  EXPECT_NE(content_of(moved).find("first"), std::string::npos);
  EXPECT_EQ(lines(content()), 1u);
  EXPECT_NE(content().find("second"), std::string::npos);

  ASSERT_EQ(::unlink(path_.c_str()), 0);
  write("third");
  EXPECT_EQ(lines(content()), 1u);
  EXPECT_NE(content().find("third"), std::string::npos);

  ASSERT_EQ(::truncate(path_.c_str(), 0), 0);  // copytruncate
  write("fourth");
  EXPECT_EQ(lines(content()), 1u);
  EXPECT_EQ(content().substr(0, 1), "a") << "a hole";
}

TEST_F(AccessLogTest, GoesOnInTheOldFileWhenThereCanBeNoNewOne) {
  const std::filesystem::path folder = folder_.base() / "logs", moved = folder_.base() / "old";
  std::filesystem::create_directory(folder);
  AccessLog log(folder / "log");
  std::filesystem::rename(folder, moved);
  log.add({"a", "b", 200, 1}, reactor_.now());
  log.flush();
  EXPECT_EQ(lines(content_of(moved / "log")), 1u);
}

/// The half that is in the old file stays there; the new one has all of the line.
TEST_F(AccessLogTest, ANewFileBeginsWithAWholeLine) {
  ::testing::internal::CaptureStderr();
  AccessLog log(path_);
  const std::string moved = path_ + ".1";
  {
    const FileSizeLimit full(100);
    for (const char* text : {"first", "second", "third"})
      log.add({"a", text, 200, 1}, reactor_.now());
    reactor_.wait();
    ASSERT_EQ(::rename(path_.c_str(), moved.c_str()), 0);
  }
  reactor_.wait();
  ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(content_of(moved).size(), 100u);
  EXPECT_EQ(lines(content_of(moved)), 2u) << content_of(moved);
  EXPECT_EQ(lines(content()), 1u) << content();
  EXPECT_NE(content().find("third"), std::string::npos);
  EXPECT_EQ(content().substr(0, 5), "a - -") << content();
}

/// If the description of the pipe that others have were to be used, a write could wait; and if it
/// were told not to, so would theirs.
TEST_F(AccessLogTest, WritesToAPipeOnStdoutWithoutWaitingAndChangesNothingForOthers) {
  int ends[2];
  test::check(::pipe2(ends, O_CLOEXEC), "pipe2");
  const test::Fd reader(ends[0]), writer(ends[1]), before(::dup(STDOUT_FILENO));
  std::fflush(stdout);
  test::check(::dup2(writer, STDOUT_FILENO), "dup2");
  const int open = test::open_descriptors();
  int flags = 0, opened = 0;
  {
    AccessLog log("-");
    opened = test::open_descriptors() - open;
    flags = ::fcntl(STDOUT_FILENO, F_GETFL);
    log.add({"a", "b", 200, 1}, reactor_.now());
  }
  test::check(::dup2(before, STDOUT_FILENO), "dup2");
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(flags & O_NONBLOCK, 0);
  char buffer[4096];
  const ssize_t n = ::read(reader, buffer, sizeof buffer);
  ASSERT_GT(n, 0);
  EXPECT_EQ(lines({buffer, static_cast<std::size_t>(n)}), 1u);
}

}  // namespace access_log_test
}  // namespace book::http
