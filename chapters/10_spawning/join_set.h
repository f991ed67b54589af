// JoinSet<T>: spawned tasks that belong together, and their values in the order in which they end.
//
//     JoinSet<Page> pages;
//     for (const auto& url : urls) pages.spawn(download(url));
//     for (;;) {
//       std::optional<Page> page = co_await pages.join_next();
//       if (!page) break;                               // all have ended
//     }
//
// Nothing of it is new: a FuturesUnordered (08) of join handles that abort their task when they go.
// A join handle is woken once, by its task's end, so a child costs O(1), however many there are.
// Chapter 10 explains it.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "07_join/maybe_done.h"
#include "08_select/futures_unordered.h"
#include "10_spawning/abort_handle.h"
#include "10_spawning/join_handle.h"
#include "10_spawning/spawn.h"
#include "common/future.h"
#include "common/stream.h"

namespace book {

/// A stream of what the tasks end with, and their owner: when the set goes, its tasks are aborted.
/// It may be moved at any time.
template <class T>
class JoinSet {
 public:
  /// std::monostate for tasks of void.
  using Item = ValueOrMonostate<T>;

  JoinSet() = default;
  JoinSet(JoinSet&&) noexcept = default;
  JoinSet& operator=(JoinSet&&) noexcept = default;

  /// Queues the future as a task of the executor that runs the calling task, as book::spawn does.
  /// The handle may abort this one task, and need not be kept.
  template <Future F>
  requires std::is_same_v<OutputOf<F>, T> AbortHandle spawn(F&& future,
                                                            const char* file = __builtin_FILE(),
                                                            int line = __builtin_LINE()) {
    JoinHandle<T> task = book::spawn(std::forward<F>(future), file, line);
    AbortHandle abort = task.abort_handle();
    tasks_.push_listening(Child(std::move(task)),
                          [](Child& child, Context& cx) { return child.handle().poll_ended(cx); });
    return abort;
  }

  /// A future of std::optional: the next value, or empty when no task is left. It throws a task's
  /// own exception, and JoinError for one that was aborted; the set goes on without that task.
  /// It borrows the set, and may be dropped: no value is lost with it.
  Next<JoinSet&> join_next() & { return next(*this); }

  /// The next value if a task has ended already; empty when none has, or none is left. Waits for
  /// nothing, and throws as join_next does.
  std::optional<Item> try_join_next() { return tasks_.try_next(); }

  /// A future of all values that are left, in the order of their ends. The first exception comes
  /// out at once, and the values that came before it are lost with it; the tasks stay in the set.
  /// It borrows the set.
  Async<std::vector<Item>> join_all() & {
    std::vector<Item> values;
    for (;;) {
      std::optional<Item> value = co_await join_next();
      if (!value) break;
      values.push_back(*std::move(value));
    }
    co_return values;
  }

  Poll<std::optional<Item>> poll_next(Context& cx) { return tasks_.poll_next(cx); }
  bool is_terminated() const noexcept { return tasks_.is_terminated(); }

  /// Aborts all tasks that have not ended. They stay in the set: join_next throws JoinError for
  /// each that did not end by itself before its turn came.
  void abort_all() noexcept {
    tasks_.for_each([](Child& child) { child.handle().abort(); });
  }

  /// Lets all tasks go: they go on by themselves, as those whose JoinHandle was dropped, and the
  /// set is empty.
  void detach_all() { (void)take_all(); }

  /// A future that aborts all tasks and is ready when the last one is really gone. Values are
  /// dropped; exceptions are reported on stderr, as those of any task that is not awaited. It
  /// borrows the set, which is empty from its first poll on.
  Async<> shutdown() & {
    abort_all();
    std::vector<JoinHandle<T>> left = take_all();
    for (JoinHandle<T>& task : left) {
      auto ended = poll_fn([&task](Context& cx) { return task.poll_ended(cx); });
      co_await ended;
    }
  }

  /// Tasks whose end has not been read.
  std::size_t size() const noexcept { return tasks_.size(); }
  bool empty() const noexcept { return tasks_.empty(); }

 private:
  using Child = AbortOnDrop<T>;

  std::vector<JoinHandle<T>> take_all() {
    std::vector<JoinHandle<T>> taken;
    taken.reserve(size());
    tasks_.for_each([&](Child& child) { taken.push_back(std::move(child).release()); });
    tasks_.clear();
    return taken;
  }

  FuturesUnordered<Child> tasks_;
};

}  // namespace book
