// Conversation: one connection's side of HTTP, without the connection. What comes is put into
// room(), answers are found in output(), and advance() says what the driver, which holds the
// socket, has to do next.
//
//                 +-----------------  Conversation  -----------------+
//     socket ---> | input --> parse --> route --> content --> output | ---> socket
//                 +--------------------------------------------------+
//
//     advance() -> Next      room(), received()      output(), sent()      answer_timeout()
//
// It never waits and never sees a socket or a disk: so it can be tested with strings, and the two
// drivers that do wait (connection.h, and blocking.cpp of step 1) are short enough to be read at a
// glance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "17_io/http/buffers.h"
#include "17_io/http/chunked.h"
#include "17_io/http/request_head.h"
#include "17_io/http/response.h"
#include "20_web_server/files/content.h"
#include "20_web_server/server/handler.h"
#include "20_web_server/server/http_context.h"
#include "20_web_server/server/wait_kind.h"
#include "common/clock.h"

namespace book::http {

/// What to do once the output is written, if there is any.
struct Next {
  enum Action {
    yield,   ///< let the other connections have their turn; then call advance() again
    read,    ///< read into room()
    sleep,   ///< sleep for `delay`
    close,   ///< close the connection: there is nothing that this could destroy
    settle,  ///< close it, if all of the answer has arrived and nothing unread has come; else
             ///< linger
    linger,  ///< close it, but first let the client read the answer: it is still sending (linger.h)
  };

  Action action = yield;
  WaitKind waits_for = WaitKind::other;  ///< of a read
  Duration delay{0};                     ///< of a sleep

  bool is_end() const noexcept { return action >= close; }
};

class Conversation {
 public:
  /// `peer`, if it is known, says to the log who the client is.
  explicit Conversation(HttpContext& context,
                        std::unique_ptr<const std::string> peer = nullptr) noexcept
      : context_(context), peer_(std::move(peer)) {}
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation() { give_back_buffers(); }

  /// Answers the requests that have come, in their order. A large body comes into output() piece by
  /// piece, one at each call. Throws what BodySource::read() throws: what was promised cannot be
  /// kept, and closing the connection is the only way to say so.
  Next advance(Instant now);

  /// Where to read to; then tell received().
  std::span<char> room() {
    if (!input_) input_ = context_.inputs.take();
    return input_->room();
  }
  /// Also when there was nothing to read: a connection that waits keeps only those buffers that
  /// have something in them.
  void received(std::size_t n) noexcept {
    input_->received(n);
    if (!input_->full())
      steps_ = 0;  // we are faster than the client: the next read will wait
    else
      at_risk_ = kHarmless + 1;  // there may be more
    give_back_buffers();
  }

  /// What is to be written; then tell sent().
  std::string_view output() const noexcept {
    return output_ ? output_->bytes() : std::string_view();
  }
  void sent(std::size_t n) noexcept {
    output_->sent(n);
    if (at_risk_ <= kHarmless) at_risk_ += static_cast<std::uint32_t>(n);
  }

  /// The rest of a head did not come in time: an answer says so. Then go on with advance().
  void answer_timeout(Instant now) { (void)refuse(408, Request(), now); }

 private:
  /// A request that has to sleep before it is answered. Its views are of the input, which stays as
  /// it is meanwhile.
  struct Sleeper {
    Request request;
    Route route;
  };

  /// A client's smallest window: so many bytes of answers are with it before anything else of ours.
  static constexpr std::uint32_t kHarmless = 1152;
  static constexpr std::uint64_t kUnknown = ~std::uint64_t{0};

  Next read_more() const noexcept;
  Next end() const noexcept;
  Next answer(const Request& request, const Route& where, Instant now);
  Connection decide_connection(const Request& request) const noexcept;
  Next refuse(int status, const Request& request, Instant now);
  void log(const Request& request, int status, std::uint64_t bytes, Instant now);
  void read_piece();
  bool has_input() const noexcept { return input_ && !input_->empty(); }
  /// Not with the empty line that some clients send behind a body, perhaps after their last one.
  bool has_begun() const noexcept {
    return has_input() && !std::string_view("\r\n").starts_with(input_->bytes());
  }
  void begin_body(const Request& request);
  bool skip_body();
  bool skip_chunks();
  OutputBuffer& out();
  void give_back_buffers() noexcept {
    if (input_ && input_->empty()) context_.inputs.give_back(input_);
    if (output_ && output_->empty()) context_.outputs.give_back(output_);
  }

  // Few and small: an idle connection is little more than this.
  HttpContext& context_;
  std::unique_ptr<InputBuffer> input_;
  std::unique_ptr<OutputBuffer> output_;
  std::unique_ptr<BodySource> source_;      // of a large body on its way out
  std::unique_ptr<ChunkedDecoder> chunks_;  // of a request's body, when it comes in chunks
  std::unique_ptr<Sleeper> sleeper_;        // the request at the front of the input
  std::unique_ptr<const std::string> peer_;
  std::uint64_t body_ = 0;  // bytes of a request's body that are still to come; of chunks, kUnknown
  std::uint32_t at_risk_ = 0;  // bytes sent, until there are too many to close on them at once
  std::uint8_t steps_ = 0;     // since the others had their turn
  bool last_ = false;          // the last answer of this connection is in the output
};

}  // namespace book::http
