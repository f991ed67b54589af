// What the compiler calls in code built with -fsanitize=thread, answered by the explorer instead of
// the sanitizer's library: a call at each atomic step, with its order, and at each plain access.
//
// Compiled without the flag. On a thread that is not explored, the steps are simply done.
#include "explorer/code_place.h"
#include "explorer/memory.h"
#include "explorer/world.h"

using namespace book::explorer;

namespace {

template <class T>
Word word(const volatile T* address, const void* caller) {
  return {const_cast<T*>(address), sizeof(T), pc_of(caller)};
}

template <class T>
T load(const volatile T* address, int order, const void* caller) {
  if (!World::watches_me()) return __atomic_load_n(address, __ATOMIC_SEQ_CST);
  return static_cast<T>(load(word(address, caller), order));
}

template <class T>
void store(volatile T* address, T value, int order, const void* caller) {
  if (!World::watches_me()) return __atomic_store_n(address, value, __ATOMIC_SEQ_CST);
  store(word(address, caller), value, order);
}

template <class T>
T rmw(volatile T* address, T operand, int order, const void* caller, Change how) {
  if (World::watches_me())
    return static_cast<T>(change(word(address, caller), how, operand, order));
  switch (how) {
    case Change::exchange:
      return __atomic_exchange_n(address, operand, __ATOMIC_SEQ_CST);
    case Change::add:
      return __atomic_fetch_add(address, operand, __ATOMIC_SEQ_CST);
    case Change::sub:
      return __atomic_fetch_sub(address, operand, __ATOMIC_SEQ_CST);
    case Change::bit_and:
      return __atomic_fetch_and(address, operand, __ATOMIC_SEQ_CST);
    case Change::bit_or:
      return __atomic_fetch_or(address, operand, __ATOMIC_SEQ_CST);
    case Change::bit_xor:
      return __atomic_fetch_xor(address, operand, __ATOMIC_SEQ_CST);
    case Change::bit_nand:
      return __atomic_fetch_nand(address, operand, __ATOMIC_SEQ_CST);
  }
  return operand;
}

template <class T>
bool cas(volatile T* address, T* expected, T wanted, int success, int failure, const void* caller) {
  if (!World::watches_me()) {
    return __atomic_compare_exchange_n(address, expected, wanted, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
  }
  const T old =
      static_cast<T>(compare_exchange(word(address, caller), *expected, wanted, success, failure));
  if (old == *expected) return true;
  *expected = old;
  return false;
}

void read(const void* address, std::size_t size, const void* caller) {
  if (World::watches_me()) read_plain(address, size, pc_of(caller));
}
void write(const void* address, std::size_t size, const void* caller) {
  if (World::watches_me()) write_plain(address, size, pc_of(caller));
}

}  // namespace

// The names are the compiler's.
// NOLINTBEGIN(bugprone-reserved-identifier,bugprone-macro-parentheses)
#define CALLER __builtin_return_address(0)

#define PLAIN(n)                                                        \
  void __tsan_read##n(void* p) { read(p, n, CALLER); }                  \
  void __tsan_write##n(void* p) { write(p, n, CALLER); }                \
  void __tsan_unaligned_read##n(void* p) { read(p, n, CALLER); }        \
  void __tsan_unaligned_write##n(void* p) { write(p, n, CALLER); }      \
  void __tsan_read_write##n(void* p) { write(p, n, CALLER); }           \
  void __tsan_unaligned_read_write##n(void* p) { write(p, n, CALLER); } \
  void __tsan_volatile_read##n(void* p) { read(p, n, CALLER); }         \
  void __tsan_volatile_write##n(void* p) { write(p, n, CALLER); }

#define RMW(bits, T, name, how)                                   \
  T __tsan_atomic##bits##_##name(volatile T* a, T v, int order) { \
    return rmw(a, v, order, CALLER, Change::how);                 \
  }

#define ATOMIC(bits, T)                                                                           \
  T __tsan_atomic##bits##_load(const volatile T* a, int order) { return load(a, order, CALLER); } \
  void __tsan_atomic##bits##_store(volatile T* a, T v, int order) { store(a, v, order, CALLER); } \
  RMW(bits, T, exchange, exchange)                                                                \
  RMW(bits, T, fetch_add, add)                                                                    \
  RMW(bits, T, fetch_sub, sub)                                                                    \
  RMW(bits, T, fetch_and, bit_and)                                                                \
  RMW(bits, T, fetch_or, bit_or)                                                                  \
  RMW(bits, T, fetch_xor, bit_xor)                                                                \
  RMW(bits, T, fetch_nand, bit_nand)                                                              \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile T* a, T* e, T v, int s, int f) {     \
    return cas(a, e, v, s, f, CALLER);                                                            \
  }                                                                                               \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile T* a, T* e, T v, int s, int f) {       \
    return cas(a, e, v, s, f, CALLER);                                                            \
  }                                                                                               \
  T __tsan_atomic##bits##_compare_exchange_val(volatile T* a, T e, T v, int s, int f) {           \
    cas(a, &e, v, s, f, CALLER);                                                                  \
    return e;                                                                                     \
  }

extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit(void*) {}

PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)

void __tsan_read_range(void* p, std::size_t size) { read(p, size, CALLER); }
void __tsan_write_range(void* p, std::size_t size) { write(p, size, CALLER); }
void __tsan_vptr_read(void* p) { read(p, sizeof p, CALLER); }
void __tsan_vptr_update(void** p, void* now) {
  // A constructor writes what is there already once more; only a change is one.
  if (*p != now) write(p, sizeof p, CALLER);
}

ATOMIC(8, std::uint8_t)
ATOMIC(16, std::uint16_t)
ATOMIC(32, std::uint32_t)
ATOMIC(64, std::uint64_t)

void __tsan_atomic_thread_fence(int) {
  if (World::watches_me()) {
    World::get().fail("a std::atomic_thread_fence: the explorer knows no fences, use orders");
  }
}
void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,bugprone-macro-parentheses)
