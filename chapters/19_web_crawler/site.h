// Site: some web servers in the same process, for stories and tests. No socket and no clock of the
// system: with virtual time a whole crawl is exact, and takes no time at all.
//
//     Site site;
//     site.add("http://a.example/", {.body = "<a href=b.html>"});
//     HttpClient client(site.dial(), {});            // every host is this site
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "05_async_await/async.h"
#include "17_io/ends/duplex.h"
#include "19_web_crawler/wire.h"
#include "common/clock.h"

namespace book::crawl {

/// What the site does when it is asked for a page.
struct SitePage {
  std::string body = "";
  int status = 200;
  std::string fields = "";  ///< more of them, each with its line end
  std::string type = "text/html; charset=utf-8";
  Duration takes = {};  ///< before the answer
  int failures = 0;     ///< so many times `failure`, and then the page
  std::string failure = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
  std::string raw = "";   ///< these bytes instead of all that
  std::string tail = "";  ///< and then these, again and again, without an end
  Duration drip = {};     ///< with a pause before each
};

/// For one thread.
class Site {
 public:
  /// `url` with its host. Throws std::invalid_argument when it is none.
  void add(std::string_view url, SitePage page);
  /// Connections to it. Each is a task of the executor that runs the caller.
  Dial dial();

  struct Request {
    std::string url;
    Instant at;
  };
  const std::vector<Request>& requests() const noexcept { return state_->requests; }
  std::size_t most_at_once() const noexcept { return state_->most; }
  std::size_t connections() const noexcept { return state_->connections; }

 private:
  /// Shared with the tasks of its connections, which may outlive it.
  struct State {
    std::map<std::string, SitePage> pages;
    std::map<std::string, int> asked;
    std::vector<Request> requests;
    std::size_t busy = 0, most = 0, connections = 0;
  };
  static Async<std::unique_ptr<Wire>> connect(std::shared_ptr<State> state);
  static Async<> serve(std::shared_ptr<State> state, DuplexStream stream);
  static Async<bool> answer(State& state, DuplexStream& stream, std::string key);

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace book::crawl
