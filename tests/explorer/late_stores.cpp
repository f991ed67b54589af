#include "explorer/late_stores.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace book::explorer {
namespace {

World& world() { return World::get(); }

void first_reaches_memory(Thread& thread) {
  reach_memory(thread.late.front());
  thread.late.erase(thread.late.begin());
}

}  // namespace

std::uint64_t in_memory(const void* address, int size) {
  std::uint64_t value = 0;
  std::memcpy(&value, address, static_cast<std::size_t>(size));  // little-endian, as x86 is
  return value;
}

void into_memory(void* address, int size, std::uint64_t value) {
  std::memcpy(address, &value, static_cast<std::size_t>(size));
}

void reach_memory(const LateStore& store) {
  into_memory(store.word, store.size, store.value);
  world().shadow().published(reinterpret_cast<std::uintptr_t>(store.word)) = store.published;
}

void settle(const void* word) {
  for (;;) {
    std::array<int, kMaxThreads> owners{};
    int count = 0;
    for (int i = 0; i < world().thread_count(); ++i) {
      const auto& late = world().thread(i).late;
      const auto here = [&](const LateStore& store) { return store.word == word; };
      if (i != world().my_number() && std::any_of(late.begin(), late.end(), here)) {
        owners[static_cast<std::size_t>(count++)] = i;
      }
    }
    if (count == 0) return;
    const int answer = world().choose(1 + count);
    if (answer == 0) return;
    Thread& owner = world().thread(owners[static_cast<std::size_t>(answer - 1)]);
    for (bool found = false; !found;) {
      found = owner.late.front().word == word;
      first_reaches_memory(owner);
    }
  }
}

void drain() {
  World::Inside inside;
  while (!world().me().late.empty()) first_reaches_memory(world().me());
}

void drain_all() {
  World::Inside inside;
  for (int i = 0; i < world().thread_count(); ++i) {
    while (!world().thread(i).late.empty()) first_reaches_memory(world().thread(i));
  }
}

void drain_if_in(const void* memory, std::size_t size) {
  const auto* begin = static_cast<const char*>(memory);
  for (const LateStore& store : world().me().late) {
    const auto* word = static_cast<const char*>(store.word);
    if (word + store.size > begin && word < begin + size) return drain();
  }
}

}  // namespace book::explorer
