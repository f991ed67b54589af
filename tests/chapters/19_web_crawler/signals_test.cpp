// The program, when it is interrupted: by Ctrl-C on a terminal, by a terminal that is closed, and
// twice. The server is this test, so it says when a page is there. (Chapter 19)
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <tuple>
#include <utility>

#include "support/child_process.h"
#include "support/descriptors.h"
#include "support/paths.h"
#include "support/tests/shell.h"
#include "support/tests/terminal.h"

namespace book::crawl {
namespace signals_test {

/// Answers when it is told to, and one connection after the other.
class Server {
 public:
  Server() : listener_(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    test::check(::bind(listener_, raw, size), "bind");
    test::check(::listen(listener_, 8), "listen");
    test::check(::getsockname(listener_, raw, &size), "getsockname");
    port_ = std::to_string(ntohs(address.sin_port));
  }

  /// A crawl of this server, for a shell; in the place of the shell.
  std::string crawl(const std::string& more = "") const {
    return "exec '" + test::program("19_web_crawler").string() +
           "' --no-robots --retries 0 --url " + url() + " " + more;
  }
  std::string url() const { return "http://127.0.0.1:" + port_ + "/"; }
  std::string folder() const { return "127.0.0.1%3a" + port_; }

  /// Waits for a request: its first line.
  std::string asked() {
    connection_ =
        test::Fd(test::check(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), "accept"));
    std::string request;
    char buffer[1024];
    while (request.find("\r\n\r\n") == request.npos) {
      const auto n = ::read(connection_, buffer, sizeof buffer);
      if (n <= 0) return request;
      request.append(buffer, static_cast<std::size_t>(n));
    }
    return request.substr(0, request.find('\r'));
  }
  void answer(const std::string& page) {
    test::write_all(connection_, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " +
                                     std::to_string(page.size()) + "\r\n\r\n" + page);
  }

 private:
  test::Fd listener_, connection_;
  std::string port_;
};

/// A command of the shell that runs beside the test.
class Running {
 public:
  explicit Running(const std::string& command) {
    int err[2];
    test::check(::pipe2(err, O_CLOEXEC), "pipe2");
    err_ = test::Fd(err[0]);
    const test::Fd theirs(err[1]);
    pid_ = test::check(::fork(), "fork");
    if (pid_ != 0) return;
    ::dup2(::open(out_.path().c_str(), O_WRONLY), STDOUT_FILENO);
    ::dup2(theirs, STDERR_FILENO);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  ~Running() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  void send(int signal) const { test::check(::kill(pid_, signal), "kill"); }
  /// Sends it, and waits until the program says that it has come.
  void interrupt(int signal) {
    send(signal);
    while (said_.find(kFinishes) == said_.npos) ASSERT_TRUE(reads_on()) << said_;
  }
  /// Waits for its end.
  int exit_code() {
    while (reads_on()) {
    }
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string out() const { return out_.content(); }
  const std::string& err() const { return said_; }

  static constexpr const char* kFinishes = ": what is under way is finished; once more ends it now";

 private:
  bool reads_on() {
    char buffer[1024];
    const ssize_t n = ::read(err_, buffer, sizeof buffer);
    if (n > 0) said_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  test::TemporaryFile out_;
  test::Fd err_;
  std::string said_;
  pid_t pid_ = -1;
};

TEST(Signals, TheFirstFinishesWhatIsUnderWayAndAsksForNoMore) {
  for (const auto& [signal, name, code] :
       {std::tuple(SIGINT, "SIGINT", 130), std::tuple(SIGTERM, "SIGTERM", 143)}) {
    Server server;
    const test::TemporaryFolder saved;
    Running crawl(server.crawl("--save '" + saved.path().string() + "'"));
    EXPECT_EQ(server.asked(), "GET / HTTP/1.1");
    crawl.interrupt(signal);
    EXPECT_EQ(crawl.err(), std::string(name) + Running::kFinishes + '\n');
    server.answer("<a href=next>");
    EXPECT_EQ(crawl.exit_code(), code);
    EXPECT_EQ(crawl.out(),
              std::string("1 page fetched, 0 redirects, 0 broken, 1 not asked for\nStopped by ") +
                  name + ".\n");
    EXPECT_EQ(saved.read(server.folder() + "/index.html"), "<a href=next>");
  }
}

// Of two kinds, for two of one kind that come together are one.
TEST(Signals, TheSecondWaitsForNothing) {
  Server server;
  Running crawl(server.crawl("--timeout 3600"));
  (void)server.asked();
  crawl.send(SIGINT);
  crawl.send(SIGTERM);
  EXPECT_EQ(crawl.exit_code(), 130) << "and there was no answer";
  EXPECT_EQ(crawl.out(),
            "0 pages fetched, 0 redirects, 0 broken, 1 not asked for\nStopped by SIGINT.\n");
}

TEST(Signals, HideNoFailure) {
  Server server;
  const test::TemporaryFolder saved;
  Running crawl("ulimit -f 2; " + server.crawl("--save '" + saved.path().string() + "'"));
  (void)server.asked();
  crawl.interrupt(SIGINT);
  server.answer(std::string(5000, 'x'));
  EXPECT_EQ(crawl.exit_code(), 130);
  const std::string err = crawl.err(), says = "19_web_crawler: saving stopped: ";
  EXPECT_NE(err.find(says + saved.path().string() + "/" + server.folder() +
                     "/index.html: File too large\n"),
            err.npos)
      << err;
}

TEST(Signals, CtrlCOnATerminalTakesTheLineAwayAndReports) {
  Server server;
  const test::TemporaryFolder folder;
  test::Terminal terminal(folder.path(), server.crawl());
  (void)server.asked();
  terminal.expect("0 of 1+  1 under way");
  terminal.type("\x03");
  terminal.expect(std::string("\r\x1b[KSIGINT") + Running::kFinishes);
  server.answer("<a href=next>");
  const std::string seen = terminal.expect("Stopped by SIGINT.");
  EXPECT_NE(seen.find("1 page fetched, 0 redirects, 0 broken, 1 not asked for"), seen.npos) << seen;
  EXPECT_EQ(seen.find("under way", seen.rfind('\x1b')), seen.npos) << "the line is still there";
  EXPECT_EQ(terminal.exit_code(), 130);
}

TEST(Signals, AClosedTerminalFinishesWhatIsUnderWay) {
  Server server;
  const test::TemporaryFolder saved;
  const std::string command = server.crawl("--save '" + saved.path().string() + "'");
  int terminal = -1;
  const pid_t crawl = test::check(::forkpty(&terminal, nullptr, nullptr, nullptr), "forkpty");
  if (crawl == 0) {
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  (void)server.asked();
  ::close(terminal);
  server.answer("a page");
  int status = 0;
  ::waitpid(crawl, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 128 + SIGHUP);
  EXPECT_EQ(saved.read(server.folder() + "/index.html"), "a page");
}

}  // namespace signals_test
}  // namespace book::crawl
