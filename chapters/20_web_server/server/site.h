// Site: what all connections of a server share.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "17_io/http/buffers.h"
#include "17_io/http/response.h"
#include "20_web_server/files/static_files.h"
#include "20_web_server/server/access_log.h"
#include "20_web_server/server/settings.h"
#include "20_web_server/server/watch.h"

namespace book::http {

struct Site {
  /// Throws std::system_error when `root` is no folder that can be opened, or the log no file.
  explicit Site(const std::string& root, Settings set = {})
      : settings(std::move(set)), files(root), watches(settings), log(settings.access_log) {}

  const Settings settings;
  StaticFiles files;
  DateLine date;
  WatchList watches;
  AccessLog log;

  Pool<InputBuffer> inputs;
  Pool<OutputBuffer> outputs;

  /// The fields of an answer that were rendered for one request, and not for all of a file.
  std::string narrowed;

  /// The mistake of "What goes wrong" in the README: the thread sleeps, and not the task.
  bool thread_naps = false;

  std::uint64_t connections = 0;  ///< accepted so far
  std::uint64_t requests = 0;     ///< answered so far
};

}  // namespace book::http
