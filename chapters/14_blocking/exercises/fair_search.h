// Exercise 2: a long search that lets the others live.
//
//     the search    ######....######....######....###     found
//     the others          ####      ####      ####
//
//   - fair_search(text, word): the place of the first `word` in `text`, or empty.
//   - It takes the thread for a while and then lets the others have a turn: not after every step,
//     which would cost more than the search, and not only where it happens to look closer.
//   - What it searches is what it was given. While the others have their turn, the caller may do
//     with its own text what it likes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "05_async_await/async.h"
#include "14_blocking/budget.h"

namespace book::exercise {

inline Async<std::optional<std::size_t>> fair_search(const std::string& text,
                                                     const std::string& word) {
  // TODO: this keeps the thread from beginning to end. And whose text is it, once it does not?
  const std::size_t at = text.find(word);
  if (at == std::string::npos) co_return std::nullopt;
  co_return at;
}

}  // namespace book::exercise
