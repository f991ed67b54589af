// Conditions: "send it only if ...". A client that has a copy names its validators, and the server
// compares them with the file's, in the order of RFC 9110, section 13.2.2:
//
//     If-Match              no tag of the list is the file's      412
//     If-Unmodified-Since   (without If-Match) it was modified    412
//     If-None-Match         a tag of the list is the file's       304: the copy is still good
//     If-Modified-Since     (without If-None-Match) it was not    304
//     If-Range              it is another file by now             the Range is ignored: all of it
//
// A date that is none, or a field that comes twice where one is allowed, is as if it were not
// there.
#pragma once

#include <ctime>
#include <optional>
#include <string_view>

#include "20_web_server/files/validators.h"

namespace book::http {

enum class Verdict {
  send,          ///< nothing speaks against it
  not_modified,  ///< 304
  failed,        ///< 412
};

/// What the `fields` of a GET or HEAD say about a file that would be sent without them.
[[nodiscard]] Verdict evaluate(std::string_view fields, const Validators& validators,
                               std::time_t now);

/// The Range field, if there is one and If-Range has nothing against it.
[[nodiscard]] std::optional<std::string_view> range_asked_for(std::string_view fields,
                                                              const Validators& validators,
                                                              std::time_t now);

}  // namespace book::http
