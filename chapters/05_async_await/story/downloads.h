// The same two downloads three ways: one after another, on two threads, as two tasks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "05_async_await/async.h"

namespace book::story {

/// A server on 127.0.0.1 that lets every client wait before it sends the page: what a network does.
class SlowServer {
 public:
  SlowServer(std::chrono::milliseconds delay, std::size_t page_bytes);
  SlowServer(const SlowServer&) = delete;
  SlowServer& operator=(const SlowServer&) = delete;
  /// Waits for the clients that are being served.
  ~SlowServer();

  std::uint16_t port() const noexcept { return port_; }

 private:
  void serve(int client) const;

  std::chrono::milliseconds delay_;
  std::string page_;
  int listener_;
  std::uint16_t port_ = 0;
  std::thread accepting_;
};

/// Downloads one page; gives its length. This thread does nothing else meanwhile.
std::size_t download(std::uint16_t port);
/// The same, but waits in the reactor: other tasks of this thread run meanwhile.
Async<std::size_t> download_async(std::uint16_t port);

}  // namespace book::story
