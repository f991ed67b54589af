#include "support/counting_waker.h"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace book::test {

struct CountingWaker::State {
  std::atomic<int> clones{0};
  std::atomic<int> drops{0};
  std::atomic<int> wakes{0};
  std::function<void()> on_clone;
  std::function<void()> on_wake;
  std::function<void()> on_drop;

  void wake() {
    wakes.fetch_add(1);
    if (on_wake) on_wake();
  }
  /// Once it is counted, the thread that finds all wakers gone may free this.
  void drop() {
    const std::function<void()> hook = on_drop;
    drops.fetch_add(1);
    if (hook) hook();
  }

  static State& of(void* data) { return *static_cast<State*>(data); }
  static const WakerVTable kVTable;
};

const WakerVTable CountingWaker::State::kVTable{
    .clone =
        [](void* data) {
          State::of(data).clones.fetch_add(1);
          if (State::of(data).on_clone) State::of(data).on_clone();
        },
    .wake =
        [](void* data) {
          State::of(data).wake();
          State::of(data).drop();
        },
    .wake_by_ref = [](void* data) { State::of(data).wake(); },
    .drop = [](void* data) { State::of(data).drop(); },
};

namespace {

/// States whose wakers were still kept at the end: a late wake must find something to count in,
/// and a leak checker something else to complain about.
template <class State>
void bury(State* state) {
  static std::mutex mutex;
  static auto* const graveyard = new std::deque<std::unique_ptr<State>>;
  std::lock_guard lock(mutex);
  state->on_clone = nullptr;
  state->on_wake = nullptr;
  if (state->on_drop) state->on_drop = nullptr;
  graveyard->emplace_back(state);
}

}  // namespace

CountingWaker::CountingWaker() : state_(new State), waker_(state_, &State::kVTable) {}

CountingWaker::~CountingWaker() {
  if (state_->on_drop) state_->on_drop = nullptr;
  { Waker own = std::move(waker_); }
  state_->drops.fetch_sub(1);
  if (kept() == 0) {
    delete state_;
  } else {
    bury(state_);
  }
}

int CountingWaker::clones() const noexcept { return state_->clones.load(); }
int CountingWaker::drops() const noexcept { return state_->drops.load(); }
int CountingWaker::wakes() const noexcept { return state_->wakes.load(); }

void CountingWaker::on_clone(std::function<void()> hook) { state_->on_clone = std::move(hook); }
void CountingWaker::on_wake(std::function<void()> hook) { state_->on_wake = std::move(hook); }
void CountingWaker::on_drop(std::function<void()> hook) { state_->on_drop = std::move(hook); }

}  // namespace book::test
