#include "20_web_server/steps/blocking.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "20_web_server/server/conversation.h"
#include "20_web_server/server/linger.h"
#include "common/clock.h"

namespace book::http {
namespace {

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::system_category(), call);
}

bool set_timeout(int socket, int option, Duration time) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  const timeval limit{micros / 1'000'000, micros % 1'000'000};
  return ::setsockopt(socket, SOL_SOCKET, option, &limit, sizeof limit) == 0;
}

/// How long one visitor may keep us waiting. (For the other steps, watch.h looks after that.)
class Patience {
 public:
  explicit Patience(const Settings& settings) noexcept : settings_(settings) {}

  /// What is left for the rest of a head, of a body, or for the next request to begin: a byte now
  /// and then does not extend it.
  Duration left(Conversation& talk) {
    const Waits what = talk.waits_for();
    const bool anew = talk.take_answered();
    const Instant now = std::chrono::steady_clock::now();
    if (anew || what != what_) {
      what_ = what;
      due_ = now + (what == Waits::idle ? settings_.idle_timeout : settings_.header_timeout);
    }
    return due_ - now;
  }

 private:
  const Settings& settings_;
  Waits what_ = Waits::nap;  // nothing that one reads for
  Instant due_{};
};

}  // namespace

class BlockingServer::Visit {
 public:
  Visit(BlockingServer& server, int client) : server_(server) {
    const std::scoped_lock lock(server_.mutex_);
    if (server_.hung_up_) ::shutdown(client, SHUT_RD);
    server_.client_ = client;
  }
  Visit(const Visit&) = delete;
  ~Visit() {
    const std::scoped_lock lock(server_.mutex_);
    server_.client_ = -1;
  }

 private:
  BlockingServer& server_;
};

BlockingServer::BlockingServer(TcpListener listener, Site& site)
    : listener_(std::move(listener)), site_(site) {
  // Our sockets never block. This one shall.
  const int flags = ::fcntl(listener_.fd(), F_GETFL);
  if (flags < 0 || ::fcntl(listener_.fd(), F_SETFL, flags & ~O_NONBLOCK) < 0) fail("fcntl");
}

void BlockingServer::serve() {
  warm_up(site_.files, std::chrono::steady_clock::now());
  for (;;) {
    const Descriptor client = accept();
    if (!client) return;
    ++site_.connections;
    const Visit visit(*this, client.get());
    try {
      handle_connection(client.get());
    } catch (const std::system_error&) {
      // The client has gone away in the middle, or was too slow.
    } catch (const UnexpectedEnd&) {
      // A file has shrunk while it was sent: the client sees the connection end too early.
    } catch (const std::bad_alloc&) {
      // No memory for this one: the next one may have more luck.
    }
  }
}

void BlockingServer::handle_connection(int client) {
  Conversation talk(site_, client);
  Patience patience(site_.settings);
  for (;;) {
    const Next next = talk.advance(std::chrono::steady_clock::now());
    while (!talk.output().empty()) talk.sent(send(client, talk.output()));
    switch (next) {
      case Next::advance:
        break;
      case Next::read: {
        const Waits what = talk.waits_for();
        const auto came = receive(client, talk.room(), patience.left(talk));
        if (!came && what == Waits::head) {
          talk.give_up(std::chrono::steady_clock::now());
          break;
        }
        if (came.value_or(0) == 0) return;
        talk.received(*came);
        break;
      }
      case Next::sleep:
        std::this_thread::sleep_for(talk.delay());
        break;
      case Next::linger:
        return linger(client);
      case Next::close:
        if (talk.has_unread()) linger(client);
        return;
    }
  }
}

/// Nothing: there will be no more visitors.
Descriptor BlockingServer::accept() {
  for (;;) {
    Descriptor client(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client) {
      if (set_timeout(client.get(), SO_SNDTIMEO, site_.settings.write_timeout)) return client;
      continue;  // whom we can not limit we do not serve
    }
    const int error = errno;
    {
      const std::scoped_lock lock(mutex_);
      if (hung_up_) return {};
    }
    if (detail::is_shortage(error))
      std::this_thread::sleep_for(kAcceptPause);
    else if (error != EINTR && !detail::is_of_the_peer(error))
      fail("accept");
  }
}

/// Empty when the time is over.
std::optional<std::size_t> BlockingServer::receive(int client, std::span<char> room,
                                                   Duration time) {
  if (time < std::chrono::milliseconds(1)) return std::nullopt;
  if (!set_timeout(client, SO_RCVTIMEO, time)) fail("setsockopt");
  for (;;) {
    const ssize_t n = ::recv(client, room.data(), room.size(), 0);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EAGAIN) return std::nullopt;
    if (errno != EINTR) fail("recv");
  }
}

std::size_t BlockingServer::send(int client, std::string_view bytes) {
  for (;;) {
    const ssize_t n = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EINTR) continue;
    if (errno == EAGAIN) slam_at_close(client);
    fail("send");
  }
}

/// What linger.h does, and as long; but here the next visitor waits for it.
void BlockingServer::linger(int client) {
  const Instant end = std::chrono::steady_clock::now() + kLingerMost;
  ::shutdown(client, SHUT_WR);
  std::array<char, 16 * 1024> unwanted;
  for (;;) {
    const Duration left = end - std::chrono::steady_clock::now();
    const auto came = receive(client, unwanted, std::min(left, kLingerQuiet));
    if (came.value_or(0) == 0) return;
  }
}

void BlockingServer::hang_up() noexcept {
  const std::scoped_lock lock(mutex_);
  hung_up_ = true;
  ::shutdown(listener_.fd(), SHUT_RDWR);  // ends accept()
  if (client_ >= 0) ::shutdown(client_, SHUT_RD);
}

}  // namespace book::http
