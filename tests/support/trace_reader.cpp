#include "support/trace_reader.h"

#include <charconv>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace book::test {
namespace {

/// Walks over one line: {"key":12,"key":"text"}, and nothing else.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  void expect(char c) {
    if (text_.empty() || text_.front() != c) fail(std::string("expected ") + c);
    text_.remove_prefix(1);
  }
  bool accept(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool at_text() const { return !text_.empty() && text_.front() == '"'; }
  void expect_end() {
    if (!text_.empty()) fail("expected the end of the line");
  }

  long number(int base = 10, std::size_t digits = 20) {
    long value = 0;
    const std::string_view part = text_.substr(0, digits);
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), value, base);
    if (error != std::errc{}) fail("expected a number");
    text_.remove_prefix(static_cast<std::size_t>(stop - part.data()));
    return value;
  }

  std::string text() {
    std::string result;
    expect('"');
    while (!accept('"')) {
      if (text_.empty() || static_cast<unsigned char>(text_.front()) < 0x20)
        fail("text not closed");
      if (!accept('\\')) {
        result += text_.front();
        text_.remove_prefix(1);
      } else if (accept('u')) {
        const long code = number(16, 4);
        result += code < 0x80 ? std::string(1, static_cast<char>(code)) : "\xEF\xBF\xBD";
      } else {
        if (text_.empty() || (text_.front() != '"' && text_.front() != '\\')) fail("bad escape");
        result += text_.front();
        text_.remove_prefix(1);
      }
    }
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("trace: " + what + " before: " + std::string(text_));
  }

  std::string_view text_;
};

}  // namespace

TraceLine::TraceLine(const std::string& json) : json_(json) {
  Parser parser(json);
  parser.expect('{');
  do {
    std::string key = parser.text();
    parser.expect(':');
    if (parser.at_text()) {
      fields_[std::move(key)] = parser.text();
    } else {
      fields_[std::move(key)] = parser.number();
    }
  } while (parser.accept(','));
  parser.expect('}');
  parser.expect_end();
}

long TraceLine::number(const std::string& key) const {
  const auto it = fields_.find(key);
  return it == fields_.end() ? 0 : std::get<long>(it->second);
}

std::string TraceLine::text(const std::string& key) const {
  const auto it = fields_.find(key);
  return it == fields_.end() ? "" : std::get<std::string>(it->second);
}

Trace::Trace(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) throw std::runtime_error("trace: " + path + " is empty");
  const TraceLine header(line);
  if (header.number("v") != 1) throw std::runtime_error("trace: not a header: " + line);
  title_ = header.text("title");
  while (std::getline(file, line)) {
    events_.emplace_back(line);
    if (events_.back().number("n") != static_cast<long>(events_.size())) {
      throw std::runtime_error("trace: out of order: " + line);
    }
  }
}

std::vector<TraceLine> Trace::all(const std::string& event) const {
  std::vector<TraceLine> found;
  for (const TraceLine& line : events_) {
    if (line.event() == event) found.push_back(line);
  }
  return found;
}

std::vector<std::string> Trace::causes_of(long n) const {
  std::vector<std::string> chain;
  for (long event = n; event != 0; event = at(event).number("c")) {
    chain.push_back(at(event).event());
  }
  return chain;
}

}  // namespace book::test
