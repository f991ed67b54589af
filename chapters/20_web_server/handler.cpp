#include "20_web_server/handler.h"

namespace book::http {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

/// For a folder without a 404.html.
constexpr auto kNotFoundText = "There is no page of that name.\n"sv;
constexpr auto kNotFoundEntity =
    "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 31\r\n"sv;
static_assert(kNotFoundText.size() == 31);

}  // namespace

Route route(const Request& request) {
  if (request.method != "GET"sv && request.method != "HEAD"sv) return {};
  if (request.path == "/"sv) return {"/hello.html"sv};
  if (request.path == "/sleep"sv) return {"/hello.html"sv, 5s};
  return {request.path};
}

Found fetch(const Route& route, StaticFiles& files, Instant now) {
  Found found = files.find(route.page, now);
  if (found.status != 404) return found;
  found = files.find("/404.html"sv, now);
  if (found.status != 200) return {404, kNotFoundEntity, kNotFoundText, {}, kNotFoundText.size()};
  found.status = 404;
  return found;
}

}  // namespace book::http
