// Session: a connection and what is under way on it. A Database and the stream of its query share
// it.
//
//     idle --send--> running --the last result is read--> idle
//                       |
//                       | the stream is dropped
//                       v
//                   abandoned --all is sent--> cancelling --the rest is thrown away--> idle
//
// **Thread safety**
//   One task at a time. Only PQcancel runs on another thread, on a copy of what it needs.
//
// **Invariants**
//   - libpq is asked for a result only after PQisBusy has said no: otherwise PQgetResult blocks.
//   - Nothing is sent before the last request to cancel has ended. It names the connection and no
//     query: one that comes late would hit the next.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "05_async_await/async.h"
#include "10_spawning/join_handle.h"
#include "14_blocking/blocking_core.h"
#include "17_io/database/database.h"
#include "17_io/database/level.h"
#include "17_io/database/libpq.h"
#include "common/arc.h"

namespace book::detail {

class Session {
 public:
  using Result = Libpq<PGresult>;
  using Parameters = Database::Parameters;
  template <class T>
  class Step;

  explicit Session(const std::string& options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool is_open() const noexcept { return ::PQstatus(connection_.get()) == CONNECTION_OK; }
  Async<> connect();

  /// A stream begins. Throws std::logic_error when another one has the session.
  void take();
  /// It has ended, or was dropped.
  void give_back() noexcept;
  /// Throws away what the query before has left.
  Async<> tidy();
  void send(const std::string& sql, const Parameters& parameters);
  /// The next row; null at the end. Throws what the server says, when all is read.
  Step<Result> next_row() noexcept;

  std::function<void(std::string_view)> on_notice;

 private:
  enum class Stage : std::uint8_t { idle, running, abandoned, cancelling };
  struct Ports;

  void watch_socket();
  Async<> drain();
  bool flush();
  bool poll_traffic(Context& cx, Ports& ports, bool unsent);
  Poll<void> poll_flush(Context& cx, Ports& ports);
  Poll<Result> poll_row(Context& cx, Ports& ports);
  bool is_row(const Result& result);
  bool has_ended();
  void request_cancel();
  void note(const PGresult& notice) noexcept;
  [[noreturn]] void close(std::exception_ptr reason);
  [[noreturn]] void close(const DatabaseError& reason);

  // In this order: libpq closes its descriptor of the socket, then ours goes.
  std::optional<AsyncFd> socket_;
  Libpq<PGconn> connection_;
  Arc<BlockingCore> pool_;  ///< of the stream's task: for the request to cancel
  std::optional<JoinHandle<std::string>> cancel_;  ///< what went wrong; empty is well
  std::exception_ptr error_;                       ///< of the query, until its last result is read
  TurnMark turn_;
  Stage stage_ = Stage::idle;
  bool taken_ = false;
};

/// The two things that a session may wait for at once.
struct Session::Ports {
  IoPlace<AsyncFd> reads;
  IoPlace<AsyncFd> writes;
};

/// The future of one of the session's poll functions.
template <class T>
class [[nodiscard]] Session::Step : PinnedOncePolled {
 public:
  using Output = T;
  using Function = Poll<T> (Session::*)(Context&, Ports&);

  Step(Session& session, Function function) noexcept
      : session_(session),
        function_(function),
        ports_{{*session.socket_, Direction::read}, {*session.socket_, Direction::write}} {}

  Poll<T> poll(Context& cx) {
    pin_.enter();
    Poll<T> result = (session_.*function_)(cx, ports_);
    if (result.is_pending()) return pin_.pending();
    return result;
  }

 private:
  Session& session_;
  Function function_;
  Ports ports_;
};

inline Session::Step<Session::Result> Session::next_row() noexcept {
  return {*this, &Session::poll_row};
}

}  // namespace book::detail
