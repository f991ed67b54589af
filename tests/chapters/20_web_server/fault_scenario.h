// A visit to a server that something goes wrong in: every kind of request once, over real sockets,
// with plain blocking clients that nothing happens to. Each answer is compared, byte by byte, with
// the one it should be. What is forgiven, and when, is said in Visit::excused().
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "17_io/sockets/address.h"
#include "site_folder.h"
#include "support/descriptors.h"
#include "support/faults.h"

// A namespace of its own: the demonstration (demo.h) has visits, too.
namespace book::http::fault_sweep {

/// A request, and the one right answer to it.
struct Ask {
  std::string request;
  int status = 200;
  std::string body;
  bool to_head = false;
};

inline Ask get(std::string_view path, int status, std::string body, std::string_view fields = {}) {
  std::string request = "GET ";
  request.append(path).append(" HTTP/1.1\r\nHost: a\r\n").append(fields).append("\r\n");
  return {std::move(request), status, std::move(body)};
}

struct Answer {
  int status = 0;
  std::string head, body;
  bool whole = false;
};

/// One run: what is told to those who look for the reason of a failure, and what went right.
struct Visit {
  const test::Strikes& strikes;
  bool harmless = false;                    ///< nobody may notice the fault
  std::string plan = {};                    ///< of the fault
  std::string_view step = "the beginning";  ///< of the scenario
  std::uint16_t port = 0;
  int whole_answers = 0;
  std::string failure = {};

  std::string describe() const {
    return plan + ", which hit " + strikes.what() + "; step '" + std::string(step) + "': ";
  }
  /// The first failure says the most.
  void fail(const std::string& what) {
    if (failure.empty()) failure = describe() + what;
  }
};

/// A client with one connection. Whatever it does ends after five seconds.
class Guest {
 public:
  explicit Guest(Visit& visit, int receive_buffer = 0)
      : visit_(visit),
        fd_(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")),
        strikes_before_(visit.strikes.count()) {
    const timeval limit{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    // Or a request in two pieces takes 40 ms: the second one would wait for the first one's ACK.
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (receive_buffer > 0)
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const Address address = Address::loopback(visit.port);
    if (::connect(fd_, address.data(), address.size()) != 0) visit_.fail("nobody listens any more");
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0) return;  // it has closed; reading will tell
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  /// Reads the answer. False when there will be no more on this connection, for a good reason or
  /// not.
  bool hears(const Ask& ask) {
    if (over_) return false;
    const Answer got = read_answer(ask.to_head);
    if (got.whole && got.status == ask.status && got.body == ask.body) {
      ++visit_.whole_answers;
      return true;
    }
    over_ = true;
    if (!excused()) {
      visit_.fail(not_right(ask, got));
    } else if (got.whole && is_apology(ask, got)) {
      ++visit_.whole_answers;
      if (got.head.find("Connection: close\r\n") != got.head.npos) return hears_the_end(), false;
      over_ = false;
      return true;
    } else if (got.whole || !is_beginning(ask, got)) {
      visit_.fail("an answer that is neither right nor cut short. " + not_right(ask, got));
    }
    return false;
  }
  bool asks(const Ask& ask) {
    if (!over_) send(ask.request);
    return hears(ask);
  }
  /// One after the other, as long as the connection lasts.
  void asks_all(const std::vector<Ask>& asks) {
    for (const Ask& each : asks)
      if (!this->asks(each)) return;
  }
  void hears_all(const std::vector<Ask>& asks) {
    for (const Ask& each : asks)
      if (!hears(each)) return;
  }
  /// The server closes, and says nothing else.
  void hears_the_end() {
    if (over_ && !excused()) return;
    while (more()) {
    }
    if (!have_.empty()) visit_.fail("bytes behind the last answer: " + have_.substr(0, 100));
  }
  /// Waits until something has come.
  void hears_something() {
    if (!over_ && have_.empty()) more();
  }
  /// For a connection that the server may close unanswered, without anything being wrong.
  void may_end() { may_end_ = true; }

 private:
  /// Once a fault that can be noticed has struck while this connection lived, or before it, it may
  /// end; and where there is no descriptor or no memory to answer with, the answer may be an
  /// apology. What was struck before it began is forgotten: a new connection gets it right.
  bool excused() const {
    return may_end_ || (!visit_.harmless && visit_.strikes.count() > strikes_before_);
  }
  /// "503 Service Unavailable", or 500, with nothing in it but these words; or the words for a page
  /// that is not there in the place of the page for that.
  static bool is_apology(const Ask& ask, const Answer& got) {
    if (got.status == 404 && ask.status == 404)
      return ask.to_head || got.body == "There is no page of that name.\n";
    return (got.status == 503 || got.status == 500) &&
           (ask.to_head || got.body.substr(0, 4) == std::to_string(got.status) + " ");
  }
  static bool is_beginning(const Ask& ask, const Answer& got) {
    if (got.status == 0) return std::string_view("HTTP/1.1 ").starts_with(got.head.substr(0, 9));
    if (got.status == ask.status) return ask.body.starts_with(got.body);
    return is_apology(ask, got) || got.status == 503 || got.status == 500;
  }
  static std::string not_right(const Ask& ask, const Answer& got) {
    std::string text = ask.request.substr(0, ask.request.find('\r'));
    if (!got.whole) text += ": the connection ended in the middle of its answer";
    if (got.status != ask.status)
      text +=
          ": status " + std::to_string(got.status) + " instead of " + std::to_string(ask.status);
    if (got.body != ask.body) {
      std::size_t at = 0;
      while (at < got.body.size() && at < ask.body.size() && got.body[at] == ask.body[at]) ++at;
      text += ": a body of " + std::to_string(got.body.size()) + " bytes instead of " +
              std::to_string(ask.body.size()) + ", the same up to " + std::to_string(at);
    }
    return text + "\n" + got.head;
  }

  Answer read_answer(bool to_head) {
    Answer answer;
    std::size_t end = 0;
    while ((end = have_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) {
        answer.head = std::exchange(have_, "");
        return answer;
      }
    }
    answer.head = have_.substr(0, end + 4);
    have_.erase(0, end + 4);
    answer.status = std::atoi(answer.head.c_str() + 9);
    std::size_t size = 0;
    const std::size_t length = answer.head.find("Content-Length: ");
    if (!to_head && length != std::string::npos && answer.status != 304)
      size = std::stoul(answer.head.substr(length + 16));
    while (have_.size() < size && more()) {
    }
    answer.whole = have_.size() >= size;
    answer.body = have_.substr(0, size);
    have_.erase(0, size);
    return answer;
  }
  bool more() {
    char buffer[16 * 1024];
    ssize_t n = 0;
    do {
      n = ::recv(fd_, buffer, sizeof buffer, 0);
    } while (n < 0 && errno == EINTR);  // of a debugger: nothing else interrupts here
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      visit_.fail("nothing has come in five seconds, and the connection has not ended");
    if (n > 0) have_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  Visit& visit_;
  test::Fd fd_;
  long strikes_before_;
  bool over_ = false, may_end_ = false;
  std::string have_;
};

/// A folder, and what it answers.
class Place {
 public:
  Place() {
    for (char c : std::string_view("abc")) folder.write(std::string(1, c) + ".txt", page(c));
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7919 >> 8);
    folder.write("large.bin", large);
    folder.write("docs/index.html", "documents");
    std::filesystem::create_directory(folder.root() / "empty");
  }

  static std::string page(char letter) { return std::string(2000, letter); }
  Ask front() const { return get("/", 200, "hello"); }
  Ask text(char letter, std::string_view fields = {}) const {
    return get(std::string("/") + letter + ".txt", 200, page(letter), fields);
  }
  Ask large_file() const { return get("/large.bin", 200, large); }
  Ask nothing() const { return get("/nothing", 404, "not here"); }
  /// Everything that is to be had, none of which changes anything.
  std::vector<Ask> everything() const {
    Ask head = large_file();
    head.request.replace(0, 3, "HEAD");
    head.body.clear();
    head.to_head = true;
    return {front(),
            front(),
            head,
            nothing(),
            text('a'),
            get("/docs", 301, "301 Moved Permanently\r\n"),
            get("/docs/", 200, "documents"),
            get("/empty/", 403, "403 Forbidden\r\n"),
            {"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "405 Method Not Allowed\r\n"},
            {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, ""},
            get("/a.txt", 304, "", "If-None-Match: *\r\n"),
            get("/a.txt", 412, "412 Precondition Failed\r\n", "If-Match: \"another\"\r\n"),
            get("/b.txt", 206, page('b').substr(0, 10), "Range: bytes=10-19\r\n"),
            get("/b.txt", 416, "416 Range Not Satisfiable\r\n", "Range: bytes=2000-\r\n"),
            get("/b.txt", 200, page('b'), "Range: bytes=10-19\r\nIf-Range: \"another\"\r\n"),
            get("/large.bin", 206, large.substr(1000, 80'000), "Range: bytes=1000-80999\r\n"),
            large_file()};
  }

  SiteFolder folder;
  std::string large = std::string(100'000, '\0');
};

/// To a server that keeps connections, and many at once. `order` orders its end.
inline void visit_all(Visit& visit, const Place& place, const std::function<void()>& order) {
  Guest silent(visit);
  visit.step = "one after the other";
  Guest(visit).asks_all(place.everything());

  visit.step = "pipelined";
  {
    const std::vector<Ask> asks = {place.text('a'), place.nothing(), place.text('b'),
                                   place.large_file(), place.text('c')};
    std::string all;
    for (const Ask& each : asks) all += each.request;
    Guest guest(visit);
    guest.send(all);
    guest.hears_all(asks);
  }

  visit.step = "a body";
  {
    Guest guest(visit);
    const Ask with_body = place.text('b', "Content-Length: 20000\r\n");
    if (guest.asks(with_body)) {
      const std::string half(10'000, 'x');
      guest.send(half);
      guest.send(half + place.front().request);
      guest.hears(place.front());
    }
  }

  visit.step = "a body in chunks";
  {
    Guest guest(visit);
    if (guest.asks(place.text('a', "Transfer-Encoding: chunked\r\n"))) {
      const std::string data(0x1000, 'x');
      guest.send("1000\r\n" + data + "\r\n1000;a=b\r\n" + data.substr(0, 100));
      guest.send(data.substr(100) + "\r\n0\r\nA: b\r\n\r\n" + place.front().request);
      guest.hears(place.front());
    }
  }

  visit.step = "close";
  {
    Guest guest(visit);
    if (guest.asks(place.text('c', "Connection: close\r\n"))) guest.hears_the_end();
  }

  visit.step = "a mistake";
  {
    Guest guest(visit);
    if (guest.asks({"oops\r\n\r\n", 400, "400 Bad Request\r\n"})) guest.hears_the_end();
  }

  visit.step = "a nap";
  Guest(visit).asks_all({get("/sleep", 200, "hello"), place.front()});

  visit.step = "a crowd";
  {
    std::vector<std::unique_ptr<Guest>> crowd;
    crowd.reserve(4);
    for (int i = 0; i < 4; ++i) crowd.push_back(std::make_unique<Guest>(visit));
    for (const auto& each : crowd) each->send(place.text('b').request);
    for (const auto& each : crowd) each->hears(place.text('b'));
  }

  visit.step = "afterwards";
  Guest(visit).asks_all(place.everything());

  visit.step = "the end";
  Guest slow(visit, 16 * 1024), half(visit);
  slow.send(place.large_file().request);
  slow.hears_something();
  half.send("GET / HT");
  Guest(visit).asks(place.front());
  if (visit.strikes.count() > 0) half.may_end();  // what it has sent may not have been seen yet
  order();
  half.send(place.front().request.substr(8));
  if (half.hears(place.front())) half.hears_the_end();
  if (slow.hears(place.large_file())) slow.hears_the_end();
  silent.hears_the_end();
}

/// To one that has only one client at a time, who gets one answer.
inline void visit_one_by_one(Visit& visit, const Place& place, const std::function<void()>& order) {
  visit.step = "one after the other";
  std::vector<Ask> asks = place.everything();
  asks.push_back({"oops\r\n\r\n", 400, "400 Bad Request\r\n"});
  for (int round = 0; round < 2; ++round) {
    for (const Ask& each : asks) {
      Guest guest(visit);
      if (guest.asks(each)) guest.hears_the_end();
    }
    visit.step = "afterwards";
  }
  visit.step = "the end";
  Guest slow(visit, 16 * 1024);
  slow.send(place.large_file().request);
  slow.hears_something();
  order();
  if (slow.hears(place.large_file())) slow.hears_the_end();
}

}  // namespace book::http::fault_sweep
