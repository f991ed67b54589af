// append(text, "{} of {}", n, m): fmt::format_to for the end of a string. fmt's own compiles its
// whole formatter into each file that calls it, three seconds a file; here it is compiled once.
#pragma once

#include <fmt/format.h>

#include <string>

namespace book {

void append_formatted(std::string& text, fmt::string_view format, fmt::format_args arguments);
void append_formatted(fmt::memory_buffer& text, fmt::string_view format,
                      fmt::format_args arguments);

/// Text is a std::string or a fmt::memory_buffer.
template <class Text, class... T>
void append(Text& text, fmt::format_string<T...> format, T&&... values) {
  append_formatted(text, format, fmt::make_format_args(values...));
}

}  // namespace book
