// Dates as HTTP writes them: in English whatever the locale says, in Greenwich whatever the time
// zone, to the second. Everybody writes the first form; the other two are read, for old clients.
//
//     Sun, 06 Nov 1994 08:49:37 GMT
//     Sunday, 06-Nov-94 08:49:37 GMT     two digits of a year: never more than 50 years ahead
//     Sun Nov  6 08:49:37 1994           what asctime() of C makes
//
// strftime and strptime are no help: the names of days and months that they know are the locale's.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace book::http {

inline constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// "Sun, 06 Nov 1994 08:49:37 GMT": 29 characters, for the years 0 to 9999.
[[nodiscard]] std::string http_date(std::time_t seconds);

/// Nothing if `text` is none of the three, or no day of the calendar. The name of the day is not
/// held against the date. `now` gives two digits their century.
[[nodiscard]] std::optional<std::time_t> parse_http_date(std::string_view text, std::time_t now);

}  // namespace book::http
