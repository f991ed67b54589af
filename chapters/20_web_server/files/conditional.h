// From the whole file to what the client still needs of it: all of it, a part, or none. The rare
// path: of the many requests without a condition or a range, none comes here.
//
//     200  --conditions.h-->  304, 412, or still 200  --byte_range.h-->  206, 416, or still 200
#pragma once

#include <string>

#include "17_io/http/request.h"
#include "20_web_server/files/content.h"

namespace book::http {

/// `found`, a file with the status 200, becomes what the fields of `request`, a GET or HEAD, leave
/// of it. Of a large file the source then gives that part. `storage` keeps the fields of the answer
/// alive. Throws std::system_error when the source cannot be moved there.
void apply_conditions(Found& found, const Request& request, std::string& storage);

}  // namespace book::http
