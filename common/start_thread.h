// start_thread(work): a std::thread that runs it, or an exception that says what could not be had.
#pragma once

#include <system_error>
#include <thread>
#include <utility>

namespace book {

/// A std::thread, or a std::jthread if you name it. Where the system has none left, the library's
/// own exception says "Resource temporarily unavailable" of something that it does not name; this
/// std::system_error, of the same code, begins with "cannot start a thread".
template <class Thread = std::thread, class Work>
[[nodiscard]] Thread start_thread(Work work) {
  try {
    return Thread(std::move(work));
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "cannot start a thread");
  }
}

}  // namespace book
