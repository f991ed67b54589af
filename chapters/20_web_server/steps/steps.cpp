#include "20_web_server/steps/steps.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "04_io_executor/executor.h"
#include "08_select/select.h"
#include "20_web_server/server/server.h"
#include "20_web_server/steps/blocking.h"
#include "20_web_server/steps/sequential.h"
#include "20_web_server/steps/workers.h"
#include "common/descriptor.h"
#include "common/reactor/reactor.h"

namespace book::http {
namespace {

Settings settings_of(const Plan& plan, int workers) {
  Settings settings = plan.settings;
  if (plan.mode == Mode::blocking || plan.mode == Mode::sequential) settings.keep_alive = false;
  // Each worker counts its own connections, and has at least one.
  const auto n = static_cast<std::size_t>(workers);
  settings.max_connections = std::max<std::size_t>(1, settings.max_connections / n);
  return settings;
}

std::vector<TcpListener> listen(const Address& address, int count) {
  std::vector<TcpListener> listeners;
  if (count == 1) {
    listeners.push_back(TcpListener::bind(address));
    return listeners;
  }
  // Listeners that share a port would share it with another server of ours, too. So ask first,
  // alone, whether it is free.
  (void)TcpListener::bind(address);
  ListenOptions shared;
  shared.reuse_port = true;
  listeners.push_back(TcpListener::bind(address, shared));
  const Address same = listeners.front().local_address();
  while (listeners.size() < static_cast<std::size_t>(count))
    listeners.push_back(TcpListener::bind(same, shared));
  return listeners;
}

/// A worker that cannot have a descriptor for a client and two for the way to a file serves no
/// client.
void check_descriptors(int workers, const TcpListener& any) {
  const int needed = 3 * workers;
  std::vector<Descriptor> spare;
  spare.reserve(static_cast<std::size_t>(needed));  // no descriptor is lost on the way into it
  for (int i = 0; i < needed; ++i) {
    spare.emplace_back(::fcntl(any.fd(), F_DUPFD_CLOEXEC, 0));
    if (!spare.back())
      throw std::system_error(errno, std::system_category(),
                              "no descriptors are left for clients and files");
  }
}

}  // namespace

const std::vector<std::string>& mode_names() {
  static const std::vector<std::string> names = {"blocking", "sequential", "concurrent",
                                                 "parallel"};
  return names;
}

std::string_view name_of(Mode mode) { return mode_names().at(static_cast<std::size_t>(mode)); }

Mode mode_of(std::string_view name) {
  const auto& names = mode_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw std::out_of_range("no such mode: " + std::string(name));
  return static_cast<Mode>(found - names.begin());
}

std::string describe(const Plan& plan) {
  switch (plan.mode) {
    case Mode::blocking:
      return "one thread, which waits in every call";
    case Mode::sequential:
      return "one thread, which awaits one visitor after the other";
    case Mode::concurrent:
      return "one thread, a task for each visitor";
    case Mode::parallel:
      break;
  }
  return plan.workers == 1 ? "1 thread, a task for each visitor"
                           : std::to_string(plan.workers) + " threads, a task for each visitor";
}

Totals sum(const std::vector<Totals>& parts) {
  Totals all;
  for (const Totals& part : parts) {
    all.requests += part.requests;
    all.connections += part.connections;
  }
  return all;
}

Server::Server(const Plan& plan, const Address& address) : plan_(plan) {
  const int workers = plan.mode == Mode::parallel ? std::max(1, plan.workers) : 1;
  const Settings settings = settings_of(plan, workers);
  for (int i = 0; i < workers; ++i) sites_.push_back(std::make_unique<Site>(plan.root, settings));
  if (workers > 1) {
    handover_ = std::make_unique<Handover>(sites_.size());
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      sites_[i]->handover = handover_.get();
      sites_[i]->worker = i;
    }
  }
  listeners_ = listen(address, workers);
  port_ = listeners_.front().local_address().port();
  const int executors = plan.mode == Mode::parallel ? workers + 1 : 1;
  for (int i = 0; i < executors; ++i)
    executors_.push_back(std::make_unique<Executor>(ExecutorOptions{.seed = plan.seed}));
  check_descriptors(workers, listeners_.front());
}

std::unique_ptr<Executor> Server::take_executor() {
  const std::scoped_lock lock(mutex_);
  std::unique_ptr<Executor> executor = std::move(executors_.back());
  executors_.pop_back();
  return executor;
}

std::vector<Totals> Server::run(Stop& stop, const Beside& beside) {
  // A listener that no worker has taken would keep its clients waiting.
  struct CloseTheRest {
    std::vector<TcpListener>& listeners;
    ~CloseTheRest() { listeners.clear(); }
  };
  const CloseTheRest at_the_end{listeners_};
  std::vector<Totals> totals;
  totals.reserve(sites_.size());  // while there is memory for it
  switch (plan_.mode) {
    case Mode::blocking:
      run_blocking(stop, beside);
      break;
    case Mode::sequential:
    case Mode::concurrent:
      run_async(0, stop, beside);
      break;
    case Mode::parallel:
      run_parallel(stop, beside);
      break;
  }
  for (const auto& site : sites_) totals.push_back({site->http.requests, site->accepted});
  return totals;
}

/// Its thread has no time to listen for a stop. So this one does, and stops it.
void Server::run_blocking(Stop& stop, const Beside& beside) {
  struct StopAtTheEnd {
    BlockingServer& server;
    ~StopAtTheEnd() { server.stop(); }
  };
  BlockingServer server(std::move(listeners_.front()), *sites_.front());
  Workers worker(
      1, [&](int) { server.serve(); }, stop);
  const StopAtTheEnd at_the_end{server};
  const std::unique_ptr<Executor> executor = take_executor();
  const Reactor::OutsideWork the_worker(executor->reactor());
  if (beside) executor->spawn(beside());
  executor->block_on(select(stop.requested(), worker.ended()));
  server.stop();
  executor->block_on(worker.ended());
  worker.join();
}

void Server::run_async(int worker, Stop& stop, const Beside& beside) {
  const std::unique_ptr<Executor> executor = take_executor();
  if (beside) executor->spawn(beside());
  executor->block_on(serve_until_stopped(worker, stop));
}

void Server::run_parallel(Stop& stop, const Beside& beside) {
  Workers workers(
      this->workers(), [&](int i) { run_async(i, stop, {}); }, stop);
  const std::unique_ptr<Executor> executor = take_executor();
  const Reactor::OutsideWork all_of_them(executor->reactor());
  if (beside) executor->spawn(beside());
  executor->block_on(workers.ended());
  workers.join();
}

Async<> Server::serve_until_stopped(int worker, Stop& stop) {
  const auto index = static_cast<std::size_t>(worker);
  TcpListener& listener = listeners_[index];
  Site& site = *sites_[index];
  Async<> server = plan_.mode == Mode::sequential
                       ? serve_one_by_one(std::move(listener), site, stop.token())
                       : serve(std::move(listener), site, stop.requested());
  // What is still there when all shall end at once is dropped, with the executor.
  co_await select(std::move(server), stop.aborted());
}

}  // namespace book::http
