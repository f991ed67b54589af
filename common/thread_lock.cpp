#include "common/thread_lock.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace book {

static_assert(sizeof(SoloAtomic<std::uint32_t>) == sizeof(std::uint32_t));  // the kernel reads it

namespace {

/// The kernel's two calls for threads that wait for a word: sleep if it still holds `expected`,
/// and wake one that sleeps. A sleep may end for no reason; a wake for a word that is gone does
/// nothing.
void futex(const void* word, int call, std::uint32_t expected) noexcept {
  syscall(SYS_futex, word, call | FUTEX_PRIVATE_FLAG, expected, nullptr, nullptr, 0);
}

void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

void ThreadLock::lock_slowly() noexcept {
  // With one thread only there is one answer to who has it, and no one who would give it back.
  if (only_one_thread()) {
    std::fputs("ThreadLock: the only thread of this process locks what it has locked already\n",
               stderr);
    std::abort();
  }
  constexpr int kSpins = 60;  // a microsecond or two: longer than any critical section it is for
  for (int spin = 0; spin < kSpins; ++spin) {
    if (word_.load(std::memory_order_relaxed) == kFree && try_lock()) return;
    relax();
  }
  // Taken with the note that somebody sleeps: this thread cannot know that it was the last one.
  while (word_.exchange(kTakenAndSlept, std::memory_order_acquire) != kFree) {
    futex(&word_, FUTEX_WAIT, kTakenAndSlept);
  }
}

void ThreadLock::wake_one(const Word* word) noexcept { futex(word, FUTEX_WAKE, 1); }

}  // namespace book
