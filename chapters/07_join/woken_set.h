// WokenSet: which of many children have been woken. Each child is polled with a waker of its own;
// when that fires, the child goes into the set and the parent is woken. So the parent's next poll
// touches the children that have news, and no other: O(1) for each event, however many there are.
//
//     child 0   child 1   child 2   ...   child 9,999        each: queued? and a link
//        \_________|__________/
//             woken (a stack, pushed by wakers on any thread)
//                  |  start_poll() takes all of it
//                  v
//     batch: child 2, child 0     ---> next(): the parent polls them, in the order of their wakes
//
// **Thread safety**
//   wake() and the wakers made by poll_child() are for any thread. Everything else belongs to the
//   thread that polls the parent.
//   Why no wake is lost: the waking thread first writes its news, then turns `queued` to true, and
//   if it was the one to do so, pushes the child; the thread that pushes onto an empty stack wakes
//   the parent. The polling thread turns `queued` back before it polls the child, so a wake that
//   comes during the poll, or after it, queues the child again; and wait() stores the parent's
//   waker and then looks at the stack once more. Both threads read and write `queued` in one step:
//   a waking thread that finds it true has still published its news to the poll that will come.
//
// **Invariants**
//   - A child is on the stack or in the batch exactly while its `queued` is true, and only once.
//   - `next_` of a child is written by the thread that turned its `queued` to true, until the child
//     is on the stack; from start_poll() on by the polling thread.
//   - The children's places live as long as the parent or any of their wakers (owners_ counts them
//     all), so a stale wake is at worst a poll too many.
//
// join_all (07) and FuturesUnordered (08) stand on it; chapter 07 explains it.
#pragma once

#include <atomic>
#include <cstddef>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/arc.h"
#include "common/atomic_waker.h"
#include "common/borrowed_waker.h"
#include "common/waker.h"

namespace book::detail {

class WokenSet {
 public:
  /// What every child's place begins with. Derive from it: the rest is the parent's own.
  class Child {
   public:
    Child() = default;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

   private:
    friend class WokenSet;
    WokenSet* set_ = nullptr;
    Child* next_ = nullptr;  // written by the thread that turned `queued_` to true
    std::atomic<bool> queued_{false};
  };

  WokenSet() = default;
  WokenSet(const WokenSet&) = delete;
  WokenSet& operator=(const WokenSet&) = delete;

  // Arc's two calls: the parent is one owner, every child's waker is one.
  void retain() noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  /// `count` more places, default-made and not woken yet. The set frees their memory but runs
  /// no destructor: wakers may outlive the parent, what the parent keeps there may not.
  template <class Place>
  std::span<Place> add(std::size_t count) {
    static_assert(std::is_base_of_v<Child, Place> && std::is_trivially_destructible_v<Place>);
    Block block(count * sizeof(Place), alignof(Place));
    auto* places = static_cast<Place*>(block.memory());
    for (std::size_t i = 0; i < count; ++i) (::new (places + i) Place)->set_ = this;
    blocks_.push_back(std::move(block));
    return {places, count};
  }

  /// Puts a child into the set, as its waker does. From any thread.
  /// Throws what the parent's waker throws; the child is in the set by then.
  void wake(Child& child);
  /// A new child, on the parent's own thread: straight into the batch, without waking the parent.
  /// True when the batch was empty before: a parent that will not poll next is to be woken.
  bool enqueue(Child& child) noexcept;
  void wake_parent() { parent_.wake(); }

  // A poll of the parent: start_poll, then next and poll_child until there is none, then wait.

  /// Takes over what has been woken since the last poll.
  void start_poll() noexcept;
  /// The next woken child; null when there is no more. One that wakes itself while it is polled
  /// comes again in the parent's next poll: the other tasks of this thread are not kept waiting.
  Child* next() noexcept;

  /// Calls `poll(cx)` with a Context whose waker is the child's.
  template <class Poll>
  auto poll_child(Child& child, Poll poll) {
    const BorrowedWaker waker(&child, &kWakerVTable);
    Context cx(waker.get());
    auto result = poll(cx);
    reason_ = cx.reason();
    return result;
  }

  /// No child is ready, `left` are not finished: notes that, and keeps the parent's waker. When
  /// no waker of any child is left, it keeps none: nothing could ever fire it, and the executor of
  /// the parent's task is to see that.
  void wait(Context& cx, const char* why, std::size_t left);
  /// The same for a parent that can still be given children from outside: always keeps the waker.
  void wait_for_more(Context& cx, const char* why, std::size_t left);
  /// The parent gives up: children may be woken as before, but that no longer wakes it.
  void abandon() noexcept { Waker forgotten = parent_.take(); }

 private:
  /// Raw memory, freed with the set.
  class Block {
   public:
    Block(std::size_t size, std::size_t alignment)
        : memory_(::operator new (size, std::align_val_t{alignment})), alignment_(alignment) {}
    Block(Block&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)), alignment_(other.alignment_) {}
    Block& operator=(Block&&) = delete;
    ~Block() { ::operator delete (memory_, std::align_val_t{alignment_}); }
    void* memory() const noexcept { return memory_; }

   private:
    void* memory_;
    std::size_t alignment_;
  };

  ~WokenSet() = default;

  static const WakerVTable kWakerVTable;
  struct GiveUpOwner {
    WokenSet* set;
    ~GiveUpOwner() { set->release(); }
  };

  static Child& child_of(void* data) noexcept { return *static_cast<Child*>(data); }
  void append(Child* first, Child* last) noexcept;
  void drop_waker() noexcept;

  std::atomic<std::size_t> owners_{1};
  std::atomic<Child*> woken_{nullptr};
  AtomicWaker parent_;
  // The parent's alone:
  Child* batch_ = nullptr;
  Child* batch_end_ = nullptr;
  WaitReason reason_;  // of the child polled last
  std::vector<Block> blocks_;
};

}  // namespace book::detail
