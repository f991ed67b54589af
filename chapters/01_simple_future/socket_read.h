// SocketRead: a future for whatever arrives next on a socket.
//
//     fresh --poll--> waiting --poll--> finished
//                     |     ^             (a value, or an exception)
//                     +-poll+
//                    (nothing there yet: `wake` is left with the socket)
//
// Chapter 01 explains it.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "01_simple_future/simple_future.h"
#include "01_simple_future/socket.h"
#include "common/future.h"

namespace book::simple {

/// Gives what is there to read, at most 4 KiB; an empty string at the end of the stream. Borrows
/// the socket, which has to outlive it and stay where it is. A poll throws std::system_error if the
/// read fails.
class [[nodiscard]] SocketRead : PinnedOncePolled {
 public:
  using Output = std::string;

  explicit SocketRead(Socket& socket) noexcept : socket_(&socket) {}
  SocketRead(SocketRead&&) = default;
  SocketRead& operator=(SocketRead&&) = delete;
  ~SocketRead() { forget(); }

  Poll<std::string> poll(Wake wake) {
    pin_.enter();
    forget();  // the latest wake is the one that counts
    if (std::optional<std::string> data = socket_->try_read()) return std::move(*data);
    socket_->set_readable_callback(wake);
    left_ = wake;
    return pin_.pending();
  }

 private:
  /// Takes back the wake that an earlier poll left with the socket. This is all there is to
  /// cancelling a read: the destructor does it.
  void forget() noexcept {
    if (Wake wake = std::exchange(left_, nullptr)) socket_->clear_readable_callback(wake);
  }

  Socket* socket_;
  Wake left_ = nullptr;
};

}  // namespace book::simple
