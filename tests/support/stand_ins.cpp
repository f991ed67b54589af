// Functions that stand in for libc's. The linker takes these before libc's, for every caller in
// this program, and so does the dynamic linker for the libraries. Each counts, asks whether it is
// to fail (fail_next of system_calls.h, and faults.h), and makes the system call.
//
// Under g++'s address sanitizer that works as well: its own stand-ins lie in a shared library,
// behind ours. What they would have checked is checked here: that the memory a call is given may be
// touched.
#include "support/stand_ins.h"
#include "support/sanitizer.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <utility>

#include "support/faults.h"

#if BOOK_UNDER_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace book::test {
namespace {

constinit thread_local CallsOfThread calls{};

/// The function `syscall` itself is one of those that are replaced: openat2 has no other name. (Not
/// a static local: the lock around its birth may itself call `syscall`.)
using Syscall = long (*)(long, ...);
constinit std::atomic<Syscall> next_syscall{nullptr};

template <class... Args>
long real(long number, Args... args) noexcept {
  Syscall next = next_syscall.load(std::memory_order_relaxed);
  if (!next) [[unlikely]] {
    next = reinterpret_cast<Syscall>(::dlsym(RTLD_NEXT, "syscall"));
    next_syscall.store(next, std::memory_order_relaxed);
  }
  return next(number, args...);
}

/// The position of a name, found by the compiler.
template <std::size_t n>
[[maybe_unused]] consteval std::size_t number(const char (&name)[n]) {
  return SystemCalls::index_of(std::string_view(name, n - 1));
}

[[maybe_unused]] void check_memory([[maybe_unused]] const void* at,
                                   [[maybe_unused]] std::size_t size) noexcept {
#if BOOK_UNDER_ADDRESS_SANITIZER
  void* const bad = __asan_region_is_poisoned(const_cast<void*>(at), size);
  if (bad) (void)*static_cast<const volatile char*>(bad);  // the sanitizer says what is wrong
#endif
}

/// Counts. An errno: the call is to fail, and may move nothing.
[[maybe_unused]] Faults::Verdict verdict(std::size_t which, int fd = -1, std::size_t size = 0) {
  ++calls.made.counts_[which];
  if (calls.times > 0 && calls.fails_next == which) [[unlikely]] {
    --calls.times;
    return {calls.error, 0};
  }
  return Faults::judge(which, fd, size);
}

[[maybe_unused]] int failed(int error) noexcept {
  errno = error;
  return -1;
}

/// A call that moves no bytes.
template <class... Args>
[[maybe_unused]] int plain(std::size_t which, int fd, long number, Args... args) {
  if (const int error = verdict(which, fd).error) return failed(error);
  return static_cast<int>(real(number, args...));
}

/// One that moves up to `size` bytes: `call(n)` moves up to n.
template <class Call>
[[maybe_unused]] ssize_t moving(std::size_t which, int fd, std::size_t size, Call call) {
  const Faults::Verdict may = verdict(which, fd, size);
  if (may.error != 0) return failed(may.error);
  const ssize_t moved = call(may.size);
  if (may.size < size && moved > 0) Faults::announce_again(fd);
  return moved;
}

/// The first bytes of what the pieces hold.
struct FirstOf {
  [[maybe_unused]] FirstOf(const iovec* all, std::size_t count, std::size_t most) {
    for (; size < std::min(count, pieces.size()) && most > 0; ++size) {
      pieces[size] = {all[size].iov_base, std::min(all[size].iov_len, most)};
      most -= pieces[size].iov_len;
    }
  }
  static std::size_t sum(const iovec* all, std::size_t count) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      check_memory(all[i].iov_base, all[i].iov_len);
      bytes += all[i].iov_len;
    }
    return bytes;
  }
  std::array<iovec, 64> pieces;
  std::size_t size = 0;
};

}  // namespace

CallsOfThread& calls_of_thread() noexcept { return calls; }

int real_fstat(int fd, struct ::stat* st) noexcept {
  return static_cast<int>(real(SYS_fstat, fd, st));
}
int real_fcntl(int fd, int what) noexcept { return static_cast<int>(real(SYS_fcntl, fd, what)); }
int real_epoll_ctl(int epoll, int what, int fd, epoll_event* event) noexcept {
  return static_cast<int>(real(SYS_epoll_ctl, epoll, what, fd, event));
}

}  // namespace book::test

#if !BOOK_UNDER_THREAD_SANITIZER
using namespace book::test;

extern "C" {

// --- Bytes ----------------------------------------------------------------------------------

ssize_t read(int fd, void* buffer, size_t size) {
  check_memory(buffer, size);
  return moving(number("read"), fd, size, [&](size_t n) { return real(SYS_read, fd, buffer, n); });
}
ssize_t pread(int fd, void* buffer, size_t size, off_t from) {
  check_memory(buffer, size);
  return moving(number("pread"), fd, size,
                [&](size_t n) { return real(SYS_pread64, fd, buffer, n, from); });
}
ssize_t write(int fd, const void* bytes, size_t size) {
  check_memory(bytes, size);
  return moving(number("write"), fd, size, [&](size_t n) { return real(SYS_write, fd, bytes, n); });
}
ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  check_memory(buffer, size);
  return moving(number("recv"), fd, size, [&](size_t n) {
    return real(SYS_recvfrom, fd, buffer, n, flags, nullptr, nullptr);
  });
}
ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  check_memory(bytes, size);
  return moving(number("send"), fd, size,
                [&](size_t n) { return real(SYS_sendto, fd, bytes, n, flags, nullptr, 0); });
}
ssize_t writev(int fd, const iovec* pieces, int count) {
  const size_t all = FirstOf::sum(pieces, static_cast<size_t>(count));
  return moving(number("writev"), fd, all, [&](size_t n) {
    if (n == all) return real(SYS_writev, fd, pieces, count);
    const FirstOf first(pieces, static_cast<size_t>(count), n);
    return real(SYS_writev, fd, first.pieces.data(), first.size);
  });
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  const size_t all = FirstOf::sum(message->msg_iov, message->msg_iovlen);
  return moving(number("sendmsg"), fd, all, [&](size_t n) {
    if (n == all) return real(SYS_sendmsg, fd, message, flags);
    FirstOf first(message->msg_iov, message->msg_iovlen, n);
    msghdr shorter = *message;
    shorter.msg_iov = first.pieces.data();
    shorter.msg_iovlen = first.size;
    return real(SYS_sendmsg, fd, &shorter, flags);
  });
}

// --- Descriptors ----------------------------------------------------------------------------

int socket(int family, int type, int protocol) noexcept {
  return plain(number("socket"), -1, SYS_socket, family, type, protocol);
}
int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  return plain(number("accept4"), fd, SYS_accept4, fd, address, size, flags);
}
int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const auto mode = va_arg(rest, unsigned);  // read even if there is none, and then not used
  va_end(rest);
  return plain(number("open"), -1, SYS_openat, AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const auto mode = va_arg(rest, unsigned);
  va_end(rest);
  return plain(number("openat"), -1, SYS_openat, folder, path, flags, mode);
}
int eventfd(unsigned value, int flags) noexcept {
  return plain(number("eventfd"), -1, SYS_eventfd2, value, flags);
}
int epoll_create1(int flags) noexcept {
  return plain(number("epoll_create1"), -1, SYS_epoll_create1, flags);
}
int close(int fd) {
  const int error = verdict(number("close"), fd).error;
  Faults::note_registration(-1, 0, fd, nullptr);
  const long done = real(SYS_close, fd);
  return error != 0 ? failed(error) : static_cast<int>(done);
}

// --- All the rest ---------------------------------------------------------------------------

int shutdown(int fd, int how) noexcept {
  return plain(number("shutdown"), fd, SYS_shutdown, fd, how);
}
int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list more;
  va_start(more, request);
  void* const what = va_arg(more, void*);
  va_end(more);
  return plain(number("ioctl"), fd, SYS_ioctl, fd, request, what);
}
int listen(int fd, int backlog) noexcept {
  return plain(number("listen"), fd, SYS_listen, fd, backlog);
}
int setsockopt(int fd, int level, int name, const void* value, socklen_t size) noexcept {
  return plain(number("setsockopt"), fd, SYS_setsockopt, fd, level, name, value, size);
}
int connect(int fd, const sockaddr* address, socklen_t size) {
  check_memory(address, size);
  if (std::exchange(calls.meets_itself, false)) real(SYS_bind, fd, address, size);
  return static_cast<int>(real(SYS_connect, fd, address, size));
}
int getsockname(int fd, sockaddr* address, socklen_t* size) noexcept {
  return plain(number("getsockname"), fd, SYS_getsockname, fd, address, size);
}
int getpeername(int fd, sockaddr* address, socklen_t* size) noexcept {
  return plain(number("getpeername"), fd, SYS_getpeername, fd, address, size);
}
int epoll_wait(int fd, epoll_event* events, int most, int timeout) {
  return plain(number("epoll_wait"), fd, SYS_epoll_pwait, fd, events, most, timeout, nullptr, 8);
}
int epoll_ctl(int epoll, int what, int fd, epoll_event* event) noexcept {
  const int done = plain(number("epoll_ctl"), fd, SYS_epoll_ctl, epoll, what, fd, event);
  if (done == 0) Faults::note_registration(epoll, what, fd, event);
  return done;
}
int fstat(int fd, struct stat* st) noexcept {
  return plain(number("fstat"), fd, SYS_fstat, fd, st);
}
int fstatat(int folder, const char* path, struct stat* st, int flags) noexcept {
  return plain(number("fstatat"), -1, SYS_newfstatat, folder, path, st, flags);
}

/// For the calls that have no function of their own.
long syscall(long call, ...) noexcept {
  std::array<long, 6> a;
  va_list rest;
  va_start(rest, call);
  for (long& each : a) each = va_arg(rest, long);  // more than there are, perhaps
  va_end(rest);
  if (call == SYS_openat2) return plain(number("openat2"), -1, call, a[0], a[1], a[2], a[3]);
  return real(call, a[0], a[1], a[2], a[3], a[4], a[5]);
}
}
#endif
