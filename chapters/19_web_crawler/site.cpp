#include "19_web_crawler/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "02_timer_future/now.h"
#include "02_timer_future/sleep.h"
#include "10_spawning/spawn.h"
#include "17_io/bytes/io.h"
#include "17_io/http/fields.h"
#include "17_io/http/request_head.h"

namespace book::crawl {

void Site::add(std::string_view url, SitePage page) {
  const UrlResult parsed = parse_url(url);
  if (!parsed) throw std::invalid_argument(fmt::format("a site at {}: {}", url, parsed.why));
  state_->pages[parsed.url.key()] = std::move(page);
}

Dial Site::dial() {
  return [state = state_](const Url&) { return connect(state); };
}

Async<std::unique_ptr<Wire>> Site::connect(std::shared_ptr<State> state) {
  auto ends = duplex(64 * 1024);
  ++state->connections;
  spawn(serve(state, std::move(ends.second)));
  std::unique_ptr<Wire> wire = std::make_unique<WireOf<DuplexStream>>(std::move(ends.first));
  co_return wire;
}

/// One request after the other, until the client has gone.
Async<> Site::serve(std::shared_ptr<State> state, DuplexStream stream) {
  std::string bytes(8192, '\0');
  std::size_t size = 0;
  for (;;) {
    const auto parsed = http::parse(std::string_view(bytes).substr(0, size));
    if (parsed.kind == http::Parsed::Kind::error) co_return;
    if (parsed.kind == http::Parsed::Kind::need_more) {
      auto reading = read(stream, std::span<char>(bytes).subspan(size));
      const std::size_t n = co_await reading;
      if (n == 0) co_return;
      size += n;
      continue;
    }
    http::FieldLines hosts(parsed.request.fields, "host");
    std::string key = fmt::format("http://{}{}", hosts.next().value_or(""), parsed.request.target);
    bytes.erase(0, parsed.request.head_size);
    size -= parsed.request.head_size;
    bytes.resize(8192);
    try {
      auto answering = answer(*state, stream, std::move(key));
      const bool more = co_await std::move(answering);
      if (!more) co_return;
    } catch (const std::exception&) {
      co_return;  // the client has gone
    }
  }
}

/// False: the connection ends with it.
Async<bool> Site::answer(State& state, DuplexStream& stream, std::string key) {
  struct Busy {
    std::size_t& count;
    ~Busy() { --count; }
  } const busy{state.busy};
  state.most = std::max(state.most, ++state.busy);
  state.requests.push_back({key, now()});
  const auto found = state.pages.find(key);
  const SitePage page = found != state.pages.end() ? found->second : SitePage{"nothing", 404};
  co_await sleep(page.takes);
  if (state.asked[key]++ < page.failures) {
    auto failing = write_all(stream, page.failure);
    co_await failing;
    co_return true;
  }
  std::string head = page.raw;
  if (head.empty() && page.tail.empty())
    head = fmt::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}",
                       page.status, page.type, page.body.size(), page.fields, page.body);
  auto writing = write_all(stream, head);
  co_await writing;
  while (!page.tail.empty()) {
    co_await sleep(page.drip);
    auto dripping = write_all(stream, page.tail);
    co_await dripping;
  }
  co_return page.raw.empty();
}

}  // namespace book::crawl
