// A small web server in the two ways to use several threads, for chapter 15's comparison: an
// executor a thread with nothing shared, or one pool for all.
//
//     two_ways apart 2     two executors, each with a listener of its own at one port
//     (SO_REUSEPORT) two_ways pool 2      one listener, and a pool of two workers
//
// GET / is answered at once; GET /hold keeps the thread for 2 ms, as a handler does that computes.
// It runs until it is killed. wrk drives it:
//
//     wrk -t1 -c64 -d3s http://127.0.0.1:PORT/     CPU time a request, from /proc/PID/schedstat
//     wrk -t1 -c2 -d1s http://127.0.0.1:PORT/hold  two clients: do they get in each other's way?
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "15_threads/thread_pool_executor.h"
#include "17_io/sockets/tcp.h"

namespace book {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nHello!\n";

/// One connection, request by request. (Its client sends the next when it has the answer.)
Async<> talks(TcpStream client) {
  std::string head;
  std::array<char, 4096> piece;
  for (;;) {
    const std::size_t n = co_await read(client, piece);
    if (n == 0) co_return;
    head.append(piece.data(), n);
    if (!head.ends_with("\r\n\r\n")) continue;
    if (head.starts_with("GET /hold")) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    head.clear();
    co_await write_all(client, kAnswer);
  }
}

/// A client that goes without a word is no news here.
Async<> answers(TcpStream client) {
  try {
    co_await talks(std::move(client));
  } catch (const std::system_error&) {
  }
}

Async<> serves(TcpListener listener) {
  for (;;) {
    TcpListener::Accepted accepted = co_await listener.accept();
    spawn_detached(answers(std::move(accepted.stream)));
  }
}

void announce(const TcpListener& listener) {
  fmt::print("http://127.0.0.1:{}/\n", listener.local_address().port());
  std::fflush(stdout);
}

void run_apart(unsigned threads) {
  const ListenOptions options{.reuse_port = true};
  std::vector<TcpListener> listeners;
  listeners.push_back(TcpListener::bind(0, options));
  const Address address = listeners.front().local_address();
  while (listeners.size() < threads) listeners.push_back(TcpListener::bind(address, options));
  announce(listeners.front());
  std::vector<std::jthread> running;
  for (TcpListener& listener : listeners) {
    running.emplace_back([&listener] {
      Executor executor;
      executor.block_on(serves(std::move(listener)));
    });
  }
}

void run_pool(unsigned workers, int milliseconds) {
  TcpListener listener = TcpListener::bind(0);
  announce(listener);
  ThreadPoolExecutor pool(
      {.workers = workers, .hand_over_after = std::chrono::milliseconds(milliseconds)});
  pool.spawn(serves(std::move(listener)));
  pool.run();
}

}  // namespace
}  // namespace book

int main(int argc, char** argv) {
  const std::string_view way = argc >= 3 ? argv[1] : "";
  const unsigned threads = argc >= 3 ? static_cast<unsigned>(std::atoi(argv[2])) : 0;
  if (threads == 0 || (way != "apart" && way != "pool")) {
    fmt::print(stderr, "usage: two_ways apart|pool THREADS [MILLISECONDS]\n");
    return 2;
  }
  way == "pool" ? book::run_pool(threads, argc > 3 ? std::atoi(argv[3]) : 10)
                : book::run_apart(threads);
}
