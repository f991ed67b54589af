// The four steps of the final project, each a whole server. They share the handler, the
// conversation and the pages; what changes from step to step is who waits, and where.
//
//     step         threads  executors  a client is             while one sleeps, the others
//     blocking        1         -      a function call         wait
//     sequential      1         1      awaited                 wait
//     concurrent      1         1      a task                  are served
//     parallel        N         N      a task of one of them   are served, by N processors
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "17_io/sockets/tcp.h"
#include "20_web_server/server/handover.h"
#include "20_web_server/server/settings.h"
#include "20_web_server/server/site.h"
#include "20_web_server/server/stop.h"

namespace book::http {

enum class Mode { blocking, sequential, concurrent, parallel };

/// In the order of the steps: "blocking", ...
const std::vector<std::string>& mode_names();
std::string_view name_of(Mode mode);
/// Throws std::out_of_range when there is no such mode.
Mode mode_of(std::string_view name);

/// What to serve, and how.
struct Plan {
  Mode mode = Mode::concurrent;
  int workers = 1;  ///< of the parallel mode; the others have one
  std::string root;
  Settings settings{};
  std::optional<std::uint64_t> seed{};  ///< ExecutorOptions::seed
};

/// "one thread, a task for each visitor"
std::string describe(const Plan& plan);

/// What a worker, or a server, has done.
struct Totals {
  std::uint64_t requests = 0;
  std::uint64_t connections = 0;
};
Totals sum(const std::vector<Totals>& parts);

/// A server of one of the modes. Once it is made it listens; run() serves.
class Server {
 public:
  /// Opens all that run() needs, so that a server which says that it listens can serve. Throws
  /// std::system_error when that cannot be had, the port is taken, or the root is no folder.
  Server(const Plan& plan, const Address& address);

  std::uint16_t port() const { return port_; }
  int workers() const { return static_cast<int>(sites_.size()); }

  /// Serves until a stop is requested, and what was begun has ended. Throws what ends one of its
  /// threads. What `beside` makes runs as a task on this thread, as long as the server does.
  /// The stop can be requested from there, or by another thread. (A blocking server does not hear
  /// an abort: nothing can interrupt a sleep of its thread.) Gives what each worker has done.
  std::vector<Totals> run(Stop& stop, const std::function<Async<>()>& beside = {});

 private:
  using Beside = std::function<Async<>()>;
  std::unique_ptr<Executor> take_executor();
  void run_blocking(Stop& stop, const Beside& beside);
  void run_async(int worker, Stop& stop, const Beside& beside);
  void run_parallel(Stop& stop, const Beside& beside);
  Async<> serve_until_stopped(int worker, Stop& stop);

  Plan plan_;
  std::unique_ptr<Handover> handover_;        // between the sites, when there are several
  std::vector<TcpListener> listeners_;        // one a worker, all of them on one port
  std::vector<std::unique_ptr<Site>> sites_;  // the same
  // The same, and one for the thread that calls run() when the workers have threads of their own.
  std::vector<std::unique_ptr<Executor>> executors_;
  std::mutex mutex_;  // guards executors_ while the workers take them
  std::uint16_t port_ = 0;
};

}  // namespace book::http
