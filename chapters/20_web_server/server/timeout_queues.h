// ConnectionTimeout: how long one connection may wait. TimeoutQueues: those of all connections.
//
//     WaitKind::idle   [ a ]-[ f ]-[ b ]      idle_timeout      all in a queue have the same limit:
//     WaitKind::head   [ d ]                  header_timeout    the last to come is due last, so a
//     WaitKind::body                          header_timeout    queue is (nearly) in order by
//     itself WaitKind::write  [ c ]-[ e ]            write_timeout WaitKind::other  [ g ] (no
//     limit)
//                        ^
//                        one timer, for the earliest of those in front
//
// To wait is to go to the end of a queue: a few pointers and a deadline, no allocation and no timer
// of one's own. Only the one timer is ever armed, and it stays armed: when it fires early, because
// the one in front is due later by now, it is armed anew. A connection that waits again for the
// same, as a busy one does a thousand times a second, does not even move: its deadline is extended,
// and for a tenth of a second it keeps its place, too far in front. So the timer looks at all whose
// places are due. Chapter 20 explains it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "20_web_server/server/callback_timer.h"
#include "20_web_server/server/settings.h"
#include "20_web_server/server/shutdown.h"
#include "20_web_server/server/wait_kind.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/waker.h"

namespace book::http {

class TimeoutQueues;

/// May a connection wait?
enum class WaitResult : std::uint8_t {
  waiting,    ///< its task is woken when that changes
  timed_out,  ///< it has waited long enough
  refused,    ///< the server shuts down
};

/// One connection's place in the queues.
class ConnectionTimeout : public Link {
 public:
  explicit ConnectionTimeout(TimeoutQueues& queues) noexcept;
  ~ConnectionTimeout();

  /// There was progress: the next wait has all its time.
  void restart() noexcept { restart_ = true; }

  /// For a poll that found nothing to do. The time runs from here if the last wait was of another
  /// kind, or after a restart().
  WaitResult wait(Context& cx, WaitKind kind);

 private:
  friend class TimeoutQueues;

  TimeoutQueues& queues_;
  Waker waker_;
  Instant deadline_;
  Instant place_;  // in its queue: the deadline it came with. Never after the deadline
  WaitKind kind_ = WaitKind::other;
  bool restart_ = true;
  bool expired_ = false;  // set by the timer, cleared by the next wait that begins
};

/// For one thread. Outlives its time-outs.
class TimeoutQueues {
 public:
  TimeoutQueues(const Settings& settings, const Shutdown& shutdown) noexcept;
  TimeoutQueues(const TimeoutQueues&) = delete;
  TimeoutQueues& operator=(const TimeoutQueues&) = delete;

  /// Ends the wait of the connection that has been idle for longest, if there is one, as if its
  /// time were up. One at a time: until it has gone, or goes on because a request has just come, no
  /// other.
  void expire_longest_idle();
  bool has_idle() const noexcept {
    return !queues_[static_cast<std::size_t>(WaitKind::idle)].list.empty();
  }
  /// Woken when a connection becomes idle, for as long as it is set.
  Waker idle_waiter;

  /// After a step of the shutdown: wakes those who may not wait any longer.
  void wake_refused();

 private:
  friend class ConnectionTimeout;

  struct Queue {
    Duration limit;
    LinkedList list = {};
  };

  Queue& queue(WaitKind kind) noexcept { return queues_[static_cast<std::size_t>(kind)]; }
  bool refuses(WaitKind kind) const noexcept {
    return shutdown_.has_begun() && (kind == WaitKind::idle || shutdown_.is_aborted());
  }
  void enqueue(ConnectionTimeout& one, WaitKind kind, Instant now);
  bool extend(ConnectionTimeout& one, Instant now) noexcept;
  void on_timer();
  Instant expire_due(Queue& queue, Instant now);
  static void expire(ConnectionTimeout& one);
  void arm(Instant time);

  const Shutdown& shutdown_;
  std::array<Queue, 5> queues_;
  std::size_t count_ = 0;  // of the connections: without any, no timer is armed
  CallbackTimer timer_;
  ConnectionTimeout* expired_early_ = nullptr;  // by expire_longest_idle()
  Instant armed_for_ = Instant::max();
};

inline ConnectionTimeout::ConnectionTimeout(TimeoutQueues& queues) noexcept : queues_(queues) {
  ++queues.count_;
}

}  // namespace book::http
