// What chapter 17 is made of, with a fault at each system call in turn. The web server's sweep
// (tests/chapters/20_web_server/fault_sweep_test.cpp) does the same to a whole program.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <functional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "17_io/bytes/copy.h"
#include "17_io/sockets/tcp.h"
#include "support/descriptors.h"
#include "support/faults.h"

namespace book {
namespace faults_test {

using test::Effect;
using test::Fault;

/// Nobody may notice them.
const std::vector<Fault> kHarmless = {
    {"one byte at a time", {"recv", "send", "sendmsg"}, Effect::moves_one_byte},
    {"half of it", {"recv", "send", "sendmsg"}, Effect::moves_half},
    {"EAGAIN", {"recv", "send", "sendmsg", "accept4"}, Effect::would_block},
    {"EINTR", {"recv", "send", "sendmsg", "accept4", "epoll_wait"}, Effect::fails, EINTR},
};
/// Whoever is hit throws them.
const std::vector<Fault> kHarmful = {
    {"ECONNRESET", {"recv", "send", "sendmsg"}, Effect::fails, ECONNRESET},
    {"ENOMEM", {"epoll_ctl", "recv", "send", "shutdown"}, Effect::fails, ENOMEM},
};

/// A pair of sockets, one of them for a stream.
struct Pair {
  Pair() {
    int ends[2];
    test::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
                "socketpair");
    near = ends[0];
    far = test::Fd(ends[1]);
  }
  Pair(const Pair&) = delete;
  ~Pair() {
    if (near >= 0) ::close(near);
  }
  TcpStream stream() { return TcpStream(std::exchange(near, -1)); }
  /// All that has come to the far end.
  std::string received() const {
    std::string all(100'000, '\0');
    std::size_t have = 0;
    for (ssize_t n = 1; n > 0; have += n > 0 ? static_cast<std::size_t>(n) : 0)
      n = ::recv(far, all.data() + have, all.size() - have, 0);
    all.resize(have);
    return all;
  }
  int near = -1;
  test::Fd far;
};

std::string long_text() {
  std::string text(15'000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 >> 4);
  return text;
}

/// Runs tasks, each under one plan of faults after the other.
class FaultsOf : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* why = test::why_not_counted()) GTEST_SKIP() << why;
  }

  /// Has it succeeded? Else it has failed with the fault's own error.
  bool under_faults(Async<void> task) {
    Executor executor;
    const test::Faults armed(fault_, schedule_, *strikes_);
    try {
      executor.block_on(std::move(task));
      return true;
    } catch (const std::system_error& failure) {
      EXPECT_EQ(failure.code().value(), fault_.error);
      EXPECT_GT(strikes_->count(), 0);
      return false;
    }
  }

  void sweep(const std::vector<Fault>& faults, const std::function<void()>& run) {
    for (const Fault& fault : faults) {
      fault_ = fault;
      for (const long times : {1, 3}) {
        for (long k = 1;; ++k) {
          schedule_ = {.first = k, .times = times};
          SCOPED_TRACE(std::string(fault.name) + " " + schedule_.to_string());
          test::Strikes strikes;
          strikes_ = &strikes;
          const int before = test::open_descriptors();
          run();
          EXPECT_EQ(test::open_descriptors(), before);
          if (strikes.count() == 0 || HasFailure()) break;
        }
      }
    }
  }

  Fault fault_;
  test::Schedule schedule_;
  test::Strikes* strikes_ = nullptr;
  const std::string text_ = long_text();
};

TEST_F(FaultsOf, ReadExactAreMendedOrThrown) {
  const auto run = [&](bool harmless) {
    Pair pair;
    test::write_all(pair.far, text_);
    std::string got(text_.size(), '\0');
    auto task = [&]() -> Async<void> {
      TcpStream stream = pair.stream();
      for (std::size_t at = 0; at < got.size(); at += 5'000) {
        const std::span<char> part(got.data() + at, 5'000);
        co_await read_exact(stream, part);
      }
    };
    const bool done = under_faults(task());
    EXPECT_TRUE(done || !harmless);
    EXPECT_TRUE(!done || got == text_);
  };
  sweep(kHarmless, [&] { run(true); });
  sweep(kHarmful, [&] { run(false); });
}

TEST_F(FaultsOf, CopyAreMendedOrThrown) {
  const auto run = [&](bool harmless) {
    Pair from, to;
    test::write_all(from.far, text_);
    ::shutdown(from.far, SHUT_WR);
    auto task = [&]() -> Async<void> {
      TcpStream source = from.stream();
      TcpStream sink = to.stream();
      const std::size_t copied = co_await copy(source, sink);
      EXPECT_EQ(copied, text_.size());
    };
    const bool done = under_faults(task());
    EXPECT_TRUE(done || !harmless);
    const std::string got = to.received();
    if (done)
      EXPECT_TRUE(got == text_);
    else
      EXPECT_TRUE(text_.starts_with(got)) << "what has arrived is the beginning of it";
  };
  sweep(kHarmless, [&] { run(true); });
  sweep(kHarmful, [&] { run(false); });
}

/// Nobody is lost, whatever happens to the others or to the listener.
TEST_F(FaultsOf, AcceptingAreAllMended) {
  std::vector<Fault> faults = kHarmless;
  faults.push_back({"ECONNABORTED", {"accept4"}, Effect::fails, ECONNABORTED});
  faults.push_back({"EMFILE", {"accept4"}, Effect::fails, EMFILE});
  faults.push_back({"ENOSPC", {"epoll_ctl"}, Effect::fails, ENOSPC});
  sweep(faults, [&] {
    TcpListener listener = TcpListener::bind(Address::loopback(0));
    const auto call = [&] {
      test::Fd client(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
      const Address address = listener.local_address();
      test::check(::connect(client, address.data(), address.size()), "connect");
      return client;
    };
    std::vector<test::Fd> clients;
    for (int i = 0; i < 2; ++i) clients.push_back(call());
    auto task = [&]() -> Async<void> {
      for (int i = 0; i < 2; ++i) auto accepted = co_await listener.accept();
      auto late = [&]() -> Async<void> { co_await listener.accept(); };
      Async<void> third = late();
      auto caller = [&]() -> Async<void> {
        co_await yield_now();
        clients.push_back(call());
      };
      auto both = join(std::move(third), caller());
      co_await both;
    };
    EXPECT_TRUE(under_faults(task()));
  });
}

}  // namespace faults_test
}  // namespace book
