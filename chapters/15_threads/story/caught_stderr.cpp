#include "15_threads/story/caught_stderr.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace book::story {

CaughtStderr::CaughtStderr() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) throw_errno("pipe2");
  read_ = Descriptor(ends[0]);
  const Descriptor write(ends[1]);
  before_ = Descriptor(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
  if (!before_) throw_errno("fcntl");
  if (::dup2(write.get(), STDERR_FILENO) < 0) throw_errno("dup2");
}

CaughtStderr::~CaughtStderr() { ::dup2(before_.get(), STDERR_FILENO); }

std::string CaughtStderr::lines(int count) {
  constexpr int kTenSeconds = 10'000;
  std::string text;
  std::array<char, 4096> piece;
  while (std::count(text.begin(), text.end(), '\n') < count) {
    pollfd ready{read_.get(), POLLIN, 0};
    if (::poll(&ready, 1, kTenSeconds) <= 0) break;
    const auto n = ::read(read_.get(), piece.data(), piece.size());
    if (n <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
  return text;
}

}  // namespace book::story
