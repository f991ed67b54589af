// Which shared task a worker polls next: the slot, its queue, the injector, and what others have.
#include <algorithm>
#include <utility>

#include "15_threads/pool_core.h"
#include "15_threads/worker.h"

namespace book {
namespace {

/// Every so many turns the injector comes first: what lies there must not wait for an empty queue.
constexpr unsigned kTurnsBetweenInjector = 61;
constexpr std::size_t kMostAtOnce = 128;
/// So many turns in a row from the slot, then one from the queue: two tasks that wake each other
/// must not keep the others waiting.
constexpr unsigned kSlotsInARow = 3;

}  // namespace

void Worker::push(Task* task) noexcept {
  if (!is_firing_ && !is_leaving_) {
    task = slot_.exchange(task, std::memory_order_acq_rel);
    if (!task) return pool_.idle().watch();
  }
  push_to_queue(task);
}

void Worker::push_to_queue(Task* task) noexcept {
  if (!queue_.push(task)) {
    ReadyQueue shed;
    std::size_t count = 1;
    queue_.shed_half([&](Task* other) {
      shed.push(other);
      ++count;
    });
    shed.push(task);
    pool_.injector().push_all(shed, count);
  }
  if (!is_firing_) pool_.idle().wake_one();
}

void Worker::push_back(Task* task) noexcept {
  const bool was_firing = std::exchange(is_firing_, true);
  push_to_queue(task);
  is_firing_ = was_firing;
  wake_for_more();
}

/// Wakes another worker if there is more than the one task that is next here.
void Worker::wake_for_more() noexcept {
  const std::uint32_t next_is_in_queue = slot_.load(std::memory_order_relaxed) ? 0 : 1;
  if (queue_.size() > next_is_in_queue) pool_.idle().wake_one();
}

Task* Worker::next_shared() noexcept {
  if (++tick_ % kTurnsBetweenInjector == 0) {
    ReadyQueue one;
    if (pool_.injector().take(one, 1)) return one.pop();
  }
  const bool slot_first = slots_in_a_row_ < kSlotsInARow;
  if (slot_first) {
    if (Task* task = take_slot()) {
      ++slots_in_a_row_;
      return task;
    }
  }
  slots_in_a_row_ = 0;
  if (Task* task = queue_.pop()) return task;
  if (!slot_first) {
    if (Task* task = take_slot()) return task;
  }
  return take_from_injector();
}

Task* Worker::take_slot() noexcept {
  if (!slot_.load(std::memory_order_relaxed)) return nullptr;
  return slot_.exchange(nullptr, std::memory_order_acq_rel);
}

/// Out of another's slot, if it has lain there since the last look, and its worker has begun no
/// poll since. (That is the same task, or another one at its address: both have waited as long as
/// the poll that is under way.) `look_only`: leaves it there.
Task* Worker::take_stuck_task(bool look_only) noexcept {
  for (std::size_t i = 0; i < looks_.size(); ++i) {
    Worker& other = pool_.worker(i);
    if (&other == this) continue;
    const Look now{other.slot_.load(std::memory_order_acquire),
                   other.polls_.load(std::memory_order_acquire)};
    const Look before = std::exchange(looks_[i], now);
    if (!now.task || now.task != before.task || now.polls != before.polls) continue;
    if (look_only) return now.task;
    if (Task* task = other.slot_.exchange(nullptr, std::memory_order_acq_rel)) {
      count(steals_);
      trace::steal(task, other.name_.c_str());
      return task;
    }
  }
  return nullptr;
}

bool Worker::sees_stuck_task() noexcept { return take_stuck_task(true); }

/// This worker's share of it; its queue is empty.
Task* Worker::take_from_injector() noexcept {
  const std::size_t size = pool_.injector().size();
  if (size == 0) return nullptr;
  ReadyQueue share;
  if (!pool_.injector().take(share, std::min(size / pool_.worker_count() + 1, kMostAtOnce))) {
    return nullptr;
  }
  Task* const first = share.pop();
  while (!share.empty()) queue_.push(share.pop());
  return first;
}

/// From other workers, from a random one on.
Task* Worker::find_work() noexcept {
  if (!is_searching_) is_searching_ = pool_.idle().begin_search();
  if (!is_searching_) return nullptr;
  const std::size_t workers = pool_.worker_count();
  const std::size_t start = random_.next_u64() % workers;
  for (std::size_t i = 0; i < workers; ++i) {
    Worker& victim = pool_.worker((start + i) % workers);
    if (&victim == this) continue;
    if (Task* task = queue_.steal_from(victim.queue_)) {
      count(steals_);
      trace::steal(task, victim.name_.c_str());
      return task;
    }
  }
  if (Task* task = take_from_injector()) return task;
  return take_stuck_task(false);
}

/// The last of the searchers that finds work looks whether there is more, and wakes the next one:
/// while it searched, none was woken.
void Worker::end_search() noexcept {
  is_searching_ = false;
  if (pool_.idle().end_search() && pool_.has_shared_work()) pool_.idle().wake_one();
}

void Worker::hand_back() noexcept {
  ReadyQueue all;
  std::size_t count = 0;
  for (;;) {
    Task* task = queue_.pop();
    if (!task) task = take_slot();
    if (!task) break;
    PoolCore::hand_over(task);
    all.push(task);
    ++count;
  }
  if (count == 0) return;
  pool_.injector().push_all(all, count);
  pool_.idle().wake_one();
}

}  // namespace book
