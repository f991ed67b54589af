// Conversation: one connection's side of HTTP, without the connection. Bytes are put into input(),
// answers come out of output(), and advance() says what whoever holds the socket has to do next.
//
//                 +----------------- Conversation -----------------+
//     socket ---> | input --> parse --> route --> files --> output | ---> socket
//                 +------------------------------------------------+
//
// It never waits and never sees a socket: so it can be tested with strings, and the coroutine that
// does wait (connection.h) is short enough to be read at a glance.
#pragma once

#include <cstdint>
#include <utility>

#include "17_io/descriptor.h"
#include "20_web_server/buffers.h"
#include "20_web_server/handler.h"
#include "20_web_server/http.h"
#include "20_web_server/site.h"
#include "common/clock.h"

namespace book::http {

/// What to do after writing the output, if there is any.
enum class Next {
  advance,    ///< nothing: call advance() again
  read,       ///< put more bytes into input()
  sleep,      ///< sleep for delay()
  send_file,  ///< send what take_file() gives
  close,      ///< close the connection
  linger,     ///< close it, but first let the client read the answer: it is still sending
};

class Conversation {
 public:
  explicit Conversation(Site& site) noexcept
      : site_(site), input_(site.inputs), output_(site.outputs) {}

  InputBuffer& input() noexcept { return input_; }
  OutputBuffer& output() noexcept { return output_; }

  /// Answers the requests that have come, in their order.
  Next advance(Instant now);

  Duration delay() const noexcept { return delay_; }

  struct File {
    Descriptor descriptor;
    std::uint64_t size = 0;
  };
  File take_file() noexcept { return std::move(file_); }

 private:
  Next answer(const Request& request, const Route& where, Instant now);
  Next refuse(int status, Instant now);
  bool skip_body();

  Site& site_;
  InputBuffer input_;
  OutputBuffer output_;
  Duration delay_{0};       // of the request at the front of the input; zero: not looked at yet
  std::uint64_t body_ = 0;  // bytes of a request's body that are still to come
  File file_;
  bool last_ = false;  // the last answer of this connection is in the output
};

}  // namespace book::http
