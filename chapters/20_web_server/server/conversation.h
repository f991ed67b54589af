// Conversation: one connection's side of HTTP, without the connection. What comes is put into
// room(), answers are found in output(), and advance() says what whoever holds the socket has to do
// next.
//
//                 +----------------- Conversation -----------------+
//     socket ---> | input --> parse --> route --> files --> output | ---> socket
//                 +------------------------------------------------+
//
// It never waits and never sees a socket: so it can be tested with strings, and the coroutine that
// does wait (connection.h) is short enough to be read at a glance.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "17_io/http/buffers.h"
#include "17_io/http/chunked.h"
#include "17_io/http/request_head.h"
#include "17_io/sockets/descriptor.h"
#include "20_web_server/files/validators.h"
#include "20_web_server/server/handler.h"
#include "20_web_server/server/site.h"
#include "20_web_server/server/watch.h"
#include "common/clock.h"

namespace book::http {

/// What to do after the output is written, if there is any.
enum class Next {
  advance,  ///< let the others have their turn; then call advance() again
  read,     ///< read into room()
  sleep,    ///< sleep for delay()
  close,    ///< close the connection
  linger,   ///< close it, but first let the client read the answer: it is still sending
};

class Conversation {
 public:
  /// `socket`, if there is one, says to the log who the visitor is.
  explicit Conversation(Site& site, int socket = -1) noexcept : site_(site), socket_(socket) {}
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation() { give_back_buffers(); }

  /// Answers the requests that have come, in their order. A large file comes into output() piece by
  /// piece, one at each call. Throws std::system_error when a piece can not be read, and
  /// UnexpectedEnd when the file has shrunk: what was promised can not be kept, and closing the
  /// connection is the only way to say so.
  Next advance(Instant now);

  /// Where to read to; then tell received().
  std::span<char> room() {
    if (!input_) input_ = site_.inputs.take();
    return input_->room();
  }
  void received(std::size_t n) noexcept {
    input_->received(n);
    if (!input_->full()) steps_ = 0;  // we are faster than the client: the next read will wait
  }

  /// What is to be written; then tell sent().
  std::string_view output() const noexcept {
    return output_ ? output_->bytes() : std::string_view();
  }
  void sent(std::size_t n) noexcept { output_->sent(n); }

  /// To be called before a wait: keeps only those buffers that have something in them.
  void give_back_buffers() {
    if (input_ && input_->empty()) site_.inputs.give_back(input_);
    if (output_ && output_->empty()) site_.outputs.give_back(output_);
  }

  /// The client has begun a request and not ended it, and its time is up: an answer says so. Then
  /// go on with advance().
  void give_up(Instant now);

  /// What Next::read waits for.
  Waits waits_for() const noexcept {
    if (body_ > 0) return Waits::body;
    return has_begun() ? Waits::head : Waits::idle;
  }
  /// Has a request been answered since the last call? Then the next one has all its time.
  bool take_answered() noexcept { return std::exchange(answered_, false); }

  /// The output could not be written at once.
  void held_up() noexcept { held_up_ = true; }
  /// To be asked before Next::close: has something come, while the answer was on its way, that was
  /// not read? Then it is a Next::linger after all. (What went out at once is beyond harm.)
  bool has_unread() const noexcept;

  /// Of the request that Next::sleep is about.
  Duration delay() const {
    return route(parse(input_->bytes(), site_.settings.limits).request, site_.settings.nap).delay;
  }

 private:
  /// A large file on its way out.
  struct File {
    Descriptor descriptor;
    std::uint64_t left = 0;  // bytes
    FileVersion version;     // what was promised
  };

  Next answer(const Request& request, const Route& where, Instant now);
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

  static constexpr std::uint64_t kUnknown = ~std::uint64_t{0};

  // Few and small: an idle connection is little more than this.
  Site& site_;
  std::unique_ptr<InputBuffer> input_;
  std::unique_ptr<OutputBuffer> output_;
  std::unique_ptr<File> file_;
  std::unique_ptr<ChunkedDecoder> chunks_;  // of a request's body, when it comes in chunks
  std::uint64_t body_ = 0;  // bytes of a request's body that are still to come; of chunks, kUnknown
  std::uint8_t steps_ = 0;  // since the others had their turn
  bool slept_ = false;      // before the answer to the request at the front of the input
  bool last_ = false;       // the last answer of this connection is in the output
  bool answered_ = false;
  bool held_up_ = false;  // an answer of this connection took its time
  int socket_;
  std::unique_ptr<std::string> visitor_;  // for the log: its address, once it was asked for
};

}  // namespace book::http
