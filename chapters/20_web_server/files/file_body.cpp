#include "20_web_server/files/file_body.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "17_io/bytes/io.h"

namespace book::http {

void FileBody::set_range(std::uint64_t first, std::uint64_t size) {
  if (::lseek(file_.get(), static_cast<off_t>(first), SEEK_SET) < 0)
    throw std::system_error(errno, std::system_category(), "lseek");
  left_ = size;
}

std::size_t FileBody::read(std::span<char> room) {
  const std::size_t most = std::min<std::uint64_t>(room.size(), left_);
  ssize_t n = 0;
  do {
    n = ::read(file_.get(), room.data(), most);
  } while (n < 0 && errno == EINTR);
  if (n < 0) throw std::system_error(errno, std::system_category(), "read");
  if (n == 0 && most > 0) throw UnexpectedEnd();
  left_ -= static_cast<std::uint64_t>(n);
  // If it was overwritten meanwhile, the client has bytes of two files. It must not take them for
  // one: then the last ones are never sent.
  if (left_ == 0 && !still_holds(file_.get(), version_)) throw UnexpectedEnd();
  return static_cast<std::size_t>(n);
}

}  // namespace book::http
