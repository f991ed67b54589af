// Workers: some threads that do the same thing side by side, and end together.
//
//     Workers workers(4, [&](int i) { ... }, stop);
//     executor.block_on(workers.ended());     // meanwhile, this thread looks after other things
//     workers.join();                         // throws what the first of them threw that failed
//
// Step 4 gives each of them an executor, a reactor and a listener of its own. They share no page,
// no buffer and no counter, so there is nothing to lock.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "10_spawning/cancellation_token.h"
#include "20_web_server/server/stop.h"

namespace book::http {

class Workers {
 public:
  /// Starts `count` threads; work(i) runs on the i-th. When one throws, all are asked to stop.
  Workers(int count, std::function<void(int)> work, Stop& stop);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Aborts those that still run, and waits for them.
  ~Workers();

  /// A future: ready when all of them have ended.
  Cancelled ended() const { return ended_.cancelled(); }
  /// Waits until they have, and throws the first exception that ended one of them.
  void join();

 private:
  void abort();
  void run(int index) noexcept;

  std::function<void(int)> work_;
  Stop& stop_;
  CancellationToken ended_;
  std::atomic<int> running_;
  std::mutex mutex_;  // guards first_error_
  std::exception_ptr first_error_;
  std::vector<std::thread> threads_;
};

}  // namespace book::http
