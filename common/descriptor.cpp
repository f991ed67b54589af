#include "common/descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace book {

void throw_errno(const char* call) { throw std::system_error(errno, std::system_category(), call); }

void throw_errno(int error, const std::string& call) {
  throw std::system_error(error, std::system_category(), call);
}

void Descriptor::close() noexcept {
  const int error = errno;
  // Not again on EINTR: Linux has closed it by then, and the number may be another file's.
  ::close(fd_);
  errno = error;
}

}  // namespace book
