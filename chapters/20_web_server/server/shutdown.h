// Shutdown: how far the end of a server has come. It only says so; server.h's shut_down() takes the
// steps, and wakes those who wait.
#pragma once

#include <cstdint>

namespace book::http {

/// For one thread, as a Site.
class Shutdown {
 public:
  /// Set once, by shut_down(): a connection finishes the request that it has begun, its answer says
  /// that it is the last one, and an idle connection is closed.
  void begin() noexcept {
    if (stage_ == Stage::running) stage_ = Stage::draining;
  }
  /// Set once, when the grace is over: no connection may wait for anything any more.
  void abort() noexcept { stage_ = Stage::aborted; }

  bool has_begun() const noexcept { return stage_ != Stage::running; }
  bool is_aborted() const noexcept { return stage_ == Stage::aborted; }

 private:
  enum class Stage : std::uint8_t { running, draining, aborted };

  Stage stage_ = Stage::running;
};

}  // namespace book::http
