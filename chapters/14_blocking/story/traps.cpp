#include "14_blocking/story/traps.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "10_spawning/join_error.h"
#include "10_spawning/timeout.h"
#include "14_blocking/spawn_blocking.h"
#include "common/descriptor.h"
#include "common/start_thread.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// A keyboard: after so long, the one who sits there closes it.
class Keyboard {
 public:
  explicit Keyboard(Duration patience) {
    int ends[2];
    if (::pipe(ends) < 0) throw_errno("pipe");
    reader_ = Descriptor(ends[0]);
    writer_ = Descriptor(ends[1]);
    thread_ = start_thread<std::jthread>([this, patience] {
      std::this_thread::sleep_for(patience);
      writer_ = Descriptor();
    });
  }
  /// Blocks until there is something.
  std::size_t read() const {
    char line[80];
    return static_cast<std::size_t>(::read(reader_.get(), line, sizeof line));
  }

 private:
  Descriptor reader_, writer_;
  std::jthread thread_;
};

/// Run by a job: it keeps its thread while it waits for another one.
Async<int> asks_a_helper() {
  auto helper = spawn_blocking([] { return 1; });
  const int value = co_await helper;
  co_return value;
}

struct Letter {
  std::latch may_go{1};
  std::latch is_gone{1};
};

}  // namespace

Async<> reads_what_nobody_types() {
  const auto keyboard = std::make_shared<Keyboard>(1500ms);
  auto line = spawn_blocking([keyboard] { return keyboard->read(); });
  auto in_time = timeout(50ms, line);
  const auto size = co_await in_time;
  fmt::print("   {}; the program ends\n", size ? "a line was typed" : "nobody types anything");
}

Async<> gives_up_and_it_is_done_all_the_same() {
  const auto letter = std::make_shared<Letter>();
  auto sending = spawn_blocking([letter] {
    letter->may_go.wait();  // a slow server
    letter->is_gone.count_down();
  });
  auto in_time = timeout(50ms, std::move(sending));
  const auto sent = co_await in_time;
  fmt::print("   {}\n", sent ? "sent" : "not sent within 50 ms: given up, and said so to the user");
  letter->may_go.count_down();
  letter->is_gone.wait();  // blocks: there is nothing else on the loop's thread now
  fmt::print("   the letter has arrived\n");
}

Async<> jobs_that_wait_for_jobs() {
  BlockingPool pool({.max_threads = 2});
  const auto both = std::make_shared<std::latch>(2);
  std::vector<JoinHandle<int>> handles;
  for (int i = 0; i < 2; ++i) {
    handles.push_back(spawn_blocking(pool, [both] {
      both->arrive_and_wait();
      return block_on(asks_a_helper());
    }));
  }
  auto in_time = timeout(200ms, handles[0]);
  const auto value = co_await in_time;
  const auto stats = pool.stats();
  fmt::print("   {}: {} threads are at work, and {} jobs wait for a thread\n",
             value ? "done" : "not done", stats.threads - stats.idle, stats.queued);
  pool.shutdown(1s);
  int dropped = 0;
  for (auto& handle : handles) {
    try {
      co_await handle;
    } catch (const JoinError&) {
      ++dropped;
    }
  }
  fmt::print("   the pool's end: {} were dropped, so those that waited for them could end\n",
             dropped);
}

}  // namespace book::story
