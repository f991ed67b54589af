// What becomes of a query whose stream was dropped: see the stages in session.h.
#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "10_spawning/join_error.h"
#include "10_spawning/timeout.h"
#include "14_blocking/spawn_blocking.h"
#include "17_io/database/session.h"

namespace book::detail {

using namespace std::chrono_literals;

void Session::give_back() noexcept {
  taken_ = false;
  if (stage_ != Stage::running) return;
  try {
    error_ = nullptr;
    stage_ = has_ended() ? Stage::idle : Stage::abandoned;
    if (stage_ == Stage::abandoned && !flush()) request_cancel();
  } catch (...) {  // it is closed now, and says so
  }
}

/// Has the end come already, with the last row that somebody wanted? Then there is nothing to
/// cancel.
bool Session::has_ended() {
  constexpr int kResultsBehindTheLastRow = 2;  // "there were so many rows", and the end
  for (int i = 0; i < kResultsBehindTheLastRow && !::PQisBusy(connection_.get()); ++i) {
    const Result result(::PQgetResult(connection_.get()));
    if (!result) return true;
  }
  return false;
}

/// PQcancel makes a connection of its own, and blocks until the server has read the request.
void Session::request_cancel() {
  try {
    auto cancel = [request = Libpq<PGcancel>(::PQgetCancel(connection_.get()))]() -> std::string {
      std::array<char, 256> failure{};  // as long as libpq wants it
      ::PQcancel(request.get(), failure.data(), static_cast<int>(failure.size()));
      return without_line_end(failure.data());
    };
    cancel_ = SpawnBlockingFn::on(*pool_, std::move(cancel), Place{__FILE__, __LINE__});
    stage_ = Stage::cancelling;
  } catch (...) {
    close(std::current_exception());
  }
}

/// A request that comes before the server has begun with the query hits nothing: so it is repeated.
Async<> Session::tidy() {
  for (Duration patience = 100ms; stage_ != Stage::idle;
       patience = std::min<Duration>(2 * patience, 10s)) {
    Step<void> sent(*this, &Session::poll_flush);
    co_await sent;
    std::string failure;
    try {
      if (cancel_) {
        failure = co_await *cancel_;
      }
    } catch (const JoinError& error) {  // the pool has ended
      failure = error.what();
    }
    cancel_.reset();
    if (!failure.empty())
      close(DatabaseError("", "the query before cannot be cancelled: " + failure));
    stage_ = Stage::abandoned;
    co_await timeout(patience, drain());
  }
}

/// To the end, which is an error: "canceling statement due to user request", if all is well.
Async<> Session::drain() {
  try {
    for (;;) {
      Step<Result> next = next_row();
      const Result thrown_away = co_await next;
      if (!thrown_away) break;
    }
  } catch (const DatabaseError&) {
    if (!is_open()) throw;
  }
}

}  // namespace book::detail
