// The command line of a chapter: what it may hold, what it does hold, and the page that says so.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>

#include "common/program/chapter.h"

namespace book {
namespace option {

Option flag(std::string name, std::string help) {
  return {.name = std::move(name),
          .placeholder = {},
          .help = std::move(help),
          .fallback = false,
          .choices = {}};
}

Option number(std::string name, Range range, std::string help) {
  return {.name = std::move(name),
          .placeholder = "N",
          .help = std::move(help),
          .fallback = range.fallback,
          .min = range.min,
          .max = range.max,
          .choices = {}};
}

Option choice(std::string name, std::vector<std::string> choices, std::string help) {
  std::string placeholder = name;
  std::transform(name.begin(), name.end(), placeholder.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  std::string fallback = choices.at(0);
  return {.name = std::move(name),
          .placeholder = std::move(placeholder),
          .help = std::move(help),
          .fallback = std::move(fallback),
          .choices = std::move(choices)};
}

Option text(std::string name, std::string placeholder, std::string fallback, std::string help) {
  return {.name = std::move(name),
          .placeholder = std::move(placeholder),
          .help = std::move(help),
          .fallback = std::move(fallback),
          .choices = {}};
}

}  // namespace option

namespace {

/// The end of every usage error.
constexpr std::string_view kSeeHelp = "; --help lists what there is";

template <class... Parts>
[[noreturn]] void wrong_usage(fmt::format_string<Parts...> format, Parts&&... parts) {
  throw UsageError(fmt::format(format, std::forward<Parts>(parts)...).append(kSeeHelp));
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// "a, b or c"
std::string list_of(const std::vector<std::string>& choices) {
  std::string list;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) list += i + 1 == choices.size() ? " or " : ", ";
    list += choices[i];
  }
  return list;
}

/// One word after another; "--name=value" counts as two.
class Words {
 public:
  explicit Words(const std::vector<std::string>& words) : next_(words.begin()), end_(words.end()) {}

  bool next_option() {
    if (next_ == end_) return false;
    const std::string_view word = *next_++;
    if (word == "-h") return name_ = "help", attached_.reset(), true;
    if (word.substr(0, 2) != "--" || word.size() == 2)
      wrong_usage("unexpected argument \"{}\"", word);
    const std::size_t equals = word.find('=');
    name_ = word.substr(2, equals == word.npos ? word.npos : equals - 2);
    attached_.reset();
    if (equals != word.npos) attached_ = word.substr(equals + 1);
    return true;
  }

  std::string_view name() const { return name_; }

  void expect_no_value() const {
    if (attached_) wrong_usage("--{} takes no value", name_);
  }
  std::string_view value(std::string_view placeholder) {
    if (attached_) return *attached_;
    if (next_ == end_ || next_->substr(0, 2) == "--") {
      wrong_usage("--{} needs a value: --{} {}", name_, name_, placeholder);
    }
    return *next_++;
  }

 private:
  std::vector<std::string>::const_iterator next_, end_;
  std::string_view name_;
  std::optional<std::string_view> attached_;
};

OptionValue read_value(const Option& option, Words& words) {
  if (std::holds_alternative<bool>(option.fallback)) {
    words.expect_no_value();
    return true;
  }
  const std::string_view text = words.value(option.placeholder);
  if (std::holds_alternative<long long>(option.fallback)) {
    const auto number = parse_number<long long>(text);
    if (!number || *number < option.min || *number > option.max) {
      wrong_usage("--{} wants a whole number from {} to {}, not \"{}\"", option.name, option.min,
                  option.max, text);
    }
    return *number;
  }
  if (!option.choices.empty() &&
      std::find(option.choices.begin(), option.choices.end(), text) == option.choices.end()) {
    wrong_usage("--{} wants {}, not \"{}\"", option.name, list_of(option.choices), text);
  }
  return std::string(text);
}

std::string describe(const Option& option) {
  if (std::holds_alternative<bool>(option.fallback)) return option.help;
  if (const auto* number = std::get_if<long long>(&option.fallback)) {
    return fmt::format("{} ({} to {}; default {})", option.help, option.min, option.max, *number);
  }
  const auto& text = std::get<std::string>(option.fallback);
  if (!option.choices.empty()) {
    return fmt::format("{} ({}; default {})", option.help, list_of(option.choices), text);
  }
  return text.empty() ? option.help : fmt::format("{} (default {})", option.help, text);
}

}  // namespace

Args parse_args(const Chapter& chapter, const std::vector<std::string>& list) {
  Args args;
  for (const Option& option : chapter.options) args.held_[option.name] = {option.fallback};

  Words words(list);
  while (words.next_option()) {
    const std::string_view name = words.name();
    if (name == "help") {
      words.expect_no_value();
      args.help_ = true;
      return args;
    }
    if (name == "virtual-time") {
      words.expect_no_value();
      if (!chapter.no_virtual_time.empty()) {
        wrong_usage("--virtual-time is not for this chapter: {}", chapter.no_virtual_time);
      }
      args.virtual_time_ = true;
    } else if (name == "seed") {
      if (!chapter.no_seed.empty()) {
        wrong_usage("--seed is not for this chapter: {}", chapter.no_seed);
      }
      const std::string_view text = words.value("N");
      args.seed_ = parse_number<std::uint64_t>(text);
      if (!args.seed_) wrong_usage("--seed wants a whole number from 0, not \"{}\"", text);
    } else if (name == "trace") {
      args.trace_file_ = words.value("FILE");
      if (args.trace_file_.empty()) wrong_usage("--trace needs a value: --trace FILE");
    } else {
      const auto option = std::find_if(chapter.options.begin(), chapter.options.end(),
                                       [&](const Option& o) { return o.name == name; });
      if (option == chapter.options.end()) wrong_usage("there is no --{}", name);
      args.held_[option->name] = {read_value(*option, words), true};
    }
  }
  return args;
}

std::string help_page(const Chapter& chapter) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Option& option : chapter.options) {
    rows.emplace_back(option.placeholder.empty()
                          ? "--" + option.name
                          : fmt::format("--{} {}", option.name, option.placeholder),
                      describe(option));
  }
  if (!rows.empty()) rows.emplace_back();
  rows.emplace_back("--virtual-time",
                    chapter.no_virtual_time.empty()
                        ? "waiting takes no time: the clock jumps to the next deadline"
                        : "not for this chapter: " + chapter.no_virtual_time);
  rows.emplace_back("--seed N",
                    chapter.no_seed.empty()
                        ? "shuffle the order of ready tasks, for the same N the same way"
                        : "not for this chapter: " + chapter.no_seed);
  rows.emplace_back("--trace FILE", "write what happens to FILE, an event a line (JSON)");
  rows.emplace_back("--help", "print this page");

  std::size_t width = 0;
  for (const auto& [flag, text] : rows) width = std::max(width, flag.size());
  std::string page =
      fmt::format("{}: {}\n\nusage: {} [options]\n\n", chapter.name, chapter.summary, chapter.name);
  for (const auto& [flag, text] : rows) {
    page += flag.empty() ? "\n" : fmt::format("  {:<{}}  {}\n", flag, width, text);
  }
  return page;
}

const OptionValue& Args::find(std::string_view name) const {
  const auto it = held_.find(name);
  if (it == held_.end()) throw std::logic_error("the chapter declares no --" + std::string(name));
  return it->second.value;
}

bool Args::given(std::string_view name) const {
  find(name);
  return held_.find(name)->second.given;
}

}  // namespace book
