#include "20_web_server/files/conditions.h"

#include "17_io/http/date.h"
#include "17_io/http/fields.h"
#include "17_io/http/scan.h"

namespace book::http {
namespace {

using namespace std::string_view_literals;

/// How much alike two tags have to be.
enum class Comparison {
  strong,  ///< byte for byte the same file: neither of them may be weak
  weak,    ///< as good as the same
};

bool is_weak(std::string_view tag) { return tag.starts_with("W/"sv); }

bool same(std::string_view a, std::string_view b, Comparison how) {
  if (how == Comparison::strong) return a == b && !is_weak(a);
  if (is_weak(a)) a.remove_prefix(2);
  if (is_weak(b)) b.remove_prefix(2);
  return a == b;
}

/// "*", or: "a", W/"b", "c". What is no list of tags matches nothing from there on.
bool is_in(std::string_view list, std::string_view tag, Comparison how) {
  if (list == "*"sv) return true;
  for (;;) {
    const std::size_t begin = list.find_first_not_of(" \t,"sv);
    if (begin == list.npos) return false;
    list.remove_prefix(begin);
    const std::size_t quote = is_weak(list) ? 2 : 0;
    if (!list.substr(quote).starts_with('"')) return false;
    const std::size_t end = list.find('"', quote + 1);
    if (end == list.npos) return false;
    if (same(list.substr(0, end + 1), tag, how)) return true;
    list.remove_prefix(end + 1);
    const std::string_view rest = scan::trim(list);
    if (!rest.empty() && rest.front() != ',') return false;
  }
}

/// Over all lines of that name, which are one list. Nothing if there is no such line.
std::optional<bool> matches(std::string_view fields, std::string_view name, std::string_view tag,
                            Comparison how) {
  std::optional<bool> any;
  FieldLines lines(fields, name);
  while (const auto list = lines.next()) any = any.value_or(false) || is_in(*list, tag, how);
  return any;
}

/// The field that may come once.
std::optional<std::string_view> only(std::string_view fields, std::string_view name) {
  FieldLines lines(fields, name);
  const auto value = lines.next();
  return lines.next() ? std::nullopt : value;
}

std::optional<std::time_t> date_of(std::string_view fields, std::string_view name,
                                   std::time_t now) {
  const auto value = only(fields, name);
  return value ? parse_http_date(*value, now) : std::nullopt;
}

/// Only what is certainly the same may be put together from parts.
bool is_the_same(std::string_view if_range, const Validators& validators, std::time_t now) {
  if (!validators.is_strong()) return false;
  if (if_range.starts_with('"') || is_weak(if_range))
    return same(if_range, validators.etag, Comparison::strong);
  return parse_http_date(if_range, now) == validators.last_modified;
}

}  // namespace

Verdict evaluate(std::string_view fields, const Validators& validators, std::time_t now) {
  const std::string_view tag = validators.etag;
  if (const auto match = matches(fields, "if-match"sv, tag, Comparison::strong)) {
    if (!*match) return Verdict::failed;
  } else if (const auto date = date_of(fields, "if-unmodified-since"sv, now)) {
    if (validators.modified > *date) return Verdict::failed;
  }
  if (const auto match = matches(fields, "if-none-match"sv, tag, Comparison::weak)) {
    if (*match) return Verdict::not_modified;
  } else if (const auto date = date_of(fields, "if-modified-since"sv, now)) {
    // Dates in the future are nonsense; and of a file that was just modified a date proves nothing.
    if (*date <= now && validators.modified <= *date && validators.is_strong())
      return Verdict::not_modified;
  }
  return Verdict::send;
}

std::optional<std::string_view> range_asked_for(std::string_view fields,
                                                const Validators& validators, std::time_t now) {
  FieldLines lines(fields, "if-range"sv);
  if (const auto condition = lines.next())
    if (lines.next() || !is_the_same(*condition, validators, now)) return std::nullopt;
  return only(fields, "range"sv);
}

}  // namespace book::http
