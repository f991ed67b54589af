#include "17_io/database/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "14_blocking/spawn_blocking.h"
#include "common/descriptor.h"

namespace book::detail {

namespace {

/// libpq takes C strings: behind a zero byte it would send no more, and nobody would know.
const char* whole(const std::string& text) {
  if (text.find('\0') != std::string::npos)
    throw std::invalid_argument("a Database takes no text with a zero byte in it");
  return text.c_str();
}

bool is_same_socket(int a, int b) {
  struct stat first {};
  struct stat second {};
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

}  // namespace

Session::Session(const std::string& options) : connection_(::PQconnectStart(whole(options))) {
  if (!connection_) throw std::bad_alloc();
  if (::PQstatus(connection_.get()) == CONNECTION_BAD) throw error_of(*connection_);
  const auto receive = [](void* session, const PGresult* notice) {
    static_cast<Session*>(session)->note(*notice);
  };
  ::PQsetNoticeReceiver(connection_.get(), receive, this);
}

/// libpq may close its socket in any of its calls, and open another one, perhaps of the same
/// number. So we wait at a descriptor of our own, which nobody closes behind the reactor's back.
void Session::watch_socket() {
  const int socket = ::PQsocket(connection_.get());
  if (socket_ && is_same_socket(socket_->fd(), socket)) return;
  const int ours = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (ours < 0) throw_errno("fcntl");
  socket_.emplace(ours, AsyncFd::Kind::other);
}

Async<> Session::connect() {
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    watch_socket();
    Level ready =
        level(*socket_, state == PGRES_POLLING_READING ? Direction::read : Direction::write);
    co_await ready;
    state = ::PQconnectPoll(connection_.get());
    if (state == PGRES_POLLING_FAILED) throw error_of(*connection_);
  }
  watch_socket();
  if (::PQsetnonblocking(connection_.get(), 1) != 0) throw error_of(*connection_);
}

void Session::take() {
  if (taken_)
    throw std::logic_error(
        "this Database is in use: the stream of another query has begun and has not ended. Read it "
        "to its end or drop it, or connect once more");
  if (!is_open()) throw DatabaseError("", "the connection is closed");
  pool_ = Arc<BlockingCore>::share(&current_blocking_core("a Database's query"));
  taken_ = true;
}

void Session::send(const std::string& sql, const Parameters& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& value : parameters) values.push_back(value ? whole(*value) : nullptr);
  error_ = nullptr;
  if (!::PQsendQueryParams(connection_.get(), whole(sql), static_cast<int>(values.size()), nullptr,
                           values.data(), nullptr, nullptr, 0)) {
    close(error_of(*connection_));
  }
  stage_ = Stage::running;
  ::PQsetSingleRowMode(connection_.get());  // cannot fail here: a query has just been sent
}

/// Is there anything left to be sent?
bool Session::flush() {
  const int left = ::PQflush(connection_.get());
  if (left < 0) close(error_of(*connection_));
  return left > 0;
}

/// Waits until something has come, or more can be sent. While we send we read as well: the server
/// may be writing itself, and read no more before somebody reads that.
bool Session::poll_traffic(Context& cx, Ports& ports, bool unsent) {
  const auto is_ready = [&cx](IoPlace<AsyncFd>& port, Direction direction) {
    return port.poll(cx, [&](AsyncFd& fd) { return LevelOp{direction}(fd, cx); }).is_ready();
  };
  const bool takes = unsent && is_ready(ports.writes, Direction::write);
  const bool gives = is_ready(ports.reads, Direction::read);
  if (gives && !::PQconsumeInput(connection_.get())) close(error_of(*connection_));
  return takes || gives;
}

Poll<void> Session::poll_flush(Context& cx, Ports& ports) {
  while (flush()) {
    if (turn_.is_over()) return AsyncFd::yield(cx);
    if (!poll_traffic(cx, ports, true)) return pending;
  }
  if (stage_ == Stage::abandoned) request_cancel();
  return Poll<void>::ready();
}

Poll<Session::Result> Session::poll_row(Context& cx, Ports& ports) {
  for (;;) {
    if (turn_.is_over()) return AsyncFd::yield(cx);
    const bool unsent = flush();
    if (::PQisBusy(connection_.get())) {
      if (!poll_traffic(cx, ports, unsent)) return pending;
      continue;
    }
    Result result(::PQgetResult(connection_.get()));
    if (!result) {
      stage_ = Stage::idle;
      if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }
    if (!result || is_row(result)) return Poll<Result>::ready(std::move(result));
  }
}

/// Of the other results only errors are kept: until the connection is idle again, and usable.
bool Session::is_row(const Result& result) {
  switch (::PQresultStatus(result.get())) {
    case PGRES_SINGLE_TUPLE:
      return true;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
      close(DatabaseError("", "a Database has no COPY: the connection is closed"));
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
      return false;
    default:
      if (!error_) error_ = std::make_exception_ptr(error_of(*result));
      return false;
  }
}

void Session::note(const PGresult& notice) noexcept try {
  if (on_notice) {
    on_notice(error_of(notice).what());
  } else {
    std::fputs(::PQresultErrorMessage(&notice), stderr);
  }
} catch (...) {  // not through libpq, which is C
  if (!error_) error_ = std::current_exception();
}

/// The server must not wait for us, whatever it does: our descriptor is open for a while yet.
void Session::close(std::exception_ptr reason) {
  if (error_) reason = std::exchange(error_, nullptr);  // the server's last word says more
  if (socket_) ::shutdown(socket_->fd(), SHUT_RDWR);
  connection_.reset();
  stage_ = Stage::idle;
  std::rethrow_exception(std::move(reason));
}

void Session::close(const DatabaseError& reason) { close(std::make_exception_ptr(reason)); }

}  // namespace book::detail
