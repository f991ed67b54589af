#include "explorer/memory.h"

#include <fmt/format.h>

#include <array>

#include "explorer/late_stores.h"

namespace book::explorer {
namespace {

World& world() { return World::get(); }
std::uintptr_t number(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

bool acquires(int order) { return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE; }
bool releases(int order) {
  return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

const char* order_name(int order) {
  constexpr const char* names[] = {"relaxed", "consume", "acquire",
                                   "release", "acq_rel", "seq_cst"};
  return names[order & 7];
}

std::string shown(std::uint64_t value) {
  if (value < 4096) return std::to_string(value);
  const std::string name = world().name_of(reinterpret_cast<const void*>(value), false);
  return name.empty() ? fmt::format("0x{:x}", value) : name;
}

void note(const char* what, Word word, int order, std::uint64_t value) {
  if (!world().recording()) return;
  world().note(what, word.address, word.pc, fmt::format(" {}, {}", shown(value), order_name(order)),
               false);
}

void note(const char* what, Word word, int order, std::uint64_t old, std::uint64_t now) {
  if (!world().recording()) return;
  world().note(what, word.address, word.pc,
               fmt::format(" {} -> {}, {}", shown(old), shown(now), order_name(order)), false);
}

void learn(Thread& self, Word word) {
  self.clock.join(world().shadow().published(number(word.address)));
}

/// After a release: what comes now is not part of what was published.
void tick() { ++world().me().clock[world().my_number()]; }

void publish_change(Word word, int order) {
  if (acquires(order)) learn(world().me(), word);
  if (!releases(order)) return;
  world().shadow().published(number(word.address)).join(world().me().clock);
  tick();
}

std::uint64_t changed(Change how, std::uint64_t old, std::uint64_t operand) {
  switch (how) {
    case Change::exchange:
      return operand;
    case Change::add:
      return old + operand;
    case Change::sub:
      return old - operand;
    case Change::bit_and:
      return old & operand;
    case Change::bit_or:
      return old | operand;
    case Change::bit_xor:
      return old ^ operand;
    case Change::bit_nand:
      return ~(old & operand);
  }
  return old;
}

std::uint64_t cut(std::uint64_t value, int size) {
  return size == 8 ? value : value & ((std::uint64_t{1} << (8 * size)) - 1);
}

/// A step begins that only looks. The same look with the same result, or many looks without a
/// change, are a loop that waits: then the others go on.
void look(Word word, bool may_change) {
  if (world().me().looks <= 16) {
    world().point_at(word.address, may_change, may_change);
  } else {
    world().yield();
    drain_all();  // a store is not late forever
  }
}

void looked(Word word, std::uint64_t value) {
  Thread& self = world().me();
  const bool again = self.looked_at == word.address && self.saw == value;
  self.looks += again ? 8 : 1;
  self.looked_at = word.address;
  self.saw = value;
}

void acted() { world().me().looks = world().me().insists = 0; }

}  // namespace

std::uint64_t load(Word word, int order) {
  look(word, false);
  World::Inside inside;
  Thread& self = world().me();
  touch(word);
  for (auto late = self.late.rbegin(); late != self.late.rend(); ++late) {
    if (late->word != word.address) continue;
    note("loads its own late", word, order, late->value);
    return late->value;
  }
  settle(word.address);
  if (acquires(order)) learn(self, word);
  const std::uint64_t value = in_memory(word.address, word.size);
  looked(word, value);
  note("load", word, order, value);
  return value;
}

void store(Word word, std::uint64_t value, int order) {
  const bool shared = world().point_at(word.address, true, order == __ATOMIC_SEQ_CST);
  World::Inside inside;
  acted();
  Thread& self = world().me();
  touch(word);
  settle(word.address);
  LateStore store{word.address, word.size, value, {}, word.pc};
  if (releases(order)) store.published = self.clock;
  tick();
  if (order == __ATOMIC_SEQ_CST) drain();
  bool late = shared && !self.late.empty();
  if (order != __ATOMIC_SEQ_CST && self.late.empty()) {
    const bool may_be = shared && world().may_be_late() && !world().is_on_my_stack(word.address);
    late = world().choose(may_be ? 2 : 1) == 1;
    if (late) world().count_late();
  }
  if (late) {
    self.late.push_back(store);
  } else {
    reach_memory(store);
  }
  note(late ? "store, late," : "store", word, order, value);
}

std::uint64_t change(Word word, Change how, std::uint64_t operand, int order) {
  world().point_at(word.address, true, true);
  World::Inside inside;
  acted();
  touch(word);
  drain();
  settle(word.address);
  publish_change(word, order);
  const std::uint64_t old = in_memory(word.address, word.size);
  const std::uint64_t now = cut(changed(how, old, operand), word.size);
  into_memory(word.address, word.size, now);
  constexpr const char* names[] = {"exchange", "add", "sub", "and", "or", "xor", "nand"};
  note(names[static_cast<int>(how)], word, order, old, now);
  return old;
}

std::uint64_t compare_exchange(Word word, std::uint64_t expected, std::uint64_t wanted, int success,
                               int failure) {
  look(word, true);
  World::Inside inside;
  touch(word);
  drain();
  settle(word.address);
  const std::uint64_t old = in_memory(word.address, word.size);
  if (old != expected) {
    if (acquires(failure)) learn(world().me(), word);
    looked(word, old);
    note("compare_exchange finds", word, failure, old);
    return old;
  }
  acted();
  publish_change(word, success);
  into_memory(word.address, word.size, wanted);
  note("compare_exchange", word, success, old, wanted);
  return old;
}

void release(const void* object) {
  world().shadow().published(number(object)).join(world().me().clock);
  tick();
}

void acquire(const void* object) {
  world().me().clock.join(world().shadow().published(number(object)));
}

}  // namespace book::explorer
