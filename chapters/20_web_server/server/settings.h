// Settings: every limit of the server in one place, with its unit and a value that does for most.
// What a client may take of the server ends somewhere: bytes, time, connections.
//
//     parse_args(...) --> settings_from(args) --> Site(root, settings)
//                                             --> serve(listener, site)
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "17_io/http/request.h"
#include "common/clock.h"

namespace book {
class Args;
struct Option;
}  // namespace book

namespace book::http {

struct Settings {
  /// Connections at once, of one serve(). For one more, the longest idle one is closed. While none
  /// is idle, the next ones wait, in the system's queue, and are not sent away.
  std::size_t max_connections = 20'000;

  /// Bytes of a request: of its target, and of its whole head.
  Limits limits{};
  /// Bytes of a request's body that are read and thrown away; more is 413. In chunks, which do not
  /// say beforehand how much it will be, their own lines count too, and more is the end.
  std::uint64_t max_body = 1024 * 1024;

  /// From the first byte of a request to the end of its head (and then again to the end of its
  /// body). A byte now and then does not extend it.
  Duration header_timeout = std::chrono::seconds(20);
  /// A connection that asks for nothing, the first time or after an answer.
  Duration idle_timeout = std::chrono::seconds(75);
  /// A client that takes none of its answer. Each time that there is room for more of it, the time
  /// begins anew. (For a socket that is when a third of the system's buffer is free: a byte now and
  /// then is not enough.)
  Duration write_timeout = std::chrono::seconds(30);

  /// May a connection carry another request after its first? (The steps that serve one connection
  /// after the other say no: a client that stays would hold up all others.)
  bool keep_alive = true;

  /// How long GET /sleep takes.
  Duration slow_delay = std::chrono::seconds(5);
  /// The mistake of "What goes wrong" in the README: the thread sleeps, and not the task.
  bool blocking_sleep = false;

  /// At the end: how long what was begun may take. Then it is dropped.
  Duration grace = std::chrono::seconds(10);

  /// The value of the Cache-Control field of every file, such as "max-age=60"; "" for none.
  std::string cache_control = {};

  /// Where the access log goes: a file to append to, "-" for stdout, "" for no log.
  std::string access_log = {};
};

/// --max-connections, --max-head, --header-timeout, --idle-timeout, --write-timeout, --grace,
/// --cache-control, --access-log and --nap: for the options of a chapter.
std::vector<Option> server_options();
/// What they were set to.
Settings settings_from(const Args& args);

}  // namespace book::http
