// What explored threads ask of the libraries instead of the compiler: mutexes, condition variables,
// futexes, sched_yield. The linker sends their calls here (--wrap, see CMakeLists.txt);
// on a thread that is not explored they go where they always went.
#include <linux/futex.h>
#include <sys/syscall.h>

#include <cerrno>
#include <condition_variable>
#include <cstdarg>
#include <ctime>
#include <mutex>

#include "explorer/code_place.h"
#include "explorer/late_stores.h"
#include "explorer/memory.h"
#include "explorer/world.h"

using namespace book::explorer;

namespace {

World& world() { return World::get(); }
bool watched() { return World::watches_me(); }

/// Who holds the mutexes that are held just now.
std::unordered_map<const void*, int>& holders() {
  static std::unordered_map<const void*, int> holders;
  return holders;
}

void lock(const void* mutex, const void* caller) {
  world().point_at(mutex, true, true);
  drain();
  for (;;) {
    {
      World::Inside inside;
      if (holders().try_emplace(mutex, world().my_number()).second) {
        acquire(mutex);
        world().note("lock", mutex, pc_of(caller), "", false);
        return;
      }
      world().note("waits for", mutex, pc_of(caller));
      if (!world().may_wait()) world().fail("a thread waits for a mutex that another one holds");
    }
    world().sleep(mutex, "waits for a mutex");
  }
}

void unlock(const void* mutex, const void* caller) {
  world().point_at(mutex, true, true);
  drain();
  World::Inside inside;
  const auto held = holders().find(mutex);
  if (held == holders().end() || held->second != world().my_number()) {
    world().fail("a mutex is unlocked by a thread that does not hold it");
  }
  holders().erase(held);
  release(mutex);
  world().wake_all(mutex);
  world().note("unlock", mutex, pc_of(caller), "", false);
}

long futex(int* address, int operation, int value, bool timed, const void* caller) {
  world().point();
  drain();
  const int what = operation & FUTEX_CMD_MASK;
  if (what == FUTEX_WAKE) {
    World::Inside inside;
    long woken = 0;
    while (woken < value && world().wake_one(address)) ++woken;
    world().note("futex wake", address, pc_of(caller), " wakes " + std::to_string(woken));
    return woken;
  }
  if (what != FUTEX_WAIT && what != FUTEX_WAIT_BITSET) world().fail("an unknown futex call");
  {
    World::Inside inside;
    world().note("futex wait", address, pc_of(caller));
  }
  if (*address != value) {
    errno = EAGAIN;
    return -1;
  }
  world().sleep(address, "waits in a futex", timed);
  return 0;
}

}  // namespace

namespace book::explorer {
void forget_mutexes() { holders().clear(); }
}  // namespace book::explorer

// The names are the linker's: __wrap_ of a function is called in its place, __real_ is the
// function. NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

int __real_pthread_mutex_lock(pthread_mutex_t*);
int __real_pthread_mutex_trylock(pthread_mutex_t*);
int __real_pthread_mutex_unlock(pthread_mutex_t*);
int __real_sched_yield();
long __real_syscall(long, ...);

int __wrap_pthread_mutex_lock(pthread_mutex_t* mutex) {
  if (!watched()) return __real_pthread_mutex_lock(mutex);
  lock(mutex, __builtin_return_address(0));
  return 0;
}
int __wrap_pthread_mutex_trylock(pthread_mutex_t* mutex) {
  if (!watched()) return __real_pthread_mutex_trylock(mutex);
  world().point_at(mutex, true, true);
  drain();
  World::Inside inside;
  const bool free = holders().try_emplace(mutex, world().my_number()).second;
  if (free) acquire(mutex);
  world().note(free ? "try_lock takes" : "try_lock misses", mutex,
               pc_of(__builtin_return_address(0)));
  return free ? 0 : EBUSY;
}
int __wrap_pthread_mutex_unlock(pthread_mutex_t* mutex) {
  if (!watched()) return __real_pthread_mutex_unlock(mutex);
  unlock(mutex, __builtin_return_address(0));
  return 0;
}
int __wrap_sched_yield() {
  if (!watched()) return __real_sched_yield();
  yield();
  return 0;
}

// The futex is the one system call that is answered here.
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f) {
  if (number == SYS_futex && watched()) {
    return futex(reinterpret_cast<int*>(a), static_cast<int>(b), static_cast<int>(c), d != 0,
                 __builtin_return_address(0));
  }
  return __real_syscall(number, a, b, c, d, e, f);
}

// What wait_for and wait_until of a std::condition_variable call. Its first member is the
// condition.
int __real_pthread_cond_clockwait(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                  clockid_t clock, const timespec* until) {
  if (!watched()) return __real_pthread_cond_clockwait(condition, mutex, clock, until);
  timespec now;
  clock_gettime(clock, &now);
  const bool is_over =
      until->tv_sec < now.tv_sec || (until->tv_sec == now.tv_sec && until->tv_nsec <= now.tv_nsec);
  unlock(mutex, __builtin_return_address(0));
  if (is_over) {
    world().yield();
  } else {
    world().sleep(condition, "waits for a condition variable, for a while", true);
  }
  lock(mutex, __builtin_return_address(0));
  return is_over ? ETIMEDOUT : 0;
}

// std::condition_variable: wait, notify_one, notify_all, under the names the linker knows.
void __real__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(
    std::condition_variable*, std::unique_lock<std::mutex>*);
void __wrap__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(
    std::condition_variable* self, std::unique_lock<std::mutex>* guard) {
  if (!watched()) {
    return __real__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(self, guard);
  }
  const void* mutex = guard->mutex()->native_handle();
  unlock(mutex, __builtin_return_address(0));
  world().sleep(self, "waits for a condition variable");
  lock(mutex, __builtin_return_address(0));
}
void __real__ZNSt18condition_variable10notify_oneEv(std::condition_variable*);
void __wrap__ZNSt18condition_variable10notify_oneEv(std::condition_variable* self) {
  if (!watched()) return __real__ZNSt18condition_variable10notify_oneEv(self);
  world().point();
  world().wake_one(self);
}
void __real__ZNSt18condition_variable10notify_allEv(std::condition_variable*);
void __wrap__ZNSt18condition_variable10notify_allEv(std::condition_variable* self) {
  if (!watched()) return __real__ZNSt18condition_variable10notify_allEv(self);
  world().point();
  world().wake_all(self);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
