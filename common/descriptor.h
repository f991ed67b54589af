// Descriptor: the one owner of a file descriptor; its destructor closes. throw_errno: what a system
// call that failed becomes.
#pragma once

#include <string>
#include <utility>

namespace book {

/// Throws std::system_error with the error of the last system call, and the call's name.
[[noreturn]] void throw_errno(const char* call);
/// The same for an error that is known, and a text that says more than the call.
[[noreturn]] void throw_errno(int error, const std::string& call);

class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Descriptor old(std::move(other));
    std::swap(fd_, old.fd_);
    return *this;
  }
  /// Leaves errno as it was: a descriptor goes on the way out of a call that has failed, too.
  ~Descriptor() {
    if (fd_ >= 0) close();
  }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  void close() noexcept;

  int fd_ = -1;
};

}  // namespace book
