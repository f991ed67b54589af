#include "support/system_calls.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <stdexcept>

namespace book::test {
namespace {

constinit thread_local SystemCalls counts{};

struct Trouble {
  std::size_t which = 0;
  int error = 0;
  int times = 0;
};
constinit thread_local Trouble trouble{};

}  // namespace

std::size_t SystemCalls::index_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return i;
  throw std::logic_error("SystemCalls does not count " + std::string(name));
}

long SystemCalls::all() const {
  long sum = 0;
  for (long n : counts_) sum += n;
  return sum;
}

std::string SystemCalls::to_string() const {
  std::string text;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (counts_[i] == 0) continue;
    if (!text.empty()) text += ", ";
    text += std::string(kNames[i]) + " " + std::to_string(counts_[i]);
  }
  return text.empty() ? "none" : text;
}

SystemCalls system_calls() { return counts; }

void fail_next(std::string_view name, int error, int times) {
  trouble = {SystemCalls::index_of(name), error, times};
}

namespace {

/// The position of a name, found by the compiler.
template <std::size_t n>
consteval std::size_t number(const char (&name)[n]) {
  for (std::size_t i = 0; i < SystemCalls::kNames.size(); ++i)
    if (SystemCalls::kNames[i] == std::string_view(name, n - 1)) return i;
  return SystemCalls::kNames.size();
}

template <class... Args>
[[maybe_unused]] long counted(std::size_t which, long call, Args... args) {
  ++counts.counts_[which];
  if (trouble.times > 0 && trouble.which == which) [[unlikely]] {
    --trouble.times;
    errno = trouble.error;
    return -1;
  }
  return ::syscall(call, args...);
}

}  // namespace
}  // namespace book::test

// The stand-ins. The linker takes these before libc's, for every caller in this program.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BOOK_NO_STAND_INS
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BOOK_NO_STAND_INS
#endif

#ifndef BOOK_NO_STAND_INS
using book::test::counted;
using book::test::number;

extern "C" {
ssize_t read(int fd, void* buffer, size_t size) {
  return counted(number("read"), SYS_read, fd, buffer, size);
}
ssize_t write(int fd, const void* bytes, size_t size) {
  return counted(number("write"), SYS_write, fd, bytes, size);
}
ssize_t writev(int fd, const iovec* pieces, int count) {
  return counted(number("writev"), SYS_writev, fd, pieces, count);
}
ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  return counted(number("recv"), SYS_recvfrom, fd, buffer, size, flags, nullptr, nullptr);
}
ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  return counted(number("send"), SYS_sendto, fd, bytes, size, flags, nullptr, 0);
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return counted(number("sendmsg"), SYS_sendmsg, fd, message, flags);
}
int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  return static_cast<int>(counted(number("accept4"), SYS_accept4, fd, address, size, flags));
}
int close(int fd) { return static_cast<int>(counted(number("close"), SYS_close, fd)); }
int shutdown(int fd, int how) noexcept {
  return static_cast<int>(counted(number("shutdown"), SYS_shutdown, fd, how));
}
int epoll_wait(int fd, epoll_event* events, int most, int timeout) {
  return static_cast<int>(
      counted(number("epoll_wait"), SYS_epoll_pwait, fd, events, most, timeout, nullptr, 8));
}
int epoll_ctl(int fd, int what, int other, epoll_event* event) noexcept {
  return static_cast<int>(counted(number("epoll_ctl"), SYS_epoll_ctl, fd, what, other, event));
}
int fstatat(int fd, const char* path, struct stat* st, int flags) noexcept {
  return static_cast<int>(counted(number("fstatat"), SYS_newfstatat, fd, path, st, flags));
}
}
#endif
