// HttpContext: what the conversations of one thread share. What a conversation may touch of the
// server is this, and no more.
#pragma once

#include <cstdint>
#include <string>

#include "17_io/http/buffers.h"
#include "17_io/http/response.h"
#include "20_web_server/files/content.h"
#include "20_web_server/server/access_log.h"
#include "20_web_server/server/settings.h"
#include "20_web_server/server/shutdown.h"

namespace book::http {

struct HttpContext {
  /// All of them are borrowed.
  HttpContext(const Settings& set, const Shutdown& end, Content& pages, AccessLog& lines)
      : settings(set), shutdown(end), content(pages), log(lines) {}

  const Settings& settings;
  const Shutdown& shutdown;
  Content& content;
  AccessLog& log;

  DateLine date;
  Pool<InputBuffer> inputs;
  Pool<OutputBuffer> outputs;
  std::string fields;  ///< of the answer that is being written, when they are its own

  std::uint64_t requests = 0;  ///< answered so far
};

}  // namespace book::http
