#include "19_web_crawler/media_type.h"

#include "17_io/http/scan.h"

namespace book::crawl {
namespace {

std::string lower(std::string_view text) { return http::scan::lower(http::scan::trim(text)); }

}  // namespace

MediaType::MediaType(std::string_view field) : type_(lower(field.substr(0, field.find(';')))) {
  for (std::size_t at = field.find(';'); at < field.size();) {
    field.remove_prefix(at + 1);
    at = field.find(';');
    const std::string parameter = lower(field.substr(0, at));
    if (!parameter.starts_with("charset=")) continue;
    charset_ = parameter.substr(8);
    std::erase(charset_, '"');
    std::erase(charset_, '\'');
    return;
  }
}

bool MediaType::is_readable() const noexcept {
  return !charset_.starts_with("utf-16") && !charset_.starts_with("utf-32") &&
         !charset_.starts_with("ucs-") && charset_ != "utf-7" && !charset_.starts_with("ebcdic") &&
         !charset_.starts_with("iso-2022");
}

}  // namespace book::crawl
