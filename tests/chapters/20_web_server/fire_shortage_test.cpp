// When there is no more: descriptors, and room on the disk for the log. The server goes on with
// what it has, says what is wrong, and is itself again as soon as there is more.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "17_io/sockets/tcp.h"
#include "20_web_server/server/server.h"
#include "client.h"
#include "program.h"
#include "site_folder.h"
#include "support/sanitizer.h"
#include "support/system_calls.h"
#include "under_fire.h"

namespace book::http {
namespace fire_shortage_test {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// For a program that starts: it may have so many descriptors.
auto with_descriptors(rlim_t most) {
  return [most] {
    const rlimit few{most, most};
    ::setrlimit(RLIMIT_NOFILE, &few);
  };
}

/// It either serves, or it says in one line that it cannot. It never says that it listens and then
/// does not.
TEST(FewDescriptors, AreEnoughOrAreSaidToBeTooFewBeforeItListens) {
  if (test::under_sanitizer()) GTEST_SKIP() << "the sanitizer needs descriptors, too";
  SiteFolder folder;
  folder.write("other.html", "other");
  for (const std::string mode : {"blocking", "sequential", "concurrent", "parallel"}) {
    bool enough = false;
    for (rlim_t most = 5; !enough; ++most) {
      ASSERT_LT(most, 40u) << mode << " never serves";
      Program program(words_for(mode, folder), with_descriptors(most));
      const std::uint16_t port = program.port();
      if (port == 0) {
        EXPECT_EQ(program.end(), 1) << mode << " with " << most;
        EXPECT_EQ(lines(program.errors()), 1u) << program.errors();
        EXPECT_NE(program.errors().find("Too many open files"), std::string::npos)
            << program.errors();
        continue;
      }
      enough = true;
      for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(Client(port).gets("/"), "200 hello") << mode << " with " << most;
        EXPECT_EQ(Client(port).gets("/other.html"), "200 other") << mode << " with " << most;
      }
      EXPECT_EQ(program.end(SIGINT), 0);
      EXPECT_EQ(program.errors(), "");
    }
  }
}

/// Its clients have what its server would need, and wait for it: it must not wait for them.
TEST(FewDescriptors, EndADemoThatCannotGoOn) {
  if (test::under_sanitizer()) GTEST_SKIP() << "the sanitizer needs descriptors, too";
  std::vector<std::unique_ptr<Program>> demos;
  for (rlim_t most = 12; most <= 22; most += 2)
    demos.push_back(
        std::make_unique<Program>(std::vector{"--demo"s, "--nap"s, "1"s}, with_descriptors(most)));
  for (const auto& demo : demos) {
    EXPECT_EQ(demo->end(), 1) << demo->output();
    EXPECT_EQ(lines(demo->errors()), 1u) << demo->errors();
  }
}

class NoDescriptors : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Fire, NoDescriptors, testing::Values("concurrent", "parallel"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(NoDescriptors, MakeTheOthersWaitAndEachThatIsFreedLetsTheNextOneIn) {
  if (test::under_sanitizer()) GTEST_SKIP() << "the sanitizer needs descriptors, too";
  constexpr std::size_t kMost = 64, kClients = 100;
  SiteFolder folder;
  folder.write("other.html", "other");
  Program program(words_for(GetParam(), folder), with_descriptors(kMost));
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  descriptors_without_clients(program, port);  // nobody of those is left, and all is at work

  std::vector<Client> waiting, served;
  waiting.reserve(kClients);
  for (std::size_t i = 0; i < kClients; ++i) waiting.emplace_back(port).asks("/");
  // Those who have an answer are let in. One more: it comes in time, or the watchdog barks.
  const auto one_more_is_served = [&] {
    for (;;) {
      const auto next = std::find_if(waiting.begin(), waiting.end(),
                                     [](const Client& each) { return each.has_answer(); });
      if (next != waiting.end()) {
        EXPECT_EQ(next->whole(), "200 hello");
        served.push_back(std::move(*next));
        waiting.erase(next);
        return;
      }
      std::this_thread::sleep_for(1ms);
    }
  };
  one_more_is_served();
  while (program.descriptors() < kMost) one_more_is_served();

  // A page that is known is served without a descriptor, one that is not is not.
  EXPECT_EQ(served.front().gets("/"), "200 hello");
  Client out_of_luck = std::move(served.front());
  served.erase(served.begin());
  EXPECT_EQ(out_of_luck.gets("/other.html").substr(0, 3), "503");
  EXPECT_TRUE(out_of_luck.at_end());

  while (!waiting.empty()) {
    one_more_is_served();
    served.front().leaves();
    served.erase(served.begin());
  }
  served.clear();
  Client late(port);
  EXPECT_EQ(late.gets("/other.html"), "200 other") << "there are descriptors again";
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_EQ(program.errors(), "");
}

/// A try each time it has rested, and no more: counted, over an hour without a descriptor.
TEST(NoDescriptors, AreNoReasonToSpin) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  SiteFolder folder;
  Site site(folder.root().string());
  Executor executor({.time = TimeMode::virtual_time});
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  Client waiting(listener.local_address().port());
  waiting.asks("/");
  executor.spawn(serve(std::move(listener), site));

  constexpr auto kHour = 1h;
  constexpr int kTries = kHour / kAcceptPause;
  test::fail_next("accept4", EMFILE, kTries);
  const test::SystemCalls before = test::system_calls();
  const std::uint64_t polls_before = executor.polls();
  executor.block_on(sleep(kHour - kAcceptPause / 2));
  const test::SystemCalls calls = test::system_calls() - before;
  EXPECT_FALSE(waiting.has_answer());
  EXPECT_EQ(calls.of("accept4"), kTries);
  EXPECT_LE(calls.of("epoll_wait"), 2 * kTries) << calls.to_string();
  EXPECT_LE(executor.polls() - polls_before, kTries + 10u);
  executor.block_on(sleep(kAcceptPause));
  EXPECT_EQ(waiting.whole(), "200 hello");
}

/// Asks for pages 0 to `count`, each by a name of its own, and takes all answers.
void ask_for(std::uint16_t port, int begin, int end) {
  Client client(port);
  std::string many;
  for (int i = begin; i < end; ++i)
    many += "GET /?" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  client.sends(many);
  for (int i = begin; i < end; ++i) ASSERT_EQ(client.whole(), "200 hello") << i;
}

TEST(AFullDisk, UnderTheLogIsSaidOnceAndNobodyWaits) {
  SiteFolder folder;
  Program program({"--port", "0", "--root", folder.root().string(), "--access-log", "/dev/full"});
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  for (int i = 0; i < 3; ++i) ask_for(port, 0, 1000);  // each of them more than is worth a write
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_EQ(lines(program.errors()), 1u) << program.errors();
  EXPECT_NE(program.errors().find("No space left on device"), std::string::npos);
}

TEST(AFullDisk, HasEveryLineInTheEndWhenThereIsRoomAgain) {
  SiteFolder folder;
  const std::string path = (folder.base() / "access.log").string();
  Program program({"--port", "0", "--root", folder.root().string(), "--access-log", path});
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  const auto let_files_grow_to = [&](rlim_t most) {
    const rlimit limit{most, RLIM_INFINITY};
    test::check(::prlimit(program.id(), RLIMIT_FSIZE, &limit, nullptr), "prlimit");
  };
  constexpr int kAll = 2000;
  let_files_grow_to(20'001);  // in the middle of a line
  ask_for(port, 0, kAll / 2);
  while (program.errors().empty()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(std::filesystem::file_size(path), 20'001u);
  ask_for(port, kAll / 2, kAll - 1);
  let_files_grow_to(RLIM_INFINITY);
  ask_for(port, kAll - 1, kAll);
  // It is tried again within a second.
  while (std::filesystem::file_size(path) < 70u * kAll) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_EQ(lines(program.errors()), 1u) << program.errors();

  std::ifstream log(path);
  std::string line;
  for (int i = 0; i < kAll; ++i) {
    ASSERT_TRUE(std::getline(log, line)) << i;
    ASSERT_NE(line.find("\"GET /?" + std::to_string(i) + " HTTP/1.1\" 200 5"), std::string::npos)
        << line;
    ASSERT_EQ(line.find("127.0.0.1 - - ["), 0u) << line;
  }
  EXPECT_FALSE(std::getline(log, line)) << line;
}

}  // namespace fire_shortage_test
}  // namespace book::http
