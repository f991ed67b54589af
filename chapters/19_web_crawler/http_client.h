// HttpClient: one page at a time from any number of servers.
//
//     HttpClient client(dial_tcp(5s), {});
//     Answer answer = co_await client.get(url);
//
//     idle connection? --yes--> ask on it ---- closed meanwhile? --+
//           | no                     | answered                     |
//           +--> dial --> ask <------|------------------------------+
//                          |         v
//                          +--> head (1xx passed over), body --> keep the connection, or close it
//
// There is one limit on the time of a whole page, and not one a read: a server that sends a byte
// each second would never be late. Chapter 19 explains it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "05_async_await/async.h"
#include "19_web_crawler/body.h"
#include "19_web_crawler/wire.h"
#include "common/clock.h"

namespace book::crawl {

struct ClientOptions {
  Duration page = std::chrono::seconds(10);  ///< from the connection to the last byte
  std::size_t head = 16 * 1024;              ///< bytes of the head, at most
  std::uint64_t body = 2 * 1024 * 1024;      ///< bytes of the page, at most
  std::string agent = "async-book/1.0";      ///< who we say we are
};

struct Answer {
  int status = 0;
  std::string type;         ///< Content-Type; empty when there is none
  std::string location;     ///< of a redirect
  std::string retry_after;  ///< seconds, or a date
  std::string date;
  std::string body;
};

class HttpClient {
 public:
  HttpClient(Dial dial, ClientOptions options);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// GET. Throws FetchError; an answer of any status is an answer. It borrows the client. Dropped,
  /// it closes its connection.
  Async<Answer> get(Url url) { return get(std::move(url), {options_.body}); }
  /// The same, of a body that is longer than `most` only its beginning.
  Async<Answer> get_beginning(Url url, std::uint64_t most) {
    return get(std::move(url), {most, Body::Longer::cut});
  }

  std::size_t connections_made() const noexcept { return made_; }
  std::size_t idle() const noexcept { return idle_.size(); }

 private:
  static constexpr std::size_t kMostIdle = 32;
  struct Connection;
  struct Limit {
    std::uint64_t bytes;
    Body::Longer longer = Body::Longer::refused;
  };

  Async<Answer> get(Url url, Limit limit);
  Async<Answer> exchange(Url url, Limit limit);
  Async<Answer> ask(Connection& connection, const Url& url, Limit limit);
  std::unique_ptr<Connection> take_idle(const std::string& host);
  void keep(const std::string& host, std::unique_ptr<Connection> connection);

  Dial dial_;
  ClientOptions options_;
  std::multimap<std::string, std::unique_ptr<Connection>> idle_;  // by host
  std::size_t made_ = 0;
};

}  // namespace book::crawl
