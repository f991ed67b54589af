// Site: some web servers in the same process, for stories and tests. No socket and no clock of the
// system: with virtual time a whole crawl is exact, and takes no time at all.
//
//     Site site;
//     site.add("http://a.example/", {.body = "<a href=b.html>"});
//     HttpClient client(site.dial(), {});            // every host is this site
#pragma once

#include <cstddef>
#include <map>
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

/// It must outlive the tasks of its executor. For one thread.
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
  const std::vector<Request>& requests() const noexcept { return requests_; }
  std::size_t most_at_once() const noexcept { return most_; }
  std::size_t connections() const noexcept { return connections_; }

 private:
  Async<> serve(DuplexStream stream);
  Async<bool> answer(DuplexStream& stream, std::string key);

  std::map<std::string, SitePage> pages_;
  std::map<std::string, int> asked_;
  std::vector<Request> requests_;
  std::size_t now_ = 0, most_ = 0, connections_ = 0;
};

}  // namespace book::crawl
