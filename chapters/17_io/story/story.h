// What the parts of chapter 17's story and its traps share: a house with a door, an executor that
// runs whoever is in it, and a door so small that little does not fit through it.
#pragma once

#include <chrono>
#include <utility>

#include "04_io_executor/executor.h"
#include "17_io/sockets/tcp.h"
#include "17_io/story/echo.h"

namespace book::story {

/// How long people pause. The clock is virtual: it moves when all the others have done what there
/// was to do.
inline constexpr std::chrono::milliseconds kPause{10};

/// A listener on 127.0.0.1, at a free port, and the executor of all who come.
class House {
 public:
  explicit House(ExecutorOptions options);

  Address address() const { return listener_.local_address(); }
  TcpListener& listener() noexcept { return listener_; }
  Executor& executor() noexcept { return executor_; }

  /// A server: each connection runs in the future that `session(stream)` gives.
  template <class Session>
  void open(Session session) {
    executor_.spawn(serve(listener_, std::move(session)));
  }
  /// Runs until this client is done. The servers are dropped with the house.
  template <Future Client>
  OutputOf<Client> visit(Client client) {
    return executor_.block_on(std::move(client));
  }

 private:
  TcpListener listener_;
  Executor executor_;  // dropped first, with the futures that use the listener
};

/// Asks the system for small buffers at this socket; connections that a listener accepts from then
/// on inherit them. So "full" can be seen without megabytes.
void use_small_buffers(int socket);

/// Parts 9 to 13 of the story: what stands on read and write.
void lines_of_a_file(ExecutorOptions options);
void proxy(ExecutorOptions options);
void hour_in_memory(ExecutorOptions options);
void name(ExecutorOptions options);
void datagrams(ExecutorOptions options);

/// The mistakes that the pages tell of; all but the fourth with their cures.
void dropped_read_exact(ExecutorOptions options);
void dropped_write_all(ExecutorOptions options);
void nobody_reads(ExecutorOptions options);
void nobody_is_there(ExecutorOptions options);
void late_answer(ExecutorOptions options);

}  // namespace book::story
