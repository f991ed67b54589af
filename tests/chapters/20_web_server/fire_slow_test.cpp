// Slow and greedy clients over real sockets: each of them sits on something of the server's for as
// long as it can, and somebody else asks meanwhile. (When exactly their time is up is tested in
// virtual time: limits_test.cpp.)
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "client.h"
#include "program.h"
#include "site_folder.h"
#include "support/sanitizer.h"
#include "under_fire.h"

namespace book::http {
namespace fire_slow_test {

constexpr std::size_t kLarge = 20'000'000;  // bytes: more than any socket takes at once

/// Sends a byte. Does anybody listen?
bool drip(Client& slow) {
  try {
    slow.sends("x");
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

class SlowOnes : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Fire, SlowOnes, testing::Values("concurrent", "parallel"),
                         [](const auto& info) { return std::string(info.param); });

/// Every kind at once, some of each: all of them have to go, and nobody else has to wait. (Who says
/// nothing at all may stay for longer than this test takes.)
TEST_P(SlowOnes, GoWhenTheirTimeIsUpAndTheOthersAreServedMeanwhile) {
  SiteFolder folder;
  folder.write("large.bin", std::string(kLarge, 'x'));
  std::vector<std::string> words = words_for(GetParam(), folder);
  words.insert(words.end(), {"--header-timeout", "1", "--write-timeout", "1"});
  Program program(words);
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  const std::size_t nobody = descriptors_without_clients(program, port);
  Client polite(port);
  ASSERT_EQ(polite.gets("/"), "200 hello");
  const std::size_t memory = program.memory();

  constexpr std::size_t kOfEach = 5;
  std::vector<Client> silent, in_line, in_field, in_body, in_chunk, pipelining, loading, nibbling;
  for (std::size_t i = 0; i < kOfEach; ++i) {
    for (auto* kind : {&silent, &in_line, &in_field, &in_body, &in_chunk, &pipelining, &loading})
      kind->emplace_back(port);
    nibbling.emplace_back(port, Client::Options{.receive_buffer = 4096});
    in_line.back().sends("GET /");
    in_field.back().sends("GET / HTTP/1.1\r\nHost: a\r\nX: ");
    in_body.back().asks("/", "GET", "Content-Length: 100000\r\n");
    in_chunk.back().asks("/", "GET", "Transfer-Encoding: chunked\r\n").sends("ffff\r\n");
    stuff(pipelining.back());
    loading.back().asks("/large.bin");
    nibbling.back().asks("/large.bin");
  }
  // The greedy ones have begun.
  for (auto* kind : {&pipelining, &loading, &nibbling})
    for (Client& greedy : *kind)
      while (!greedy.has_answer()) std::this_thread::yield();

  std::size_t most_memory = 0;
  for (bool somebody = true; somebody;) {
    somebody = program.descriptors() > nobody + 1 + silent.size();
    for (auto* kind : {&in_line, &in_field}) {
      for (Client& slow : *kind) {
        if (slow.has_answer()) {
          EXPECT_EQ(slow.status(), "HTTP/1.1 408");
          slow.leaves();
        } else if (slow.fd() >= 0) {
          somebody = drip(slow) || somebody;
        }
      }
    }
    for (auto* kind : {&in_body, &in_chunk})
      for (Client& slow : *kind) somebody = drip(slow) || somebody;
    char byte;
    for (Client& slow : nibbling) (void)::recv(slow.fd(), &byte, 1, MSG_DONTWAIT);
    ASSERT_EQ(polite.gets("/"), "200 hello");
    most_memory = std::max(most_memory, program.memory());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  for (auto* kind : {&in_line, &in_field})
    for (Client& slow : *kind) EXPECT_LT(slow.fd(), 0) << "it was sent away without an answer";
  for (Client& slow : in_body) {
    EXPECT_EQ(slow.whole(), "200 hello");
    EXPECT_EQ(slow.rest(), "") << "it has its answer";
  }
  for (auto* kind : {&loading, &nibbling})
    for (Client& slow : *kind) EXPECT_LT(slow.rest().size(), kLarge);
  for (Client& each : silent) EXPECT_EQ(each.gets("/"), "200 hello") << "it has all its time";

  if (!test::under_sanitizer()) {  // which keeps what is freed
    // What one of them may hold is an input of 8 KiB and an output of 64 KiB, which has just grown
    // by a copy; the rest is the kernel's.
    EXPECT_LE(most_memory, memory + 8 * kOfEach * (8 + 2 * 64) * 1024);
  }
  EXPECT_EQ(polite.gets("/"), "200 hello");
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_EQ(program.errors(), "");
}

}  // namespace fire_slow_test
}  // namespace book::http
