// What the tests share in which the program is under fire (fire_*_test.cpp).
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "client.h"
#include "program.h"
#include "site_folder.h"

namespace book::http {

/// A server of that mode, with two workers if it has any, on a port of its own.
inline std::vector<std::string> words_for(const std::string& mode, const SiteFolder& folder) {
  std::vector<std::string> words = {"--port", "0",      "--mode",
                                    mode,     "--root", folder.root().string()};
  if (mode == "parallel") words.insert(words.end(), {"--workers", "2"});
  return words;
}

/// A crowd that is large enough for each worker to have some of it.
constexpr std::size_t kScouts = 30;

/// The descriptors that the program has open while nobody is there, with all its workers at work:
/// so it is asked by kScouts clients.
inline std::size_t descriptors_without_clients(const Program& program, std::uint16_t port) {
  std::vector<Client> scouts;
  scouts.reserve(kScouts);
  for (std::size_t i = 0; i < kScouts; ++i) scouts.emplace_back(port);
  for (Client& each : scouts) EXPECT_EQ(each.gets("/"), "200 hello");
  const std::size_t count = program.descriptors() - kScouts;
  scouts.clear();
  program.wait_until_descriptors(count);
  return count;
}

/// Sends requests until the server takes no more, and reads nothing.
inline void stuff(Client& greedy) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  while (::send(greedy.fd(), many.data(), many.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
  }
}

}  // namespace book::http
