#include "19_web_crawler/links.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "17_io/http/scan.h"

namespace book::crawl {
namespace {

using namespace std::string_view_literals;
using http::scan::lower;

/// Which attribute of which element is an address that is fetched or followed.
constexpr std::pair<std::string_view, std::string_view> kLinks[] = {
    {"a", "href"},       {"area", "href"}, {"link", "href"},  {"img", "src"},     {"script", "src"},
    {"iframe", "src"},   {"frame", "src"}, {"source", "src"}, {"audio", "src"},   {"video", "src"},
    {"video", "poster"}, {"track", "src"}, {"embed", "src"},  {"object", "data"}, {"input", "src"}};

/// What stands in these is text up to their end tag, tags and all.
constexpr std::string_view kRaw[] = {"script", "style",   "textarea", "title",
                                     "xmp",    "noembed", "noframes", "iframe"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

/// Moves from left to right and never back, so that no page costs more than its length.
class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html) {}

  PageLinks read() {
    while (found_.links.size() <= kMostLinks) {
      at_ = html_.find('<', at_);
      if (at_ >= html_.size() || ++at_ == html_.size()) return std::move(found_);
      const char c = html_[at_];
      if (is_letter(c))
        read_tag();
      else if (html_.substr(at_).starts_with("!--"sv))
        skip_comment();
      else if (c == '!' || c == '?' || c == '/')
        skip_past(">"sv);
    }
    found_.links.resize(kMostLinks);
    found_.more = true;
    return std::move(found_);
  }

 private:
  void skip_past(std::string_view what) {
    const std::size_t found = html_.find(what, at_);
    at_ = found == html_.npos ? html_.size() : found + what.size();
  }

  void skip_comment() {
    at_ += 3;  // "<!-->" and "<!--->" are comments, too
    const std::string_view rest = html_.substr(at_);
    if (rest.starts_with('>') || rest.starts_with("->"sv)) return skip_past(">"sv);
    for (;;) {
      skip_past("--"sv);
      const std::string_view end = html_.substr(std::min(at_, html_.size()));
      if (end.empty() || end.starts_with('>') || end.starts_with("!>"sv)) return;
      --at_;  // of "--->" the last two count
    }
  }

  void read_tag() {
    const std::size_t begin = at_;
    while (at_ < html_.size() && !is_blank(html_[at_]) && html_[at_] != '>' && html_[at_] != '/')
      ++at_;
    const std::string name = lower(html_.substr(begin, at_ - begin));
    bool hint = false;  // <link rel=preconnect>: a host, and no page
    bool has_base = false, has_rel = false;
    std::array<bool, std::size(kLinks)>
        has_link{};  // of two attributes of a name, the first counts
    std::vector<std::string> links;
    std::string_view attribute, value;
    while (read_attribute(attribute, value)) {
      const std::string key = lower(attribute);
      if (name == "base" && key == "href" && !std::exchange(has_base, true) && found_.base.empty())
        found_.base = without_entities(value);
      if (name == "link" && key == "rel" && !std::exchange(has_rel, true)) {
        const std::string rel = lower(value);
        hint = rel == "preconnect" || rel == "dns-prefetch";
      }
      const auto* const found = std::find(std::begin(kLinks), std::end(kLinks),
                                          std::pair<std::string_view, std::string_view>(name, key));
      if (found != std::end(kLinks) &&
          !std::exchange(has_link[static_cast<std::size_t>(found - kLinks)], true))
        links.push_back(without_entities(value));
    }
    if (at_ >= html_.size() && !closed_) return;  // a tag without its end is none
    if (!hint) std::move(links.begin(), links.end(), std::back_inserter(found_.links));
    if (std::find(std::begin(kRaw), std::end(kRaw), name) != std::end(kRaw)) skip_raw(name);
  }

  /// False at the end of the tag, which is then read; or at the end of all.
  bool read_attribute(std::string_view& name, std::string_view& value) {
    closed_ = false;
    while (at_ < html_.size() && (is_blank(html_[at_]) || html_[at_] == '/')) ++at_;
    if (at_ >= html_.size()) return false;
    if (html_[at_] == '>') {
      ++at_;
      closed_ = true;
      return false;
    }
    const std::size_t begin = at_++;  // a '=' may begin a name
    while (at_ < html_.size() && !is_blank(html_[at_]) && "/>="sv.find(html_[at_]) == ""sv.npos)
      ++at_;
    name = html_.substr(begin, at_ - begin);
    value = {};
    while (at_ < html_.size() && is_blank(html_[at_])) ++at_;
    if (at_ >= html_.size() || html_[at_] != '=') return true;
    ++at_;
    while (at_ < html_.size() && is_blank(html_[at_])) ++at_;
    read_value(value);
    return true;
  }

  void read_value(std::string_view& value) {
    if (at_ >= html_.size()) return;
    if (const char quote = html_[at_]; quote == '"' || quote == '\'') {
      const std::size_t begin = ++at_;
      at_ = std::min(html_.find(quote, at_), html_.size());
      value = html_.substr(begin, at_ - begin);
      if (at_ < html_.size()) ++at_;
      return;
    }
    const std::size_t begin = at_;
    while (at_ < html_.size() && !is_blank(html_[at_]) && html_[at_] != '>') ++at_;
    value = html_.substr(begin, at_ - begin);
  }

  /// To "</name", which ends in a blank, a '/' or a '>'.
  void skip_raw(std::string_view name) {
    for (;;) {
      skip_past("</"sv);
      if (at_ >= html_.size()) return;
      const std::string_view rest = html_.substr(at_);
      if (lower(rest.substr(0, name.size())) != name) continue;
      const char next = rest.size() > name.size() ? rest[name.size()] : '>';
      if (is_blank(next) || next == '/' || next == '>') return skip_past(">"sv);
    }
  }

  std::string_view html_;
  std::size_t at_ = 0;
  bool closed_ = false;  // the last tag has come to its '>'
  PageLinks found_;
};

}  // namespace

PageLinks find_links(std::string_view html) { return Reader(html).read(); }

}  // namespace book::crawl
