#include "20_web_server/server/handler.h"

namespace book::http {

using namespace std::string_view_literals;

namespace {

/// For a folder without a 404.html.
constexpr auto kNotFoundText = "There is no page of that name.\n"sv;
constexpr auto kNotFoundEntity =
    "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 31\r\n"sv;
static_assert(kNotFoundText.size() == 31);

constexpr auto kFrontPage = "/"sv;
constexpr auto kNotFoundPage = "/404.html"sv;

/// The answer to a method that gets no page; 0 if it gets one.
int status_without_page(std::string_view method) {
  if (method == "GET"sv || method == "HEAD"sv) return 0;
  if (method == "OPTIONS"sv) return 204;  // what there is to say is in its Allow
  for (const auto known : {"POST"sv, "PUT"sv, "DELETE"sv, "PATCH"sv, "TRACE"sv, "CONNECT"sv})
    if (method == known) return 405;
  return 501;
}

Found not_found(Content& content, Instant now) {
  Found found = content.find(kNotFoundPage, now);
  if (found.status != 200) return {404, kNotFoundEntity, kNotFoundText, {}, kNotFoundText.size()};
  found.status = 404;
  found.entity = found.entity.substr(0, found.selected->plain);  // no client may keep this page
  return found;
}

// One variable and one return: what was found is then built where the caller wants it.
Found fetch_page(std::string_view path, Content& content, Instant now) {
  Found found = content.find(path, now);
  if (found.status == 404) [[unlikely]]
    found = not_found(content, now);
  return found;
}

}  // namespace

Route route(const Request& request, Duration slow_delay) {
  if (const int status = status_without_page(request.method)) return {.status = status};
  if (request.path == "/sleep"sv) return {kFrontPage, slow_delay};
  return {request.path};
}

Found fetch(const Route& route, Content& content, Instant now) {
  if (route.status != 200) return {.status = route.status};
  return fetch_page(route.page, content, now);
}

void warm_up(Content& content, Instant now) {
  for (const std::string_view page : {kFrontPage, kNotFoundPage}) (void)content.find(page, now);
}

}  // namespace book::http
