// resolve("example.org", 80): the addresses behind a name. Looking a name up blocks: getaddrinfo
// reads files and asks servers, for milliseconds or for half a minute. So it runs on a helper
// thread, and the loop goes on.
//
//     the loop's thread                        a helper thread
//     first poll: put the lookup into the  --> takes it: getaddrinfo ... blocks ...
//       queue; keep the waker; pending
//     (runs the other tasks)                   writes the result, then wakes
//     next poll: here is the result        <--'  the next lookup, or ends when there is none
//
// At most a few helpers; one ends when there is nothing left to look up. (Chapter 14 has a pool for
// every call that blocks. It waits for its threads at the end, and a server of names may take half
// a minute: these are left behind.) Chapter 17 explains it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "17_io/sockets/address.h"
#include "common/future.h"
#include "common/reactor/reactor.h"

namespace book {

/// The errors of getaddrinfo, in the words of gai_strerror: "Name or service not known".
const std::error_category& resolve_category() noexcept;

namespace detail {
struct Lookup;
struct LookupQueue;
}  // namespace detail

/// Looks names up on helper threads of its own. resolve() has one a process; tests make others,
/// which a forked child must not use: it has none of their threads.
class Resolver {
 public:
  using Addresses = std::vector<Address>;
  /// What blocks. Runs on a helper thread; may throw.
  using Call = std::function<Addresses(const std::string& host, std::uint16_t port)>;

  explicit Resolver(Call call, std::size_t threads = 4);

  class [[nodiscard]] Resolve;
  /// The future may outlive the Resolver.
  Resolve resolve(std::string_view host, std::uint16_t port) const;

 private:
  std::shared_ptr<detail::LookupQueue> queue_;
};

/// A future of the addresses of `host`, never none, in the order in which they should be tried.
/// Throws std::system_error: of resolve_category(), or what the system says. Digits ("127.0.0.1",
/// "::1") are no name: they are ready at once, without a thread. Dropping it gives the lookup up:
/// one that has not begun never does, and the result of one that has is thrown away.
class Resolver::Resolve : PinnedOncePolled {
 public:
  using Output = Addresses;

  Resolve(std::shared_ptr<detail::LookupQueue> queue, std::string_view host, std::uint16_t port);
  Resolve(Resolve&&) = default;
  Resolve& operator=(Resolve&&) = delete;
  ~Resolve();

  Poll<Addresses> poll(Context& cx);

 private:
  Addresses take();

  std::shared_ptr<detail::LookupQueue> queue_;
  std::string host_;
  std::uint16_t port_;
  std::shared_ptr<detail::Lookup> lookup_;  // shared with the helper, once there is one
  /// While we wait, a helper is at work outside: virtual time must not jump.
  std::optional<Reactor::OutsideWork> outside_;
};

namespace detail {
struct ResolveFn {
  Resolver::Resolve operator()(std::string_view host, std::uint16_t port) const;
};
}  // namespace detail

/// auto addresses = co_await resolve("localhost", 80);
inline constexpr detail::ResolveFn resolve{};

}  // namespace book
