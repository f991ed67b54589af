#include "20_web_server/files/conditional.h"

#include <fmt/format.h>

#include <ctime>

#include "17_io/http/response.h"
#include "20_web_server/files/byte_range.h"
#include "20_web_server/files/conditions.h"

namespace book::http {
namespace {

using namespace std::string_view_literals;

/// "You have it already": the validators, so that the client knows which of its copies is meant.
void set_not_modified(Found& found, std::string& storage) {
  storage = to_fields(found.selected->validators);
  storage += found.selected->cache_control;
  found = {.status = 304, .entity = storage, .body = ""};  // empty, and not null: it is copied
}

/// A status, a line of text, and perhaps a field.
void set_error(Found& found, int status, std::string& storage, std::string_view field = {}) {
  const std::string_view text = status_text(status);
  storage = entity_fields("text/plain; charset=utf-8", text.size());
  storage += field;
  found = {.status = status, .entity = storage, .body = text, .size = text.size()};
}

void set_range(Found& found, const ByteRange& part, std::string& storage) {
  storage = fmt::format(
      "Content-Type: {}\r\nContent-Range: bytes {}-{}/{}\r\nContent-Length: {}\r\n",
      found.selected->type, part.first, part.first + part.size - 1, found.size, part.size);
  storage += to_fields(found.selected->validators);
  storage += found.selected->cache_control;
  if (found.source) {
    found.source->set_range(part.first, part.size);
  } else {
    found.body = found.body.substr(static_cast<std::size_t>(part.first),
                                   static_cast<std::size_t>(part.size));
  }
  found.status = 206;
  found.entity = storage;
  found.size = part.size;
}

}  // namespace

void apply_conditions(Found& found, const Request& request, std::string& storage) {
  const Validators& validators = found.selected->validators;
  const std::time_t now = std::time(nullptr);
  switch (evaluate(request.fields, validators, now)) {
    case Verdict::failed:
      return set_error(found, 412, storage);
    case Verdict::not_modified:
      return set_not_modified(found, storage);
    case Verdict::send:
      break;
  }
  if (request.method != "GET"sv) return;  // to others a Range means nothing
  const auto range = range_asked_for(request.fields, validators, now);
  if (!range) return;
  const auto part = byte_range(*range, found.size);
  if (!part) return;
  if (part->size == 0)
    set_error(found, 416, storage, fmt::format("Content-Range: bytes */{}\r\n", found.size));
  else
    set_range(found, *part, storage);
}

}  // namespace book::http
