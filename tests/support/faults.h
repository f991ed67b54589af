// Faults: what the kernel may do to a program at any system call, done to one thread at a call of
// the test's choice.
//
//     Strikes strikes;
//     const Faults armed(kInterrupted, {.first = 7}, strikes);   // from here on, in this thread:
//     ...                                    // the 7th call that EINTR can hit fails with EINTR
//     strikes.count()                        // was there a 7th?
//
// Running a test with first = 1, 2, 3, ... until nothing is struck any more puts the fault at every
// place it can have. Only what a kernel may do is done: see Effect.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "support/system_calls.h"

namespace book::test {

enum class Effect : std::uint8_t {
  /// The call does nothing and gives -1. (But a close has closed, whatever it says: so it is on
  /// Linux. And an accept4 that reports the end of a connection has not taken another one.)
  fails,
  /// The call moves only the first byte, or half of what it could. Sockets and regular files.
  moves_one_byte,
  moves_half,
  /// EAGAIN, of a socket that never blocks.
  ///
  /// This one, and a short count on a socket, says more than "not now": it is a promise that there
  /// will be a new edge. The program clears its note that the descriptor is ready, and goes to
  /// sleep until epoll tells it again; but the bytes lie there already, so no edge is due, and a
  /// correct program would sleep forever. So the promise is kept: after such a call the
  /// descriptor's registration is written anew with the same words (EPOLL_CTL_MOD), on which epoll
  /// looks at it again and reports what is ready. The program cannot tell that from bytes that
  /// have come a moment after the call, which is what a real EAGAIN is. A descriptor that is not
  /// registered needs nothing: registering it will report it.
  would_block,
};

/// Which descriptors can be hit.
enum class On : std::uint8_t { any, socket, file };

struct Fault {
  /// A set of calls, by the names of system_calls.h; and "new", which is an allocation (for a test
  /// program whose operator new asks allocation_fails()).
  class Calls {
   public:
    static constexpr std::size_t kNew = SystemCalls::kNames.size();
    constexpr Calls(std::initializer_list<std::string_view> names) {
      for (const std::string_view name : names)
        set_ |= std::uint64_t{1} << (name == "new" ? kNew : SystemCalls::index_of(name));
    }
    constexpr bool has(std::size_t which) const { return set_ >> which & 1; }

   private:
    std::uint64_t set_ = 0;
  };

  const char* name = "";
  Calls calls = {};
  Effect effect = Effect::fails;
  int error = 0;
  On on = On::any;
};

/// Which of the calls that can be hit are: the first-th, and from there each every-th, `times` in
/// all.
struct Schedule {
  static constexpr long kAlways = std::numeric_limits<long>::max();
  long first = 1;
  long times = 1;
  long every = 1;
  std::string to_string() const;
};

/// What was struck. Any thread may ask.
class Strikes {
 public:
  long count() const noexcept { return count_.load(std::memory_order_acquire); }
  /// How many calls came by that could be hit.
  long chances() const noexcept { return chances_.load(std::memory_order_relaxed); }
  /// Has the first one hit a thread that had never tried to accept anybody?
  bool began_early() const noexcept { return early_.load(std::memory_order_relaxed); }
  /// "the 3rd recv", of the first one; "nothing".
  std::string what() const;

 private:
  friend class Faults;
  std::atomic<long> count_{0}, chances_{0}, nth_{0};
  std::atomic<std::size_t> call_{0};
  std::atomic<bool> early_{false};
};

/// In this thread, for as long as it lives; one at a time. To be made before the thread's first
/// epoll_ctl: it has to know what is registered.
class Faults {
 public:
  Faults(const Fault& fault, const Schedule& schedule, Strikes& strikes);
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;
  ~Faults();

  /// For the stand-ins: what becomes of this call.
  struct Verdict {
    int error = 0;         // it fails with this one
    std::size_t size = 0;  // what it may move
  };
  static Verdict judge(std::size_t which, int fd = -1, std::size_t size = 0) noexcept {
    return armed_ ? armed_->look_at(which, fd, size) : Verdict{0, size};
  }
  static void note_registration(int epoll, int what, int fd, const epoll_event* event) noexcept;
  /// After a call on `fd` whose result has promised a new edge.
  static void announce_again(int fd) noexcept;

 private:
  struct Registration {
    int epoll = -1;
    epoll_event event{};
  };

  Verdict look_at(std::size_t which, int fd, std::size_t size) noexcept;
  bool can_hit(std::size_t which, int fd, std::size_t size) const noexcept;
  Registration* registration_of(int fd) noexcept;

  static constinit inline thread_local Faults* armed_ = nullptr;

  const Fault fault_;
  const Schedule schedule_;
  Strikes& strikes_;
  const SystemCalls before_;
  long allocations_ = 0;
  std::vector<Registration> registrations_;  // by descriptor
};

/// For an operator new: shall this one throw? (Of a thread without Faults, never.)
inline bool allocation_fails() noexcept { return Faults::judge(Fault::Calls::kNew).error != 0; }

}  // namespace book::test
