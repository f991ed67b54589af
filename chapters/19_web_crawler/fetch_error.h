// FetchError: why a page could not be had, in words for the report, and whether it is worth trying
// again.
#pragma once

#include <stdexcept>
#include <string>

namespace book::crawl {

class FetchError : public std::runtime_error {
 public:
  enum class Kind : unsigned char {
    no_address,   ///< the name means nothing
    unreachable,  ///< no connection
    late,         ///< it took longer than it may
    broken_off,   ///< the connection ended, or failed, before the answer did
    not_http,     ///< what came is no answer, or could be read in two ways
    too_long,     ///< more than we are ready to keep
    left_alone,   ///< not asked for: the host wants no more requests for a long time
  };
  FetchError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}

  Kind kind() const noexcept { return kind_; }
  /// May it be another time? A server that sends nonsense will send it again.
  bool may_pass() const noexcept {
    return kind_ == Kind::unreachable || kind_ == Kind::late || kind_ == Kind::broken_off;
  }

 private:
  Kind kind_;
};

}  // namespace book::crawl
