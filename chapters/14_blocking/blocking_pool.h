// BlockingPool: threads for what has to block: a file, a library that knows nothing of tasks, a
// long computation. They are started when a job needs one, and end when they have had nothing to do
// for a while.
//
//     BlockingPool pool({.max_threads = 64});
//     const BlockingPool::Scope here(pool);          // what spawn_blocking(f) means on this thread
//     executor.block_on(main_task());
//
// blocking_core.h has the inside. Chapter 14 explains it.
#pragma once

#include <cstddef>

#include "14_blocking/blocking_core.h"
#include "common/arc.h"
#include "common/clock.h"

namespace book {

class BlockingPool {
 public:
  /// Starts no thread yet. Throws std::invalid_argument when max_threads is 0.
  explicit BlockingPool(BlockingPoolOptions options = {});
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;
  /// Drops the jobs that have not begun, and waits for the others, however long: once a second it
  /// says on stderr for which. Inside one of its own jobs: one line on stderr, and std::terminate.
  ~BlockingPool();

  /// While one of these lives, the pool is the current one of this thread. (On the pool's own
  /// threads it always is.)
  class Scope {
   public:
    explicit Scope(BlockingPool& pool) noexcept
        : outer_(BlockingCore::make_current(pool.core_.get())) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { BlockingCore::make_current(outer_); }

   private:
    BlockingCore* outer_;
  };

  /// Ends the pool: as the destructor does, but waits so long at most, and says how many jobs were
  /// left running, with a line on stderr for each. Those that had not begun end in a JoinError.
  /// What is given to the pool later is dropped at once. Throws std::logic_error inside one of its
  /// jobs.
  std::size_t shutdown(Duration limit) { return core_->shutdown(limit); }

  using Stats = BlockingCore::Stats;
  /// As it was a moment ago.
  Stats stats() const { return core_->stats(); }
  BlockingCore& core() noexcept { return *core_; }
  /// For those who may outlive the pool, and find it ended then.
  Arc<BlockingCore> share() noexcept { return core_; }

 private:
  Arc<BlockingCore> core_;
};

}  // namespace book
