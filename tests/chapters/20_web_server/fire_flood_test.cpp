// Very many clients at once, and clients that come and go as fast as they can. The server is a
// process of its own, so that its descriptors and its memory are its own, too.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "client.h"
#include "program.h"
#include "site_folder.h"
#include "support/sanitizer.h"
#include "support/watchdog.h"
#include "under_fire.h"

namespace book::http {
namespace fire_flood_test {

using namespace std::string_literals;

/// How many connections this process may have, up to `wanted`: the limit is raised as far as it
/// goes.
std::size_t room_for(std::size_t wanted) {
  constexpr std::size_t kOthers = 200;  // descriptors that are no connections
  rlimit limit{};
  test::check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  if (limit.rlim_cur < wanted + kOthers) {
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted + kOthers);
    test::check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
  }
  const std::size_t room = std::min<std::size_t>(wanted, limit.rlim_cur - kOthers);
  if (room < wanted)
    std::cout << "only " << room << " clients instead of " << wanted
              << ": a process may have no more than " << limit.rlim_cur
              << " descriptors here (ulimit -n)\n";
  return room;
}

class Crowds : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Fire, Crowds, testing::Values("concurrent", "parallel"),
                         [](const auto& info) { return std::string(info.param); });

/// All of them silent, then all of them asking, then gone; and once more.
TEST_P(Crowds, AreCheapAndLeaveNothingBehind) {
  test::give_this_test(std::chrono::seconds(120));  // three of its own, on a machine that is idle
  const bool is_parallel = GetParam() == "parallel"s;
  const std::size_t many = room_for(test::under_sanitizer() || is_parallel ? 1000 : 10'000);
  SiteFolder folder;
  Program program(words_for(GetParam(), folder));
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  const std::size_t descriptors = descriptors_without_clients(program, port) + 1;
  Client witness(port);
  ASSERT_EQ(witness.gets("/"), "200 hello");
  const std::size_t before = program.memory();

  constexpr std::size_t kRounds = 2;
  std::size_t asked = kScouts + 1;
  std::array<std::size_t, kRounds> silent{}, asking{};
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<Client> crowd;
    crowd.reserve(many);
    for (std::size_t i = 0; i < many; ++i) crowd.emplace_back(port);
    while (program.descriptors() < descriptors + many) std::this_thread::yield();
    ASSERT_EQ(witness.gets("/"), "200 hello");
    silent[round] = program.memory();

    for (Client& each : crowd) each.asks("/");
    ASSERT_EQ(witness.gets("/"), "200 hello");
    for (Client& each : crowd) ASSERT_EQ(each.whole(), "200 hello");
    asking[round] = program.memory();

    // Half of them say goodbye, and half of them do not.
    for (std::size_t i = 0; i < many; i += 2) crowd[i].reset_now();
    crowd.clear();
    program.wait_until_descriptors(descriptors);
    ASSERT_EQ(witness.gets("/"), "200 hello");
    asked += many + 3;
  }
  if (!test::under_sanitizer()) {
    // A frame, a place in the reactor, a watch. No buffer: one alone is 8 KiB.
    EXPECT_LE(silent[0], before + many * 2048) << (silent[0] - before) / many << " bytes each";
    // Those who ask borrow a buffer for a moment. The pools keep 64 inputs, and 64 outputs that may
    // have grown to 64 KiB.
    constexpr std::size_t kPools = 64 * (8 + 64) * 1024;
    EXPECT_LE(asking[0], silent[0] + kPools);
    // The second crowd has what the first has left. (Not to the byte: memory has gaps.)
    EXPECT_LE(asking[1], asking[0] + kPools);
    EXPECT_LE(program.memory(), asking[0] + kPools);
  }
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_EQ(program.errors(), "");
  const std::string said = "stopped after " + std::to_string(asked) + " requests on " +
                           std::to_string(kScouts + 1 + kRounds * many) + " connections";
  EXPECT_NE(program.output().find(said), std::string::npos) << program.output();
}

/// What a rude client does on its connection before it slams the door.
void be_rude(Client client, int how) {
  switch (how % 4) {
    case 0:
      break;  // nothing at all
    case 1:
      client.sends("GET / HT");
      break;
    case 2:
      client.asks("/large.bin");  // it leaves in the middle of the answer
      break;
    case 3:
      client.gets("/");
      break;
  }
  client.reset_now();
}

TEST_P(Crowds, OfClientsThatComeAndSlamTheDoorHarmNobody) {
  constexpr int kThreads = 2, kTimes = 1500;
  SiteFolder folder;
  const std::string large(1'000'000, 'x');
  folder.write("large.bin", large);
  Program program(words_for(GetParam(), folder));
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  const std::size_t descriptors = descriptors_without_clients(program, port) + 1;
  Client polite(port);
  ASSERT_EQ(polite.gets("/"), "200 hello");
  const std::size_t before = program.memory();

  std::atomic<int> rude{kThreads};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kTimes; ++i) be_rude(Client(port), i);
      --rude;
    });
  }
  for (int i = 0; i < 20 || rude > 0; ++i) {
    EXPECT_EQ(polite.gets("/"), "200 hello");
    EXPECT_EQ(Client(port).gets("/"), "200 hello");
    if (i % 10 == 0) {
      EXPECT_TRUE(polite.gets("/large.bin") == "200 " + large) << i;
    }
  }
  for (std::thread& thread : threads) thread.join();
  program.wait_until_descriptors(descriptors);
  EXPECT_EQ(polite.gets("/"), "200 hello");
  if (!test::under_sanitizer()) {
    // How many of them are there at once is not ours to say, but there are 3,000 of them: of each
    // one's frame, something would be left if it leaked, and of each large answer 64 KiB.
    EXPECT_LE(program.memory(), before + 16 * 1024 * 1024);
  }
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_EQ(program.errors(), "");
}

/// Takes what it can, gives what nobody wants, and leaves in the middle.
void be_greedy(std::uint16_t port) {
  std::vector<Client> held;
  for (int i = 0; i < 10; ++i) {
    stuff(held.emplace_back(port));
    held.emplace_back(port).asks("/large.bin");
    held.emplace_back(port).sends("GET / HT");
    held.emplace_back(port).sends("nonsense\r\n\r\nand more of it");
    Client uploader(port);
    uploader.asks("/", "GET", "Content-Length: 300000\r\n").sends(std::string(300'000, 'x'));
    uploader.asks("/", "GET", "Transfer-Encoding: chunked\r\n");
    for (int chunk = 0; chunk < 1000; ++chunk) uploader.sends("1\r\nx\r\n");
    for (int answer = 0; answer < 2; ++answer) EXPECT_EQ(uploader.whole(), "200 hello");
  }
}

TEST_P(Crowds, OfGreedyClientsFromManyThreadsCostThePoliteOnesNoAnswer) {
  constexpr int kThreads = 4, kTimes = 2;
  SiteFolder folder;
  const std::string medium(300'000, 'm');
  folder.write("medium.bin", medium);
  // NOLINTNEXTLINE(bugprone-string-constructor): it is large on purpose
  folder.write("large.bin", std::string(20'000'000, 'x'));
  Program program(words_for(GetParam(), folder));
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  const std::size_t descriptors = descriptors_without_clients(program, port);

  std::atomic<int> greedy{kThreads};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kTimes; ++i) be_greedy(port);
      --greedy;
    });
  }
  {
    Client faithful(port);
    for (int i = 0; i < 10 || greedy > 0; ++i) {
      EXPECT_EQ(faithful.gets("/"), "200 hello") << i;
      EXPECT_TRUE(faithful.gets("/medium.bin") == "200 " + medium) << i;
      EXPECT_EQ(faithful.gets("/nothing"), "404 not here") << i;
      EXPECT_EQ(Client(port).gets("/", "Connection: close\r\n"), "200 hello") << i;
    }
  }
  for (std::thread& thread : threads) thread.join();
  program.wait_until_descriptors(descriptors);
  EXPECT_EQ(Client(port).gets("/"), "200 hello");
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_EQ(program.errors(), "");
}

}  // namespace fire_flood_test
}  // namespace book::http
