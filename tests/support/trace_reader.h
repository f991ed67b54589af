// Reads a trace (common/trace.h) back: strictly, so that a test sees every line that is not
// exactly what the format says.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace book::test {

/// One line: its numbers and texts by their keys.
class TraceLine {
 public:
  /// Throws std::runtime_error when the text is not one flat JSON object.
  explicit TraceLine(const std::string& json);

  bool has(const std::string& key) const { return fields_.count(key) != 0; }
  /// 0, or an empty text, when the line has no such field.
  long number(const std::string& key) const;
  std::string text(const std::string& key) const;

  std::string event() const { return text("e"); }
  const std::string& json() const { return json_; }

 private:
  std::string json_;
  std::map<std::string, std::variant<long, std::string>> fields_;
};

class Trace {
 public:
  /// Reads the file. Throws std::runtime_error when it does not begin with the header, or when
  /// the numbers of its events are not 1, 2, 3 and so on.
  explicit Trace(const std::string& path);

  const std::string& title() const { return title_; }
  const std::vector<TraceLine>& events() const { return events_; }
  /// Event number `n`; throws std::out_of_range.
  const TraceLine& at(long n) const { return events_.at(static_cast<std::size_t>(n - 1)); }
  /// The events of this kind, in order.
  std::vector<TraceLine> all(const std::string& event) const;
  /// The kinds of the causes of an event, from itself to the first: {"poll+", "wake", "timer"}.
  std::vector<std::string> causes_of(long n) const;

 private:
  std::string title_;
  std::vector<TraceLine> events_;
};

}  // namespace book::test
