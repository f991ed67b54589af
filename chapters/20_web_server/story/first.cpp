#include "20_web_server/story/first.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <utility>

#include "04_io_executor/executor.h"
#include "08_select/select.h"
#include "13_time/signal.h"
#include "20_web_server/first_server/first_server.h"
#include "20_web_server/server/settings.h"
#include "common/stream.h"

namespace book::http {
namespace {

/// A server without limits has none to set.
void refuse_what_it_has_not(const Args& args) {
  std::vector<std::string> names = {"demo", "root", "workers", "trap"};
  for (const Option& option : server_options()) names.push_back(option.name);
  for (const std::string& name : names) {
    if (args.given(name)) {
      throw UsageError(fmt::format(
          "--{} belongs to the other modes: the first server has one page and no limits", name));
    }
  }
}

Async<> serve_until_ctrl_c(Async<> server, SignalStream signals) {
  auto ctrl_c = next(signals);
  auto either = book::select(std::move(server), std::move(ctrl_c));
  co_await either;
}

}  // namespace

const std::vector<std::string>& first_mode_names() {
  static const std::vector<std::string> names = {"first", "first-spawn"};
  return names;
}

bool is_first_mode(std::string_view name) {
  const auto& names = first_mode_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

void run_first(const Args& args) {
  refuse_what_it_has_not(args);
  const bool spawns = args.get<std::string>("mode") == "first-spawn";
  SignalStream signals = book::signals({SIGINT, SIGTERM});
  TcpListener listener = TcpListener::bind(Address::loopback(args.get<std::uint16_t>("port")));
  fmt::print("listening on http://127.0.0.1:{}/\n", listener.local_address().port());
  fmt::print("  serves   one page, whatever it is asked\n");
  fmt::print("  mode     {}\n", spawns ? "first-spawn: one thread, a task for each client"
                                       : "first: one thread, one client after the other");
  fmt::print("  limits   none: not for a port that strangers can reach\n");
  fmt::print("  stop     Ctrl-C\n");

  Executor executor({.seed = args.seed()});
  Async<> server = spawns ? first::serve_at_once(std::move(listener))
                          : first::serve_in_turn(std::move(listener));
  executor.block_on(serve_until_ctrl_c(std::move(server), std::move(signals)));
}

}  // namespace book::http
