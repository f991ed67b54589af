// Site: what all connections of a server share.
#pragma once

#include <cstdint>
#include <string>

#include "20_web_server/buffers.h"
#include "20_web_server/http.h"
#include "20_web_server/response.h"
#include "20_web_server/static_files.h"

namespace book::http {

struct Site {
  /// Throws std::system_error when `root` is no folder that can be opened.
  explicit Site(const std::string& root) : files(root) {}

  StaticFiles files;
  DateLine date;
  Limits limits{};
  std::uint64_t most_body =
      1024 * 1024;  ///< bytes of a request's body that are read and thrown away

  Pool<InputBuffer> inputs;
  Pool<OutputBuffer> outputs;

  /// The mistake of "What goes wrong" in the README: the thread sleeps, and not the task.
  bool thread_naps = false;

  std::uint64_t connections = 0;  ///< accepted so far
  std::uint64_t requests = 0;     ///< answered so far
};

}  // namespace book::http
