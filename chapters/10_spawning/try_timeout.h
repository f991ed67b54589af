// try_timeout(d, f): timeout for a future whose value is optional already. A line may be missing
// because the time was up, or because there are no more lines; with timeout you would take apart an
// optional in an optional. Here being late is an exception, as failing is in try_join:
//
//     std::optional<std::string_view> line = co_await try_timeout(2s, read_line(client));
//     if (!line) ...                                       // the end
//                                                          // too late: TimedOut was thrown
// Chapter 10 explains it.
#pragma once

#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "05_async_await/map_then.h"
#include "10_spawning/timeout.h"

namespace book {

class TimedOut : public std::runtime_error {
 public:
  TimedOut() : std::runtime_error("the time was up") {}
};

namespace detail {

/// The value, or TimedOut thrown in its place.
template <class T>
struct InTime {
  T operator()(std::optional<ValueOrMonostate<T>>&& value) const {
    if (!value) throw TimedOut();
    if constexpr (!std::is_void_v<T>) return *std::move(value);
  }
};

}  // namespace detail

/// A future of what `future` gives. It throws TimedOut when `limit` has passed first: then an
/// rvalue was dropped, and an lvalue stands where it stood.
template <Future F>
auto try_timeout(Duration limit, F&& future) {
  return timeout(limit, std::forward<F>(future)) | map(detail::InTime<OutputOf<F>>());
}

}  // namespace book
