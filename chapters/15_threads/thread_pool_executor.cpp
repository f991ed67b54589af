#include "15_threads/thread_pool_executor.h"

#include <optional>

namespace book {

ThreadPoolExecutor::ThreadPoolExecutor(ThreadPoolOptions options)
    : core_(make_arc<PoolCore>(std::move(options))) {
  core_->start();
}

ThreadPoolExecutor::~ThreadPoolExecutor() { core_->shutdown(std::nullopt); }

void ThreadPoolExecutor::run() {
  detail::refuse_inside_a_task("run", "spawn what it would run");
  Worker::Running running(core_->worker(0));
  core_->worker(0).run_until(nullptr);
}

void ThreadPoolExecutor::run_root(Task* root) {
  Worker& worker = core_->worker(0);
  Worker::Running running(worker);
  root->retain();
  worker.adopt(root);
  struct DropRoot {
    Worker& worker;
    Task* root;
    ~DropRoot() {
      worker.drop(root);
      root->release();
    }
  } drop_root{worker, root};
  worker.run_until(root);
}

std::vector<WorkerStats> ThreadPoolExecutor::stats() const {
  std::vector<WorkerStats> stats;
  for (std::size_t i = 0; i < workers(); ++i) stats.push_back(core_->worker(i).stats());
  return stats;
}

}  // namespace book
