// What the server does, apart from how it talks: a request goes in, an answer comes out. The
// handler knows nothing of sockets, tasks or time-outs; a route that takes its time says so in
// `delay`.
#pragma once

#include <chrono>
#include <string_view>

#include "17_io/http/request.h"
#include "20_web_server/files/content.h"
#include "common/clock.h"

namespace book::http {

/// A decision: which page, and when.
struct Route {
  std::string_view page = {};  ///< the path of a file under the root
  /// To be slept, by the task and not by the thread, before the page is fetched.
  Duration delay{0};
  /// Else there is no page: 204 for OPTIONS, 405 for a method not allowed here, 501 for no method.
  int status = 200;
};

/// GET / and GET /sleep are the front page, the latter after `slow_delay`; another GET is the file
/// of its name.
[[nodiscard]] Route route(const Request& request, Duration slow_delay = std::chrono::seconds(5));

/// Fetches the page; 404.html, with the status 404, where there is none. Any other status than
/// these two comes without a body.
[[nodiscard]] Found fetch(const Route& route, Content& content, Instant now);

/// Reads the two pages that everybody asks for.
void warm_up(Content& content, Instant now);

}  // namespace book::http
