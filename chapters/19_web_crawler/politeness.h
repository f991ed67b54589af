// Politeness: when the next request may go to a host.
//
//     a place at the host (4)  -->  the host's next time  -->  a place of all (8)  -->  request
//          Semaphore                 interval, quiet until        Semaphore
//
// The order matters. A page that waits for its host holds no place of all: a slow or a sulking host
// holds up its own pages, and no others. Chapter 19 explains it.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "05_async_await/async.h"
#include "12_sync/semaphore.h"
#include "common/clock.h"

namespace book::crawl {

struct PoliteOptions {
  std::size_t all = 8;     ///< requests under way
  std::size_t a_host = 4;  ///< of them to one host
  Duration interval{};     ///< from one request to a host to the next; 0: at once
};

class Politeness;

/// A request may go. Its places are free again when it is destroyed.
class [[nodiscard]] Turn {
 public:
  Turn(Turn&&) noexcept = default;
  Turn& operator=(Turn&&) = delete;
  ~Turn();

 private:
  friend class Politeness;
  Turn(Politeness& politeness, Permit at_host, Permit of_all);
  struct Leave {
    void operator()(Politeness* politeness) const noexcept;
  };
  Permit at_host_, of_all_;
  std::unique_ptr<Politeness, Leave> counted_;
};

/// It must outlive its turns and the tasks that wait. For one thread.
class Politeness {
 public:
  explicit Politeness(const PoliteOptions& options);

  /// A future of a turn at `host` ("example.org:8080"). Dropping it while it waits leaves the
  /// place, and the time, to the next. Throws FetchError (left_alone) once leave() was called for
  /// the host.
  Async<Turn> turn(std::string host);
  /// No request to `host` before that time from now has passed. It only ever gets longer.
  void quiet(const std::string& host, Duration time);
  /// No more requests to `host` at all, also of those that wait; `why` is what they throw.
  void leave(const std::string& host, std::string why);

  std::size_t under_way() const noexcept { return under_way_; }
  std::size_t most_under_way() const noexcept { return most_; }

 private:
  friend class Turn;
  struct Host {
    explicit Host(std::size_t places) : places(places) {}
    Semaphore places;
    Instant next = Instant::min();  // no request before
    std::string left;               // why there are to be no more; empty: there may be
  };
  Host& at(const std::string& host);

  PoliteOptions options_;
  Semaphore all_;
  std::map<std::string, Host> hosts_;  // never moved: tasks wait at their semaphores
  std::size_t under_way_ = 0, most_ = 0;
};

}  // namespace book::crawl
