// chapter_main: what every chapter's main shares. It reads the command line, starts the trace,
// runs the body, and turns whatever goes wrong into one clear line on stderr.
//
//     int main(int argc, char** argv) {
//       return book::chapter_main(
//           {.name = "02_timer_future",
//            .summary = "one timer, and then many, each way",
//            .options = {book::option::number("threads", {.fallback = 10'000, .min = 1, .max =
//            100'000},
//                                             "how many timers of each kind"),
//                        book::option::choice("mode", {"both", "thread", "reactor"}, "which kind"),
//                        book::option::text("root", "DIR", "site", "the folder to serve"),
//                        book::option::flag("quiet", "print the figures only")},
//            .no_virtual_time = "its threads really sleep",
//            .no_seed = "it runs one task"},
//           argc, argv, [](book::Args& args) {
//             book::Reactor reactor(args.time_mode());
//             const int threads = args.get<int>("threads");
//             if (args.get<std::string>("mode") != "thread" && !args.get<bool>("quiet")) ...
//           });
//     }
//
// Exit code 0: the body returned. 1: an exception came out of it, or stdout could not be written.
// 2: wrong usage. Every chapter has --help and --trace FILE, and --virtual-time and --seed N where
// they can do what they say.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "common/clock.h"

namespace book {

/// What an option holds: a flag, a number, or a text (of choices, the chosen one).
using OptionValue = std::variant<bool, long long, std::string>;

/// One option of a chapter; made by the functions of namespace option.
struct Option {
  std::string name;                  ///< without the dashes
  std::string placeholder;           ///< what stands for the value in the help; flags have none
  std::string help;                  ///< one short line, no full stop
  OptionValue fallback;              ///< what it holds when it is not given
  long long min = 0, max = 0;        ///< of numbers
  std::vector<std::string> choices;  ///< of choices
};

namespace option {

struct Range {
  long long fallback = 0;
  long long min = 0;
  long long max = 0;
};

Option flag(std::string name, std::string help);
Option number(std::string name, Range range, std::string help);
/// The first choice is the fallback.
Option choice(std::string name, std::vector<std::string> choices, std::string help);
Option text(std::string name, std::string placeholder, std::string fallback, std::string help);

}  // namespace option

struct Chapter {
  std::string name;     ///< of its folder: "02_timer_future"
  std::string summary;  ///< one line, for the top of the help page
  std::vector<Option> options = {};
  /// Why this chapter cannot honour --virtual-time, if it cannot: the flag is then an error.
  std::string no_virtual_time = {};
  /// Why there is no order for --seed to shuffle, if there is none: the option is then an error.
  std::string no_seed = {};
};

/// The command line, read and checked.
class Args {
 public:
  bool virtual_time() const noexcept { return virtual_time_; }
  TimeMode time_mode() const noexcept {
    return virtual_time_ ? TimeMode::virtual_time : TimeMode::real;
  }
  /// For whatever is shuffled; empty when the order is to be the natural one.
  std::optional<std::uint64_t> seed() const noexcept { return seed_; }
  const std::string& trace_file() const noexcept { return trace_file_; }
  bool help() const noexcept { return help_; }

  /// The value of a declared option: bool, a number, or std::string. Throws std::logic_error when
  /// the chapter did not declare it so.
  template <class T>
  T get(std::string_view name) const {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
      if (const T* value = std::get_if<T>(&find(name))) return *value;
    } else {
      static_assert(std::is_integral_v<T>, "an option is a bool, a whole number or a std::string");
      const long long* value = std::get_if<long long>(&find(name));
      if (value && std::in_range<T>(*value)) return static_cast<T>(*value);
    }
    throw std::logic_error("--" + std::string(name) + " does not hold what get<T>() asks for");
  }
  /// Was it on the command line, or is its value the fallback?
  bool given(std::string_view name) const;

 private:
  friend Args parse_args(const Chapter&, const std::vector<std::string>&);
  struct Held {
    OptionValue value;
    bool given = false;
  };
  const OptionValue& find(std::string_view name) const;

  std::map<std::string, Held, std::less<>> held_;
  std::optional<std::uint64_t> seed_;
  std::string trace_file_;
  bool virtual_time_ = false;
  bool help_ = false;
};

/// A command line that a chapter does not understand: what() says what is wrong with it.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs a chapter: the return value is main's. It ignores SIGPIPE, so that writing to a closed
/// pipe or socket is an error like any other, and writes stdout out line by line.
int chapter_main(const Chapter& chapter, int argc, char** argv,
                 const std::function<void(Args&)>& body);

/// The parts of chapter_main, for its tests. Throws UsageError.
Args parse_args(const Chapter& chapter, const std::vector<std::string>& words);
std::string help_page(const Chapter& chapter);

}  // namespace book
