#include "17_io/http/date.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>

namespace book::http {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view kLongDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};

std::tm in_greenwich(std::time_t seconds) {
  std::tm t{};
  ::gmtime_r(&seconds, &t);
  return t;
}

/// Reads a text from left to right. The first thing that is not there spoils all that follows.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  DateReader& word(std::string_view expected) {
    good_ = good_ && rest_.starts_with(expected);
    if (good_) rest_.remove_prefix(expected.size());
    return *this;
  }
  DateReader& one_of(std::span<const std::string_view> names, int& index) {
    const auto name = std::find_if(names.begin(), names.end(),
                                   [&](std::string_view n) { return rest_.starts_with(n); });
    if (name == names.end()) {
      good_ = false;
      return *this;
    }
    index = static_cast<int>(name - names.begin());
    return word(*name);
  }
  DateReader& number(std::size_t digits, int& value) {
    good_ = good_ && rest_.size() >= digits;
    value = 0;
    for (std::size_t i = 0; good_ && i < digits; ++i) {
      good_ = rest_[i] >= '0' && rest_[i] <= '9';
      value = value * 10 + (rest_[i] - '0');
    }
    if (good_) rest_.remove_prefix(digits);
    return *this;
  }
  /// 08:49:37
  DateReader& time(std::tm& t) {
    return number(2, t.tm_hour).word(":"sv).number(2, t.tm_min).word(":"sv).number(2, t.tm_sec);
  }
  bool next_is(char c) const { return rest_.starts_with(c); }
  bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

bool read_usual(std::string_view text, std::tm& t) {
  return DateReader(text)
      .one_of(kDays, t.tm_wday)
      .word(", "sv)
      .number(2, t.tm_mday)
      .word(" "sv)
      .one_of(kMonths, t.tm_mon)
      .word(" "sv)
      .number(4, t.tm_year)
      .word(" "sv)
      .time(t)
      .word(" GMT"sv)
      .done();
}

bool read_rfc_850(std::string_view text, std::tm& t, int this_year) {
  const bool read = DateReader(text)
                        .one_of(kLongDays, t.tm_wday)
                        .word(", "sv)
                        .number(2, t.tm_mday)
                        .word("-"sv)
                        .one_of(kMonths, t.tm_mon)
                        .word("-"sv)
                        .number(2, t.tm_year)
                        .word(" "sv)
                        .time(t)
                        .word(" GMT"sv)
                        .done();
  // The one year of a hundred, from 49 years ago to 50 years ahead, that ends in these digits.
  const int earliest = this_year - 49;
  t.tm_year = earliest + (t.tm_year + 100 - earliest % 100) % 100;
  return read;
}

bool read_asctime(std::string_view text, std::tm& t) {
  DateReader reader(text);
  reader.one_of(kDays, t.tm_wday).word(" "sv).one_of(kMonths, t.tm_mon).word(" "sv);
  if (reader.next_is(' '))
    reader.word(" "sv).number(1, t.tm_mday);
  else
    reader.number(2, t.tm_mday);
  return reader.word(" "sv).time(t).word(" "sv).number(4, t.tm_year).done();
}

}  // namespace

std::string http_date(std::time_t seconds) {
  const std::tm t = in_greenwich(seconds);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[t.tm_wday], t.tm_mday,
                     kMonths[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

std::optional<std::time_t> parse_http_date(std::string_view text, std::time_t now) {
  using namespace std::chrono;
  std::tm t{};  // but tm_year is the year itself
  if (!read_usual(text, t) && !read_asctime(text, t) &&
      !read_rfc_850(text, t, in_greenwich(now).tm_year + 1900))
    return std::nullopt;
  const year_month_day date(year(t.tm_year), month(static_cast<unsigned>(t.tm_mon + 1)),
                            day(static_cast<unsigned>(t.tm_mday)));
  // The 61st second of a minute is there for leap seconds.
  if (!date.ok() || t.tm_hour > 23 || t.tm_min > 59 || t.tm_sec > 60) return std::nullopt;
  return static_cast<std::time_t>(sys_days(date).time_since_epoch().count()) * 86'400 +
         t.tm_hour * 3600 + t.tm_min * 60 + t.tm_sec;
}

}  // namespace book::http
