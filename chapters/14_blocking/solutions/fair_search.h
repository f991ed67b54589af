// Exercise 2, solved: a long search that lets the others live.
//
// breathe() at the head of the loop, so that no `continue` gets past it; its count decides when the
// others have their turn. Text and word are values: they lie in the coroutine's frame.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "05_async_await/async.h"
#include "14_blocking/budget.h"

namespace book::exercise {

inline Async<std::optional<std::size_t>> fair_search(std::string text, std::string word) {
  for (std::size_t at = 0; at + word.size() <= text.size(); ++at) {
    co_await breathe();
    if (word.empty()) co_return at;
    if (text[at] != word[0]) continue;
    if (text.compare(at, word.size(), word) == 0) co_return at;
  }
  co_return std::nullopt;
}

}  // namespace book::exercise
