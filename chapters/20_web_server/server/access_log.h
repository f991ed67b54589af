// The access log: one line a request, in the common log format.
//
//     127.0.0.1 - - [10/Oct/2026:13:55:36 +0000] "GET /a.html HTTP/1.1" 200 2326
//     peer          when (UTC)                    first line            status, bytes of the body
//
// A line is only put into a buffer. It is written a second later together with all that came
// meanwhile, or at once when there is much of it: a busy server makes no system call for a line.
// Nothing here ends the server. What cannot be written, because the disk is full or a pipe has no
// reader, waits and is tried again; there is a limit to that, and further lines are lost.
//
// Another program may rename the file, or remove it (logrotate does): before each write the name is
// looked at, and when it is not our file's any more, a new one is begun.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "17_io/http/response.h"
#include "20_web_server/server/callback_timer.h"
#include "common/clock.h"
#include "common/descriptor.h"

namespace book::http {

class AccessLog {
 public:
  /// A file to append to, "-" for stdout, "" for no log at all. Throws std::system_error when it
  /// cannot be opened.
  explicit AccessLog(const std::string& where);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  ~AccessLog() { flush(); }

  bool is_on() const noexcept { return fd_ >= 0; }
  /// The address at the other end of a socket, if the log is on.
  std::unique_ptr<const std::string> peer_of(int socket) const {
    return is_on() ? known_peer(socket) : nullptr;
  }

  struct Line {
    std::string_view peer;  ///< an address; "-" if it has none
    std::string_view
        request;  ///< its first line as it came: what could mislead a reader is escaped
    int status = 0;
    std::uint64_t bytes = 0;  ///< of the body
  };
  /// When the log is on.
  void add(const Line& line, Instant now) noexcept;
  /// Writes what can be written without waiting.
  void flush() noexcept;

  /// Lines for which there was no room.
  std::uint64_t lost() const noexcept { return lost_; }

 private:
  static constexpr std::size_t kFlushSize = 32 * 1024;      // bytes that are worth a write
  static constexpr std::size_t kMaxBuffered = 1024 * 1024;  // bytes that may wait for a better time

  static std::unique_ptr<const std::string> known_peer(int socket);
  void open_file();
  bool was_moved() const noexcept;
  void reopen() noexcept;
  void append(const Line& line, Instant now);
  void append_escaped(std::string_view text);
  void on_timer() noexcept;
  void report_error(int error) noexcept;

  std::string path_;  // of the file, if it is one
  Descriptor file_;
  int fd_ = -1;       // of the file, or stdout
  dev_t device_ = 0;  // of the file: which one it is
  ino_t inode_ = 0;
  bool is_regular_file_ = false;  // a regular file: a write to it does not wait for a reader
  bool failed_ = false;           // the last write: the next one is the timer's
  std::string text_;
  std::size_t written_ = 0;  // of text_
  std::uint64_t lost_ = 0;
  CallbackTimer timer_;
  DateLine date_;
};

/// The address at the other end of a socket, without its port; "-" if it has none.
std::string peer_address(int socket);

}  // namespace book::http
