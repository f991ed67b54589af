#include "17_io/http/request_head.h"

#include <algorithm>
#include <cstring>

#include "17_io/http/fields.h"
#include "17_io/http/scan.h"

namespace book::http {
namespace {

using namespace std::string_view_literals;

enum class Step { ok, starved, bad };

/// One pass over the head from left to right. Each read_ function either moves `at_` past what it
/// has read, or finds the input at its end (`starved`), or leaves the status of the error in
/// `status_`.
class HeadReader {
 public:
  HeadReader(std::string_view buffer, const Limits& limits, Request& request)
      : begin_(buffer.data()),
        at_(begin_),
        end_(begin_ + std::min(buffer.size(), limits.head)),
        limits_(limits),
        request_(request) {}

  Step read() {
    // One empty line before a request is forgiven: some clients end a body with one too many.
    if (left() >= 1 && *at_ == '\r') {
      if (Step s = read_line_end(); s != Step::ok) return s;
    }
    if (Step s = read_request_line(); s != Step::ok) return s;
    line_read_ = true;
    const char* const fields = at_;
    for (;;) {
      if (left() == 0) return Step::starved;
      if (*at_ == '\r') break;
      if (Step s = read_field(); s != Step::ok) return s;
    }
    request_.fields = {fields, static_cast<std::size_t>(at_ - fields)};
    if (Step s = read_line_end(); s != Step::ok) return s;
    request_.head_size = static_cast<std::size_t>(at_ - begin_);
    const int refused = fields_.apply_to(request_);
    return refused == 0 ? Step::ok : bad(refused);
  }

  int status() const { return status_; }
  /// Of a head that goes on beyond its limit: is it the line that is too long, or the fields?
  int status_of_too_much() const { return line_read_ ? 431 : 414; }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  /// For what is usual: a few bytes that are known beforehand are compared in one step.
  bool starts_with(std::string_view text) const {
    return left() >= text.size() && std::memcmp(at_, text.data(), text.size()) == 0;
  }

  Step bad(int status = 400) {
    status_ = status;
    return Step::bad;
  }

  /// A line ends in CR LF and nothing else: a reader that takes a bare LF, or a bare CR, for the
  /// end of a line sees another request than one that does not.
  Step read_line_end() {
    if (left() >= 1 && at_[0] != '\r') return bad();
    if (left() >= 2 && at_[1] != '\n') return bad();
    if (left() < 2) return Step::starved;
    at_ += 2;
    return Step::ok;
  }

  Step read_request_line() {
    constexpr std::ptrdiff_t kLongestMethod = 32;
    const char* const method = at_;
    if (starts_with("GET "sv))
      at_ += 3;
    else
      at_ = scan::skip(at_, end_, scan::kToken);
    if (at_ - method > kLongestMethod) return bad();
    if (at_ == end_) return Step::starved;
    if (*at_ != ' ' || at_ == method) return bad();
    request_.method = {method, static_cast<std::size_t>(at_ - method)};
    ++at_;

    const char* const target = at_;
    at_ = scan::skip(at_, end_, scan::kTarget);
    request_.target = {target, static_cast<std::size_t>(at_ - target)};
    if (request_.target.size() > limits_.target) return bad(414);
    if (at_ == end_) return Step::starved;
    if (*at_ != ' ' || !split_target()) return bad();
    ++at_;
    return read_version();
  }

  Step read_version() {
    if (starts_with("HTTP/1.1\r\n"sv)) {
      at_ += "HTTP/1.1\r\n"sv.size();
      return Step::ok;
    }
    constexpr auto kPattern = "HTTP/d.d"sv;  // d: any digit
    const std::size_t have = std::min(left(), kPattern.size());
    for (std::size_t i = 0; i < have; ++i) {
      const bool digit = at_[i] >= '0' && at_[i] <= '9';
      if (kPattern[i] == 'd' ? !digit : at_[i] != kPattern[i]) return bad();
    }
    if (have < kPattern.size()) return Step::starved;
    if (at_[5] != '1') return bad(505);
    request_.http_1_0 = at_[7] == '0';
    at_ += kPattern.size();
    return read_line_end();
  }

  /// "/path?query", "http://host/path?query", "*" for OPTIONS, or "host:port" for CONNECT. The part
  /// a file server wants is `path`.
  bool split_target() {
    constexpr auto kScheme = "http://"sv;
    std::string_view rest = request_.target;
    if (rest == "*"sv && request_.method == "OPTIONS"sv) {
      request_.path = rest;
      return true;
    }
    if (request_.method == "CONNECT"sv) {
      request_.path = rest;
      return !rest.empty() && rest[0] != ':' && is_host(rest);
    }
    if (rest.size() > kScheme.size() && rest[0] != '/') {
      if (rest.substr(5, 2) != "//"sv || rest[4] != ':' ||
          !equals_ignoring_case(rest.substr(0, 4), "http"sv))
        return false;
      rest.remove_prefix(kScheme.size());
      const std::string_view host = rest.substr(0, rest.find_first_of("/?"sv));
      if (host.empty() || host[0] == ':' || !is_host(host)) return false;
      rest.remove_prefix(host.size());
      if (rest.empty() || rest[0] == '?') rest = "/"sv;
    }
    if (rest.empty() || rest[0] != '/') return false;
    const char* const path = rest.data();
    const char* const query = scan::skip(path, path + rest.size(), scan::kPath);
    request_.path = {path, static_cast<std::size_t>(query - path)};
    return true;
  }

  Step read_field() {
    const char* const name = at_;
    at_ = scan::skip(at_, end_, scan::kToken);
    if (at_ == end_) return Step::starved;
    // This one line refuses a space before the colon, a folded line and a field without a name.
    if (*at_ != ':' || at_ == name) return bad();
    const std::string_view field(name, static_cast<std::size_t>(at_ - name));
    ++at_;

    const char* const value = at_;
    at_ = scan::skip_text(at_, end_);
    if (at_ == end_) return Step::starved;
    const std::string_view text(value, static_cast<std::size_t>(at_ - value));
    if (Step s = read_line_end(); s != Step::ok) return s;
    return fields_.note(field, scan::trim(text)) ? Step::ok : bad(fields_.refusal());
  }

  const char* const begin_;
  const char* at_;
  const char* const end_;
  const Limits& limits_;
  Request& request_;
  FramingFields fields_;
  int status_ = 0;
  bool line_read_ = false;
};

}  // namespace

Parsed parse(std::string_view buffer, const Limits& limits) {
  Parsed parsed;
  HeadReader reader(buffer, limits, parsed.request);
  switch (reader.read()) {
    case Step::ok:
      parsed.kind = Parsed::Kind::request;
      break;
    case Step::bad:
      parsed.kind = Parsed::Kind::error;
      parsed.status = reader.status();
      break;
    case Step::starved:
      if (buffer.size() < limits.head) break;
      parsed.kind = Parsed::Kind::error;
      parsed.status = reader.status_of_too_much();
      break;
  }
  return parsed;
}

}  // namespace book::http
