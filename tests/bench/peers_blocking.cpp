// The measures of chapter 14's blocking pool: see peers.cpp. Each does what its namesake of the
// other runtimes does: one thread runs the tasks, and the pool has its usual size.
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "14_blocking/fs.h"
#include "14_blocking/spawn_blocking.h"
#include "peers.h"

namespace book::peers {
namespace {

/// Inside a task, with a pool.
std::function<void()> with_pool(const std::function<Async<>()>& make) {
  return [make] {
    BlockingPool pool;
    const BlockingPool::Scope here(pool);
    in_task(make)();
  };
}

Async<> blocking_one() {
  constexpr int kJobs = 50'000;
  const auto start = SteadyClock::now();
  for (int i = 0; i < kJobs; ++i) {
    auto handle = spawn_blocking([] {});
    co_await handle;
  }
  result_since(start, kJobs);
}

Async<> blocking_batch() {
  constexpr int kJobs = 100'000;
  const auto start = SteadyClock::now();
  std::vector<JoinHandle<void>> handles;
  handles.reserve(kJobs);
  for (int i = 0; i < kJobs; ++i) handles.push_back(spawn_blocking([] {}));
  for (auto& handle : handles) co_await handle;
  result_since(start, kJobs);
}

Async<> fs_read() {
  const char* folder = std::getenv("PEERS_FILES");
  if (!folder) std::abort();
  std::vector<std::string> paths;
  for (int i = 0; i < 1000; ++i) paths.push_back(std::string(folder) + "/" + std::to_string(i));
  constexpr int kRounds = 20;
  const auto start = SteadyClock::now();
  for (int round = 0; round < kRounds; ++round) {
    for (const std::string& path : paths) {
      const std::string text = co_await read_file(path);
      if (text.size() != 4096) std::abort();
    }
  }
  result_since(start, kRounds * 1000.0);
}

}  // namespace

void add_blocking_measures(Measures& measures) {
  measures.emplace("blocking_one", with_pool(blocking_one));
  measures.emplace("blocking_batch", with_pool(blocking_batch));
  measures.emplace("fs_read", with_pool(fs_read));
}

}  // namespace book::peers
