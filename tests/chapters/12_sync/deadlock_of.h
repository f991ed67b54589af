// What the executor says when a test's tasks wait for each other.
#pragma once

#include <string>

#include "04_io_executor/deadlock.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"

namespace book::test {

/// The text of the Deadlock in which `body` ends; empty when it ends well.
inline std::string deadlock_of(Async<> body) {
  try {
    Executor executor({.time = TimeMode::virtual_time});
    executor.block_on(std::move(body));
  } catch (const Deadlock& deadlock) {
    return deadlock.what();
  }
  return "";
}

inline bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace book::test
