#include "19_web_crawler/wire.h"

#include <string>
#include <system_error>
#include <vector>

#include "17_io/sockets/resolve.h"
#include "17_io/sockets/tcp_stream.h"
#include "19_web_crawler/fetch_error.h"

namespace book::crawl {
namespace {

using Kind = FetchError::Kind;

/// "127.0.0.1:7878: Connection refused"
FetchError in_words(Kind kind, const std::string& who, const std::system_error& error) {
  return FetchError(kind, who + ": " + error.code().message());
}

Async<std::unique_ptr<Wire>> connect_to(Url url, Duration patience) {
  std::string host = url.host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  std::vector<Address> addresses;
  try {
    auto lookup = resolve(host, url.port);
    addresses = co_await lookup;
  } catch (const std::system_error& error) {
    throw in_words(Kind::no_address, url.host, error);
  }
  try {
    auto connecting = TcpStream::connect(addresses, patience);
    TcpStream stream = co_await connecting;
    std::unique_ptr<Wire> wire = std::make_unique<WireOf<TcpStream>>(std::move(stream));
    co_return wire;
  } catch (const std::system_error& error) {
    throw in_words(Kind::unreachable, url.authority(), error);
  }
}

}  // namespace

Dial dial_tcp(Duration patience) {
  return [patience](Url url) { return connect_to(std::move(url), patience); };
}

}  // namespace book::crawl
