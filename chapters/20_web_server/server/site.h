// Site: all that one thread of a server has, each part for itself.
//
//     settings         every limit
//     files, log       what it reads and writes
//     shutdown         how far its end has come
//     http             what the conversations share of these, and their buffers
//     timeouts         how long each connection may wait
//     connections      how many there may be
//     handover         where the clients go that it has no place for
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "12_sync/semaphore.h"
#include "20_web_server/files/static_files.h"
#include "20_web_server/server/access_log.h"
#include "20_web_server/server/handover.h"
#include "20_web_server/server/http_context.h"
#include "20_web_server/server/settings.h"
#include "20_web_server/server/shutdown.h"
#include "20_web_server/server/timeout_queues.h"

namespace book::http {

struct Site {
  /// Throws std::system_error when `root` is no folder that can be opened, or the log no file.
  explicit Site(const std::string& root, Settings set = {})
      : settings(std::move(set)),
        files(root, {.cache_control = settings.cache_control}),
        log(settings.access_log),
        http(settings, shutdown, files, log),
        timeouts(settings, shutdown),
        connections(settings.max_connections) {}
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  std::size_t open_connections() const noexcept {
    return settings.max_connections - connections.available();
  }

  const Settings settings;
  Shutdown shutdown;
  StaticFiles files;
  AccessLog log;
  HttpContext http;
  TimeoutQueues timeouts;
  Semaphore connections;       // each has a permit, from when it is accepted until it is gone
  std::uint64_t accepted = 0;  // so far

  /// Of a server with several workers, and this one's number among them.
  Handover* handover = nullptr;
  std::size_t worker = 0;
};

}  // namespace book::http
