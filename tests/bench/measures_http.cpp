// HTTP in memory: the head of a request, and a whole request on a connection that stays, without
// the system calls. (http_load.py measures the server with them.)
#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "17_io/bytes/io.h"
#include "17_io/http/request_head.h"
#include "20_web_server/server/connection.h"
#include "20_web_server/server/site.h"
#include "measures.h"

namespace book::measures {
namespace {

/// What a browser sends, more or less.
constexpr std::string_view kHead =
    "GET / HTTP/1.1\r\n"
    "Host: localhost:7878\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Connection: keep-alive\r\n"
    "\r\n";
/// What a load generator sends.
constexpr std::string_view kShortHead = "GET / HTTP/1.1\r\nHost: 127.0.0.1:7878\r\n\r\n";
constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nHello!\n";

[[gnu::noinline]] bool has_end(std::string_view text) { return text.find("\r\n\r\n") != text.npos; }

void parses(Meter& meter) {
  std::string_view head = kHead;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    keep(head);
    auto parsed = http::parse(head);
    keep(parsed);
  }
  meter.stop();
}
void finds_the_end(Meter& meter) {
  std::string_view head = kHead;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    keep(head);
    bool ended = has_end(head);
    keep(ended);
  }
  meter.stop();
}

/// A client that sends its next request as soon as it has an answer. The connection begins with one
/// that is not counted, and ends after the last.
class Client {
 public:
  explicit Client(Meter& meter) : meter_(&meter) {}

  Poll<std::size_t> poll_read(Context&, std::span<char> room) {
    if (sent_ == 1) meter_->start();
    if (sent_ == meter_->times() + 1) {
      meter_->stop();
      return Poll<std::size_t>::ready(0);
    }
    ++sent_;
    return Poll<std::size_t>::ready(kShortHead.copy(room.data(), room.size()));
  }
  Poll<std::size_t> poll_write(Context&, std::span<const char> bytes) {
    return Poll<std::size_t>::ready(bytes.size());
  }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  Poll<void> poll_close(Context&) { return Poll<void>::ready(); }

 private:
  Meter* meter_;
  int sent_ = 0;
};

void serves(Meter& meter) {
  Executor executor({.time = TimeMode::virtual_time});
  Reactor::Scope scope(executor.reactor());
  http::Site site("chapters/20_web_server/pages");
  executor.block_on(http::handle_connection(Client(meter), site));
}
/// Bytes in, a look for their end, bytes out.
void copies(Meter& meter) {
  std::array<char, 256> in;
  std::array<char, 256> out;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    const std::size_t n = kShortHead.copy(in.data(), in.size());
    keep(in);
    if (has_end({in.data(), n})) kAnswer.copy(out.data(), out.size());
    keep(out);
  }
  meter.stop();
}

}  // namespace

void add_http_measures(Measures& all) {
  all.push_back(
      {"http_head", {"a browser's head, parsed", parses}, {"a look for its end", finds_the_end}});
  all.push_back({"http_request", {"a request in memory", serves}, {"its bytes copied", copies}});
}

}  // namespace book::measures
