// MediaType: what a Content-Type says: "text/html; charset=utf-8". (Chapter 19)
#pragma once

#include <string>
#include <string_view>

namespace book::crawl {

class MediaType {
 public:
  explicit MediaType(std::string_view field);

  bool is_html() const noexcept { return type_ == "text/html" || type_ == "application/xhtml+xml"; }
  /// Is ASCII ASCII in it? Then its tags and addresses can be found, whatever else it says. Of a
  /// page that does not say, and of encodings that we do not know, it is taken to be so; not of
  /// UTF-16 and its kind.
  bool is_readable() const noexcept;
  /// In lower case; empty when it is not said.
  const std::string& charset() const noexcept { return charset_; }

 private:
  std::string type_, charset_;
};

}  // namespace book::crawl
