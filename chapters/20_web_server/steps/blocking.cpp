// blocks: a connection at a time, and no loop: the first of the four
#include "20_web_server/steps/blocking.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "04_io_executor/executor.h"
#include "20_web_server/server/connection_error.h"
#include "20_web_server/server/conversation.h"
#include "20_web_server/server/linger.h"
#include "common/clock.h"
#include "common/descriptor.h"

namespace book::http {
namespace {

bool set_timeout(int socket, int option, Duration time) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  timeval limit{};
  limit.tv_sec = static_cast<decltype(limit.tv_sec)>(micros / 1'000'000);
  limit.tv_usec = static_cast<decltype(limit.tv_usec)>(micros % 1'000'000);
  return ::setsockopt(socket, SOL_SOCKET, option, &limit, sizeof limit) == 0;
}

/// How long one client may keep us waiting for a read. (For the other steps, timeout_queues.h looks
/// after that.)
class ReadDeadline {
 public:
  explicit ReadDeadline(const Settings& settings) noexcept : settings_(settings) {}

  /// There was progress: the next wait has all its time.
  void restart() noexcept { kind_ = WaitKind::other; }

  /// What is left for the rest of a head, of a body, or for the next request to begin: a byte now
  /// and then does not extend it.
  Duration left(WaitKind kind) {
    const Instant now = std::chrono::steady_clock::now();
    if (kind != kind_) {
      kind_ = kind;
      due_ = now + (kind == WaitKind::idle ? settings_.idle_timeout : settings_.header_timeout);
    }
    return due_ - now;
  }

 private:
  const Settings& settings_;
  WaitKind kind_ = WaitKind::other;  // nothing that one reads for
  Instant due_{};
};

}  // namespace

class BlockingServer::Client {
 public:
  Client(BlockingServer& server, int socket) : server_(server) {
    const std::scoped_lock lock(server_.mutex_);
    if (server_.stopped_) ::shutdown(socket, SHUT_RD);
    server_.client_ = socket;
  }
  Client(const Client&) = delete;
  ~Client() {
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
  if (flags < 0 || ::fcntl(listener_.fd(), F_SETFL, flags & ~O_NONBLOCK) < 0) throw_errno("fcntl");
}

void BlockingServer::serve() {
  warm_up(site_.files, std::chrono::steady_clock::now());
  for (;;) {
    const Descriptor socket = accept();
    if (!socket) return;
    ++site_.accepted;
    const Client client(*this, socket.get());
    try {
      handle_connection(socket.get());
    } catch (...) {
      ignore_connection_error();
    }
  }
}

void BlockingServer::handle_connection(int client) {
  Conversation talk(site_.http, site_.log.peer_of(client));
  ReadDeadline deadline(site_.settings);
  for (;;) {
    const Next next = talk.advance(std::chrono::steady_clock::now());
    for (; !talk.output().empty(); deadline.restart()) talk.sent(send(client, talk.output()));
    switch (next.action) {
      case Next::yield:
        break;
      case Next::read: {
        const auto got = receive(client, talk.room(), deadline.left(next.waits_for));
        talk.received(got.value_or(0));
        if (!got && next.waits_for == WaitKind::head)
          talk.answer_timeout(std::chrono::steady_clock::now());
        else if (got.value_or(0) == 0)
          return;
        break;
      }
      case Next::sleep:
        std::this_thread::sleep_for(next.delay);
        break;
      case Next::settle:
        if (!is_settled(client)) close_politely(client);
        return;
      case Next::linger:
        close_politely(client);
        return;
      case Next::close:
        return;
    }
  }
}

/// Nothing: the server was stopped.
Descriptor BlockingServer::accept() {
  int refused = 0;
  for (;;) {
    Descriptor client(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client) {
      if (set_timeout(client.get(), SO_SNDTIMEO, site_.settings.write_timeout)) return client;
      continue;  // a client that we cannot limit we do not serve
    }
    const int error = errno;
    {
      const std::scoped_lock lock(mutex_);
      if (stopped_) return {};
    }
    const bool is_shortage = detail::is_shortage(error);
    if (!is_shortage && error != EINTR && !detail::is_of_the_peer(error)) throw_errno("accept");
    if (is_shortage || ++refused == detail::kRefusedInARow) {
      refused = 0;
      std::this_thread::sleep_for(kAcceptPause);
    }
  }
}

/// Empty when the time is over.
std::optional<std::size_t> BlockingServer::receive(int client, std::span<char> room,
                                                   Duration time) {
  if (time < std::chrono::milliseconds(1)) return std::nullopt;
  if (!set_timeout(client, SO_RCVTIMEO, time)) throw_errno("setsockopt");
  for (;;) {
    const ssize_t n = ::recv(client, room.data(), room.size(), 0);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EAGAIN) return std::nullopt;
    if (errno != EINTR) throw_errno("recv");
  }
}

std::size_t BlockingServer::send(int client, std::string_view bytes) {
  for (;;) {
    const ssize_t n = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EINTR) continue;
    if (errno == EAGAIN) reset_on_close(client);
    throw_errno("send");
  }
}

/// To wait for a byte or for a time, whichever is first, is an executor's work. So here, for once,
/// is one; and the next client waits for it.
void BlockingServer::close_politely(int client) {
  Descriptor same(::fcntl(client, F_DUPFD_CLOEXEC, 0));
  const int flags = ::fcntl(same.get(), F_GETFL);
  if (flags < 0 || ::fcntl(same.get(), F_SETFL, flags | O_NONBLOCK) < 0) throw_errno("fcntl");
  TcpStream stream(same.release());
  Executor executor;
  executor.block_on(linger(stream));
}

void BlockingServer::stop() noexcept {
  const std::scoped_lock lock(mutex_);
  stopped_ = true;
  ::shutdown(listener_.fd(), SHUT_RDWR);  // ends accept()
  if (client_ >= 0) ::shutdown(client_, SHUT_RD);
}

}  // namespace book::http
