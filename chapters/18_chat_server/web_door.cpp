#include "18_chat_server/web_door.h"

#include <fmt/format.h>

#include <new>
#include <optional>
#include <utility>

#include "04_io_executor/executor.h"
#include "17_io/http/response.h"
#include "18_chat_server/web_visit.h"
#include "18_chat_server/websocket/handshake.h"

namespace book::chat {
namespace {

std::string whole(int status, std::string_view type, std::string_view body, bool to_head = false,
                  std::string_view more = "") {
  return fmt::format("{}{}{}Connection: close\r\n\r\n{}", http::status_line(status),
                     http::entity_fields(type, body.size()), more, to_head ? "" : body);
}

std::string plain(int status, std::string_view why, bool to_head = false) {
  return whole(status, "text/plain; charset=utf-8", why, to_head,
               status == 405 ? "Allow: GET, HEAD\r\n" : "");
}

}  // namespace

Answer answer_to(std::string_view head, std::string_view page) {
  const http::Parsed parsed = http::parse(head);
  if (parsed.kind == http::Parsed::Kind::need_more) return {};  // it broke off: say nothing
  if (parsed.kind == http::Parsed::Kind::error)
    return {false, plain(parsed.status, http::status_text(parsed.status))};
  const http::Request& request = parsed.request;
  const bool to_head = request.method == "HEAD";
  if (request.path == "/chat") {
    const ws::Verdict verdict = ws::judge(request);
    if (verdict.may_open()) return {true, {}};
    return {false, ws::refusing_answer(verdict, to_head)};
  }
  if (!to_head && request.method != "GET") return {false, plain(405, "GET it\n")};
  if (request.path != "/") return {false, plain(404, "there is / and /chat\n", to_head)};
  return {false, whole(200, "text/html; charset=utf-8", page, to_head)};
}

std::string no_place() { return plain(503, "the room is full\n"); }

Async<> web_door(TcpListener& listener, Chat& chat, std::string_view page) {
  auto incoming = listener.incoming();
  for (;;) {
    auto accepted = co_await next(incoming);
    std::optional<Permit> step = chat.doorstep.try_acquire();
    if (!step) continue;  // a crowd on the doorstep: this one tries again
    try {
      auto visit = visit_web(std::move(accepted->stream), chat, page, *std::move(step));
      spawn_detached(chat.until_abort(std::move(visit)));
    } catch (const std::bad_alloc&) {
      // No memory for it: this one is sent away, and the door stays open.
    }
  }
}

}  // namespace book::chat
