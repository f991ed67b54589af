// The program itself, as a user starts it: what it prints, how it ends, and what it does with bad
// input. (What curl makes of it: tests/real_clients.)
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "client.h"
#include "program.h"
#include "site_folder.h"
#include "support/paths.h"
#include "support/sanitizer.h"

namespace book::http {
namespace program_test {

using namespace std::string_literals;

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(WebServerProgram, EndsWithZeroOnSigintAndSigterm) {
  for (int signal : {SIGINT, SIGTERM}) {
    Program program({"--port", "0"});
    const std::uint16_t port = program.port();
    ASSERT_NE(port, 0) << program.errors();
    EXPECT_EQ(Client(port).asks("/").status(), "HTTP/1.1 200");
    EXPECT_EQ(program.end(signal), 0);
    EXPECT_EQ(program.errors(), "");
    EXPECT_NE(program.output().find("stopped after 1 request on 1 connection\n"), std::string::npos)
        << program.output();
  }
}

TEST(WebServerProgram, EndsWhileClientsAreInTheMiddleOfSomething) {
  Program program({"--port", "0", "--nap", "1000"});
  Client silent(program.port()), sleeping(program.port());
  sleeping.asks("/sleep");
  EXPECT_EQ(Client(program.port()).asks("/").status(), "HTTP/1.1 200");
  EXPECT_EQ(program.end(SIGINT), 0);
}

/// An impatient user; or make, and the terminal, and a shell that all pass the same Ctrl-C on.
TEST(WebServerProgram, ASecondSignalWhileItEndsChangesNothing) {
  for (int round = 0; round < 20; ++round) {
    Program program({"--port", "0"});
    ASSERT_NE(program.port(), 0) << program.errors();
    program.send(SIGINT);
    std::this_thread::sleep_for(std::chrono::microseconds(100 * round));
    ASSERT_EQ(program.end(SIGTERM), 0) << "after " << round * 100 << " us";
  }
}

/// The trap of the README: one nap of the thread, and everybody waits.
TEST(WebServerProgram, ABlockingNapHoldsEverybodyUp) {
  Program program({"--port", "0", "--nap", "1000", "--trap", "blocking-nap"});
  Client sleeper(program.port());
  EXPECT_EQ(sleeper.asks("/").status(), "HTTP/1.1 200");
  sleeper.asks("/sleep");
  EXPECT_EQ(Client(program.port()).asks("/").status(), "HTTP/1.1 200");
  EXPECT_TRUE(sleeper.has_answer())
      << "the other was answered before the sleeper: so it has not waited for it";
  EXPECT_EQ(program.end(SIGINT), 0);
}

TEST(WebServerProgram, ServesTheFolderItIsGiven) {
  SiteFolder folder;
  Program program({"--port", "0", "--root", folder.root().string()});
  Client client(program.port());
  const std::string all = client.asks("/", "GET", "Connection: close\r\n").rest();
  EXPECT_EQ(all.substr(all.size() - 9), "\r\n\r\nhello");
}

TEST(WebServerProgram, TellsWrongUsageInOneLine) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--bogus"},        {"--port"}, {"--port", "65536"}, {"--port", "http"},
      {"--virtual-time"}, {"stray"},  {"--trap", "bear"}};
  for (const auto& words : wrong) {
    Program program(words);
    EXPECT_EQ(program.end(), 2) << words[0];
    EXPECT_EQ(lines(program.errors()), 1u) << program.errors();
    EXPECT_EQ(program.output(), "");
  }
}

TEST(WebServerProgram, TellsAPortInUseInOneLine) {
  Program first({"--port", "0"});
  const std::string port = std::to_string(first.port());
  Program second({"--port", port});
  EXPECT_EQ(second.end(), 1);
  EXPECT_EQ(lines(second.errors()), 1u);
  EXPECT_NE(second.errors().find("127.0.0.1:" + port), std::string::npos) << second.errors();
}

TEST(WebServerProgram, TakesTheNextPortWhenTheUsualOneIsTakenAndSaysSo) {
  Program first({});
  ASSERT_NE(first.port(), 0) << first.errors();
  Program second({});
  ASSERT_NE(second.port(), 0) << second.errors();
  EXPECT_NE(second.port(), first.port());
  EXPECT_NE(second.output().find("is taken"), std::string::npos);
  EXPECT_EQ(second.end(SIGINT), 0);
}

TEST(WebServerProgram, TellsAMissingRootInOneLine) {
  SiteFolder folder;
  for (const std::string& root :
       {folder.root().string() + "/missing", folder.root().string() + "/hello.html", ""s}) {
    Program program({"--port", "0", "--root", root});
    ASSERT_EQ(program.port(), 0) << "it serves some other folder";
    EXPECT_EQ(program.end(), 1);
    EXPECT_EQ(lines(program.errors()), 1u) << program.errors();
    EXPECT_NE(program.errors().find(root), std::string::npos) << program.errors();
  }
}

TEST(WebServerProgram, TellsAClosedStdoutInOneLine) {
  Program program({"--port", "0"}, [] { ::close(STDOUT_FILENO); });
  EXPECT_EQ(program.end(), 1);
  EXPECT_EQ(lines(program.errors()), 1u) << program.errors();
}

/// Bytes of address space that a process has.
rlim_t address_space(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/statm");
  rlim_t pages = 0;
  status >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

/// For this process, and for what it becomes: openat2 fails, as on a kernel before 5.6 (ENOSYS) or
/// in a container that allows only what it knows (EPERM).
void forbid_openat2(int error) {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{4, filter};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    std::_Exit(126);
}

TEST(WebServerProgram, ServesTheSameFilesOnAMachineWithoutOpenat2) {
  const SiteFolder site;
  site.write("../secret.txt", "secret");
  std::filesystem::create_symlink("../secret.txt", site.root() / "out.html");
  std::filesystem::create_symlink("hello.html", site.root() / "inside.html");
  for (int error : {ENOSYS, EPERM}) {
    Program program({"--port", "0", "--root", site.root().string()},
                    [error] { forbid_openat2(error); });
    const std::uint16_t port = program.port();
    ASSERT_NE(port, 0) << program.errors();
    EXPECT_EQ(Client(port).asks("/hello.html").status(), "HTTP/1.1 200");
    EXPECT_EQ(Client(port).asks("/nothing").status(), "HTTP/1.1 404");
    EXPECT_EQ(Client(port).asks("/out.html").status(), "HTTP/1.1 403")
        << "a link leads out: 403, whichever way the file was looked for";
    EXPECT_EQ(Client(port).asks("/inside.html").status(), "HTTP/1.1 403")
        << "without openat2 no link is followed: is it there after all?";
    EXPECT_EQ(program.end(SIGINT), 0);
    EXPECT_EQ(program.errors(), "");
  }
}

/// As after `ulimit -v 30000`.
void allow_30_megabytes() {
  const rlimit little{30'000 * 1024, 30'000 * 1024};
  if (::setrlimit(RLIMIT_AS, &little) != 0) std::_Exit(126);
}

TEST(WebServerProgram, ServesWithLittleMemoryOrSaysInOneLineWhatItCannotStart) {
  if (test::under_sanitizer()) GTEST_SKIP() << "the sanitizer needs memory, too";
  const auto expect_one_line = [](Program& program, int code) {
    EXPECT_EQ(code, 1) << program.errors();
    EXPECT_EQ(program.errors().rfind("20_web_server: cannot start ", 0), 0u) << program.errors();
    EXPECT_EQ(lines(program.errors()), 1u) << program.errors();
  };
  for (const char* mode : {"sequential", "blocking", "concurrent", "parallel"}) {
    Program program({"--port", "0", "--mode", mode}, allow_30_megabytes);
    const std::uint16_t port = program.port();
    if (port == 0) {  // on a machine of many processors, each with its worker
      expect_one_line(program, program.end());
      continue;
    }
    EXPECT_EQ(Client(port).asks("/").status(), "HTTP/1.1 200") << mode;
    EXPECT_EQ(program.end(SIGINT), 0) << mode;
    EXPECT_EQ(program.errors(), "") << mode;
  }
  // It starts a thread for its clients.
  Program demo({"--demo"}, allow_30_megabytes);
  const int code = demo.end();
  if (code != 0) expect_one_line(demo, code);
}

TEST(WebServerProgram, GoesOnServingAfterItHadNoMemory) {
  if (test::under_sanitizer()) GTEST_SKIP() << "the sanitizer needs memory, too";
  Program program({"--port", "0"});
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  // What is made at its first use is made now: the second client is answered after the first is
  // gone.
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Client(port).asks("/").status(), "HTTP/1.1 200");
  const rlim_t most = address_space(program.id()) + 64 * 1024;
  const rlimit little{most, most};
  test::check(::prlimit(program.id(), RLIMIT_AS, &little, nullptr), "prlimit");
  {
    // Half a request takes a buffer; silent clients fill the gaps that are too small for one.
    std::vector<Client> clients;
    for (int i = 0; i < 800; ++i) {
      clients.emplace_back(port);
      if (i < 100) (void)::send(clients.back().fd(), "GET / HT", 8, MSG_NOSIGNAL);
    }
    const auto is_sent_away = [](const Client& client) {
      char byte;
      const ssize_t n = ::recv(client.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      return n == 0 || (n < 0 && errno == ECONNRESET);
    };
    bool any = false;
    for (int tries = 0; !any && tries < 500; ++tries) {
      any = std::any_of(clients.begin(), clients.end(), is_sent_away);
      if (!any) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(any) << "there was memory for all of them: the test tests nothing";
  }
  // It may take a moment until it has seen all of them go, and has what they had.
  std::string status;
  for (int tries = 0; status != "HTTP/1.1 200" && tries < 100; ++tries) {
    Client client(port);
    const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    (void)::send(client.fd(), request.data(), request.size(), MSG_NOSIGNAL);
    status = client.status();
    if (status != "HTTP/1.1 200") std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(status, "HTTP/1.1 200") << program.errors();
  EXPECT_EQ(program.end(SIGINT), 0);
}

}  // namespace program_test
}  // namespace book::http
