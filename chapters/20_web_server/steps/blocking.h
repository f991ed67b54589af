// Step 1, the server of a first networking course: one thread, one client after the other. Each
// call waits until it is done, and meanwhile nothing else happens in this program.
//
//     forever:   accept   recv   (sleep)   send   close
//
// It shares the conversation, and so the handler, with all other steps: what is answered is the
// same, only who waits is not.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "17_io/sockets/tcp.h"
#include "20_web_server/server/site.h"
#include "common/clock.h"
#include "common/descriptor.h"

namespace book::http {

class BlockingServer {
 public:
  /// The site is borrowed.
  BlockingServer(TcpListener listener, Site& site);

  /// Serves until stop() is called. Throws std::system_error when accepting fails.
  void serve();

  /// Accepts no more, and reads no more from the present client, which still gets what it has asked
  /// for. From any thread: the one that serves has no time to listen.
  void stop() noexcept;

 private:
  Descriptor accept();
  void handle_connection(int client);
  std::optional<std::size_t> receive(int client, std::span<char> room, Duration time);
  std::size_t send(int client, std::string_view bytes);
  void close_politely(int client);

  /// A client that stop() can reach, for as long as this lives.
  class Client;

  TcpListener listener_;
  Site& site_;

  std::mutex mutex_;  // guards the following
  int client_ = -1;
  bool stopped_ = false;
};

}  // namespace book::http
