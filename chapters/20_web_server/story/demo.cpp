#include "20_web_server/story/demo.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "07_join/join_all.h"
#include "10_spawning/timeout.h"
#include "17_io/sockets/tcp.h"
#include "common/reactor/reactor.h"
#include "common/start_thread.h"

namespace book::http {
namespace {

/// A server at work on a thread of its own, until the end of the scope.
class Stage {
 public:
  explicit Stage(const Plan& plan)
      : server_(plan, Address::loopback(0)), thread_(start_thread([this] { serve(); })) {}
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() {
    stop_.abort();
    if (thread_.joinable()) thread_.join();
  }

  Address address() const { return Address::loopback(server_.port()); }
  /// Throws what has ended the server, if it was not we.
  void close() {
    stop_.request_stop();
    join();
  }
  /// The same, without patience for what it has begun.
  void abort() {
    stop_.abort();
    join();
  }

 private:
  void join() {
    thread_.join();
    if (error_) std::rethrow_exception(error_);
  }
  void serve() noexcept {
    try {
      server_.run(stop_);
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  Server server_;
  Stop stop_;
  std::exception_ptr error_;
  std::thread thread_;  // last: it uses the others
};

Async<> hear_answer(TcpStream& stream, Visit& visit, int& answers) {
  const Instant asked = Reactor::current().now();
  std::array<char, 4096> buffer;
  const std::size_t n = co_await read(stream, buffer);
  visit.took = Reactor::current().now() - asked;
  visit.place = ++answers;
  if (!std::string_view(buffer.data(), n).starts_with("HTTP/1.1 200"))
    throw std::runtime_error("demo: " + visit.path + " was not answered");
}

/// All ask before anybody listens: in their order, and as good as at the same moment.
Async<> visit_all(Address address, Scene& scene) {
  std::vector<TcpStream> streams;
  for (const Visit& visit : scene.visits) {
    TcpStream stream = co_await TcpStream::connect(address);
    const std::string question = "GET " + visit.path + " HTTP/1.1\r\nHost: demo\r\n\r\n";
    co_await write_all(stream, question);
    streams.push_back(std::move(stream));
  }
  int answers = 0;
  std::vector<Async<>> all;
  for (std::size_t i = 0; i < streams.size(); ++i)
    all.push_back(hear_answer(streams[i], scene.visits[i], answers));
  co_await join_all(std::move(all));
}

}  // namespace

Scene play(const Plan& plan) {
  Stage stage(plan);
  Scene scene;
  // A server that has too little of something may answer never.
  const Duration patience = plan.settings.slow_delay + std::chrono::seconds(5);
  std::exception_ptr error;
  try {
    auto visits = visit_all(stage.address(), scene);
    auto in_time = timeout(patience, std::move(visits));
    if (!Executor().block_on(std::move(in_time)))
      throw std::runtime_error("demo: the server has not answered everybody in time");
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    stage.abort();  // throws what has ended the server, which says more
    std::rethrow_exception(error);
  }
  stage.close();
  return scene;
}

std::string draw(const Scene& scene) {
  constexpr std::size_t kNap = 30;  // columns
  const std::string dots(kNap, '.'), work(kNap, '#'), blanks(kNap - 1, ' ');
  std::string chart;
  int number = 0;
  for (const Visit& visit : scene.visits) {
    const bool sleeper = number == 0;
    const bool waited = scene.waited(visit);
    const std::string bar = sleeper  ? "|" + work + "|"
                            : waited ? "|" + dots + "|#  waited"
                                     : "|#" + blanks + "|";
    const double ms = std::chrono::duration<double, std::milli>(visit.took).count();
    chart += fmt::format("  {}  {:6}  {:43}  {:>8}\n", ++number, visit.path, bar,
                         fmt::format("~{:.{}f} ms", ms, ms < 10 ? 1 : 0));
  }
  return chart;
}

void demonstrate(Plan plan, std::optional<Mode> only) {
  fmt::print("Four visitors ask at the same moment: one for /sleep, and three for a page.\n");
  fmt::print("  #  is served    .  stands in line    |  when the nap begins, and ends\n");
  for (const Mode mode : {Mode::blocking, Mode::sequential, Mode::concurrent, Mode::parallel}) {
    if (only && *only != mode) continue;
    plan.mode = mode;
    fmt::print("\n{}: {}\n", name_of(mode), describe(plan));
    fmt::print("{}", draw(play(plan)));
  }
}

}  // namespace book::http
