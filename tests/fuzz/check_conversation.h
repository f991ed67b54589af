// What must hold of a whole conversation, whatever the client sends, and however it arrives.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "17_io/http/chunked.h"
#include "17_io/http/request_head.h"
#include "20_web_server/server/conversation.h"
#include "20_web_server/server/site.h"
#include "chapters/20_web_server/site_folder.h"
#include "fuzz/cuts.h"

namespace book::fuzz {

/// A small site with small limits, so that short inputs reach them.
struct SmallSite {
  http::SiteFolder files;
  http::Site site{old(files), settings()};

 private:
  static http::Settings settings() {
    http::Settings settings;
    settings.limits = {.target = 100, .head = 600};
    settings.max_body = 200;
    return settings;
  }
  /// Its files are old: nothing about them changes while we look.
  static std::string old(const http::SiteFolder& files) {
    namespace fs = std::filesystem;
    for (const char* name : {"hello.html", "404.html"})
      fs::last_write_time(files.root() / name,
                          fs::file_time_type::clock::now() - std::chrono::hours(24));
    return files.root().string();
  }
};

struct Talk {
  std::string sent;
  bool open = true;  ///< would the server read on?
  bool operator==(const Talk&) const = default;
};

/// Plays the part of the driver, which holds the socket. `next_size()` says how much comes at once.
template <class NextSize>
Talk converse(http::Site& site, std::string_view bytes, NextSize next_size) {
  const Instant now(std::chrono::hours(1));
  http::Conversation talk(site.http);
  http::Next next;
  Talk result;
  auto advance = [&] {
    for (;;) {
      next = talk.advance(now);
      result.sent += talk.output();
      if (!talk.output().empty()) talk.sent(talk.output().size());
      if (next.action == http::Next::yield || next.action == http::Next::sleep) continue;
      return next.action == http::Next::read;
    }
  };
  result.open = advance();
  while (result.open && !bytes.empty()) {
    const std::span<char> room = talk.room();
    if (room.empty()) return {"there is no room to read into", false};
    const std::size_t n = bytes.copy(room.data(), std::min<std::size_t>(next_size(), room.size()));
    bytes.remove_prefix(n);
    talk.received(n);
    result.open = advance();
    if (result.open) {
      (void)talk.room();
      talk.received(0);  // the next read finds nothing, at first
    }
  }
  if (result.open && next.waits_for == http::WaitKind::head) {
    talk.answer_timeout(now);  // half a request: its time is up
    result.open = advance();
  }
  if (result.open) return result;
  const std::size_t size = result.sent.size();
  if (advance()) result.sent += "it has ended, and reads on";
  if (result.sent.size() != size) result.sent += "it has ended, and goes on to speak";
  return result;
}

inline Talk converse(http::Site& site, std::string_view bytes) {
  return converse(site, bytes, [&] { return bytes.size(); });
}

/// One answer from the front of `sent`, read as a client reads it.
struct Answer {
  std::string problem;
  int status = 0;
  bool closes = false;
  std::size_t size = 0;
};
inline Answer read_answer(std::string_view sent, bool to_head) {
  Answer answer;
  const std::size_t end = sent.find("\r\n\r\n");
  if (end == std::string_view::npos || sent.substr(0, 9) != "HTTP/1.1 ") return {"no answer"};
  const std::string head(sent.substr(0, end + 2));
  answer.status = std::stoi(head.substr(9, 3));
  answer.closes = head.find("\r\nConnection: close\r\n") != std::string::npos;
  const bool no_body = to_head || answer.status == 204 || answer.status == 304;
  const std::size_t field = head.find("\r\nContent-Length: ");
  if (field == std::string::npos && !no_body) return {"an answer without its length"};
  const std::size_t length = no_body ? 0 : std::stoul(head.substr(field + 18));
  answer.size = end + 4 + length;
  if (answer.size > sent.size()) return {"an answer cut short"};
  // Of a refusal everything is known beforehand: there is no place in it for what the client wrote.
  if (answer.status >= 400 && answer.status != 404) {
    const std::string line = head.substr(9, head.find("\r\n") - 9 + 2);
    const std::string_view body = sent.substr(end + 4, length);
    if (!no_body && body != line) return {"an error that says more than its name"};
    for (std::size_t at = head.find("\r\n") + 2; at < head.size(); at = head.find("\r\n", at) + 2) {
      const std::string name = head.substr(at, head.find(':', at) - at);
      if (name == "Content-Range" && head.compare(at, 23, "Content-Range: bytes */") == 0) continue;
      if (name != "Date" && name != "Content-Type" && name != "Content-Length" &&
          name != "Connection" && name != "Allow")
        return {"an error with a field of its own: " + name};
    }
  }
  return answer;
}

/// Goes through the requests as the server has to, and looks for an answer to each, in their order.
inline std::string check_answers(std::string_view bytes, const Talk& talk,
                                 const http::Settings& settings) {
  using Kind = http::Parsed::Kind;
  std::string_view sent = talk.sent;
  for (;;) {
    const http::Parsed parsed = parse(bytes, settings.limits);
    const bool late = parsed.kind == Kind::need_more;
    // One empty line behind the last request is none that has begun.
    if (late && std::string_view("\r\n").starts_with(bytes))
      return !sent.empty() ? "an answer to nothing"
             : !talk.open  ? "it has ended without a reason"
                           : "";
    const http::Request& request = parsed.request;
    const Answer answer = read_answer(sent, request.method == "HEAD" && !late);
    if (!answer.problem.empty()) return answer.problem;
    sent.remove_prefix(answer.size);
    auto at_its_end = [&](bool open) -> std::string {
      if (!sent.empty()) return "an answer after the last one";
      return talk.open == open ? "" : open ? "it ends too early" : "it does not end";
    };
    if (late || parsed.kind == Kind::error) {
      if (answer.status != (late ? 408 : parsed.status)) return "another error";
      return answer.closes ? at_its_end(false) : "an error that does not say that it is the end";
    }
    if (request.content_length > settings.max_body && answer.status != 413) return "not 413";
    if (answer.status == 417 || answer.status == 501) {
      if (request.method == "GET" || request.method == "HEAD") return "a refusal without a reason";
    }
    if (answer.closes) return at_its_end(false);
    if (!request.keep_alive) return "it does not say that it ends";
    if (request.expects_continue && request.has_body()) return "a body may come, or may not";

    bytes.remove_prefix(request.head_size);
    if (request.content_length > bytes.size()) return at_its_end(true);
    bytes.remove_prefix(request.content_length);
    if (!request.chunked) continue;
    http::ChunkedDecoder decoder(settings.max_body);
    while (!bytes.empty() && decoder.state() == http::ChunkedDecoder::State::reading)
      bytes.remove_prefix(decoder.read(bytes).size);
    if (decoder.state() == http::ChunkedDecoder::State::done) continue;
    return at_its_end(decoder.state() == http::ChunkedDecoder::State::reading);
  }
}

/// Gives what is wrong, or nothing.
inline std::string check_conversation(http::Site& site, std::string_view bytes) {
  const Talk whole = converse(site, bytes);
  if (converse(site, bytes, [] { return 1; }) != whole)
    return "byte by byte it is another conversation";
  for (unsigned salt = 0; salt < 2; ++salt) {
    Cuts cuts(bytes, 40, salt);
    if (converse(site, bytes, [&] { return cuts.next(); }) != whole)
      return "in pieces it is another conversation";
  }
  return check_answers(bytes, whole, site.settings);
}

}  // namespace book::fuzz
