#include "18_chat_server/websocket/open.h"

namespace book::ws::detail {

std::size_t size_of_request(std::string_view head) {
  const http::Parsed parsed = http::parse(head);
  if (parsed.kind == http::Parsed::Kind::need_more) return 0;
  return parsed.kind == http::Parsed::Kind::request ? parsed.request.head_size : head.size();
}

std::size_t size_of_answer(std::string_view head) {
  const std::size_t end = head.find("\r\n\r\n");
  return end == head.npos ? 0 : end + 4;
}

}  // namespace book::ws::detail
