#include "14_blocking/blocking_pool.h"

#include <exception>
#include <optional>
#include <utility>

#include "04_io_executor/silence.h"

namespace book {

BlockingPool::BlockingPool(BlockingPoolOptions options)
    : core_(make_arc<BlockingCore>(std::move(options))) {}

BlockingPool::~BlockingPool() {
  if (core_->is_mine()) {
    detail::say(
        "a blocking pool is destroyed inside one of its own jobs, and would wait for that job: let "
        "another thread own it");
    std::terminate();
  }
  core_->shutdown(std::nullopt);
}

}  // namespace book
