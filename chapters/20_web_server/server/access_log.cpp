#include "20_web_server/server/access_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <new>
#include <span>
#include <system_error>
#include <utility>

#include "17_io/http/date.h"
#include "17_io/sockets/address.h"
#include "common/append.h"
#include "common/reactor/reactor.h"

namespace book::http {

using namespace std::string_view_literals;

namespace {

/// "10/Oct/2026:13:55:36 +0000"
std::size_t log_date(std::span<char> out, std::time_t second) {
  std::tm t{};
  ::gmtime_r(&second, &t);
  const std::string date =
      fmt::format("{:02}/{}/{:04}:{:02}:{:02}:{:02} +0000", t.tm_mday, kMonths[t.tm_mon],
                  t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
  return date.copy(out.data(), out.size());
}

}  // namespace

AccessLog::AccessLog(const std::string& where)
    : timer_(this, [](void* log) { static_cast<AccessLog*>(log)->on_timer(); }), date_(&log_date) {
  if (where.empty()) return;
  if (where != "-"sv) {
    path_ = where;
    open_file();
    return;
  }
  fd_ = STDOUT_FILENO;
  struct ::stat st {};
  if (::fstat(fd_, &st) != 0) return;
  is_regular_file_ = S_ISREG(st.st_mode);
  // Two workers may both see that a pipe has room, and the slower one would wait for more. So this
  // is the same pipe once more, to be written to without waiting; others that have it may wait.
  if (S_ISFIFO(st.st_mode))
    file_ = Descriptor(::open("/proc/self/fd/1", O_WRONLY | O_CLOEXEC | O_NONBLOCK));
  if (file_) fd_ = file_.get();
}

/// Not waiting for a reader: a named pipe without one is an error.
void AccessLog::open_file() {
  Descriptor file(
      ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644));
  struct ::stat st {};
  if (!file || ::fstat(file.get(), &st) != 0)
    throw std::system_error(errno, std::system_category(), "open " + path_);
  file_ = std::move(file);
  fd_ = file_.get();
  is_regular_file_ = S_ISREG(st.st_mode);
  device_ = st.st_dev;
  inode_ = st.st_ino;
}

/// Where a pipe was, another program will make a new one: that is not for us to do.
bool AccessLog::was_moved() const noexcept {
  struct ::stat st {};
  if (path_.empty()) return false;
  if (::fstatat(AT_FDCWD, path_.c_str(), &st, 0) != 0) return errno == ENOENT && is_regular_file_;
  return st.st_dev != device_ || st.st_ino != inode_;
}

/// If there is none to be had, the old one goes on, wherever it is now.
void AccessLog::reopen() noexcept {
  try {
    open_file();
    // Half a line is in the old one, perhaps. The new one has all of it.
    if (written_ > 0) written_ = text_.rfind('\n', written_ - 1) + 1;
  } catch (const std::exception&) {
  }
}

void AccessLog::add(const Line& line, Instant now) noexcept {
  try {
    if (text_.size() - written_ >= kMaxBuffered) {
      ++lost_;
      return;
    }
    append(line, now);
    // Without a reactor, in a server that blocks, there is no timer.
    if ((text_.size() >= kFlushSize && !failed_) || !Reactor::current_or_null())
      flush();
    else if (!timer_.is_armed())
      timer_.arm(now + std::chrono::seconds(1));
  } catch (const std::bad_alloc&) {
    ++lost_;
  }
}

void AccessLog::append(const Line& line, Instant now) {
  const std::size_t before = text_.size();
  try {
    book::append(text_, "{} - - [{}] \"", line.peer, date_.at(now));
    append_escaped(line.request);
    if (line.bytes > 0)
      book::append(text_, "\" {} {}\n", line.status, line.bytes);
    else
      book::append(text_, "\" {} -\n", line.status);
  } catch (...) {
    text_.resize(before);  // no half lines
    throw;
  }
}

/// A client chooses these bytes: it must not be able to end the field, or the line, or to send the
/// reader's terminal a command.
void AccessLog::append_escaped(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\')
      book::append(text_, "\\x{:02x}", byte);
    else
      text_ += c;
  }
}

void AccessLog::flush() noexcept {
  if (written_ < text_.size() && was_moved()) reopen();
  while (written_ < text_.size()) {
    std::size_t size = text_.size() - written_;
    if (!is_regular_file_) {
      // A pipe that can be written to has room for so much, and perhaps for no more. Whole lines,
      // if they are that short: other threads may write to the same pipe.
      size = std::min<std::size_t>(size, PIPE_BUF);
      const std::size_t end = std::string_view(text_).substr(written_, size).rfind('\n');
      if (end != std::string_view::npos) size = end + 1;
      pollfd ready{fd_, POLLOUT, 0};
      if (::poll(&ready, 1, 0) == 0) return report_error(EAGAIN);
    }
    const ssize_t n = ::write(fd_, text_.data() + written_, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return report_error(errno);
    written_ += static_cast<std::size_t>(n);
  }
  text_.clear();
  written_ = 0;
  failed_ = false;
}

void AccessLog::on_timer() noexcept {
  flush();
  if (written_ < text_.size())
    timer_.arm(Reactor::current().coarse_now() + std::chrono::seconds(1));
}

/// Once for each time that it begins.
void AccessLog::report_error(int error) noexcept {
  if (std::exchange(failed_, true)) return;
  const char* const why =
      error == EAGAIN ? "whoever reads it is too slow" : ::strerrordesc_np(error);
  std::fprintf(stderr, "access log: %s; it is tried again every second\n", why);
}

std::unique_ptr<const std::string> AccessLog::known_peer(int socket) {
  return std::make_unique<const std::string>(peer_address(socket));
}

std::string peer_address(int socket) {
  Address peer;
  socklen_t size = Address::capacity();
  if (socket < 0 || ::getpeername(socket, peer.data(), &size) != 0) return "-";
  if (peer.family() != AF_INET && peer.family() != AF_INET6) return "-";
  std::string text = peer.to_string();  // 127.0.0.1:7878, [::1]:7878
  text.resize(text.rfind(':'));
  return text.front() == '[' ? text.substr(1, text.size() - 2) : text;
}

}  // namespace book::http
