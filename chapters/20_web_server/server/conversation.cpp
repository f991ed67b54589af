#include "20_web_server/server/conversation.h"

#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "17_io/bytes/io.h"
#include "20_web_server/files/conditional.h"

namespace book::http {

using namespace std::string_view_literals;

namespace {

/// Pipelined requests are answered together, up to this many bytes of answers.
constexpr std::size_t kEnoughOutput = 32 * 1024;

/// Answers and reads in a row, before the others have their turn. A client that sends as fast as we
/// read never makes us wait, and a task that never waits keeps the thread to itself.
constexpr int kTurn = 16;

/// The same target with a slash behind its path. It begins with one slash, not with two (such a
/// path names no folder), so it stays on this server.
std::string location_of_folder(const Request& request) {
  const std::size_t query = std::min(request.target.find('?'), request.target.size());
  std::string field = "Location: ";
  field.append(request.path).append("/").append(request.target.substr(query)).append("\r\n");
  return field;
}

}  // namespace

Next Conversation::advance(Instant now) {
  for (;;) {
    if (file_) {
      read_piece();
      return Next::advance;
    }
    if (last_) return has_input() || body_ > 0 ? Next::linger : Next::close;
    if (steps_ == kTurn || output().size() >= kEnoughOutput) {
      steps_ = 0;
      return Next::advance;
    }
    ++steps_;
    if (!skip_body() || !has_input()) return last_ ? Next::linger : Next::read;

    const Parsed parsed = parse(input_->bytes(), site_.settings.limits);
    if (parsed.kind == Parsed::Kind::need_more) return Next::read;
    if (parsed.kind == Parsed::Kind::error) return refuse(parsed.status, parsed.request, now);

    const Request& request = parsed.request;
    const Route where = route(request, site_.settings.nap);
    if (where.delay > Duration(0) && !slept_) {
      slept_ = true;  // the request stays where it is, and is looked at again after the nap
      return Next::sleep;
    }
    slept_ = false;
    const Next next = answer(request, where, now);
    input_->consume(request.head_size);
    if (next != Next::advance) return next;
  }
}

Next Conversation::answer(const Request& request, const Route& where, Instant now) {
  if (request.content_length > site_.settings.max_body) return refuse(413, request, now);
  Found found = fetch(where, site_.files, now);
  if (found.status == 400 || found.status == 503) return refuse(found.status, request, now);
  if (request.has_conditions && found.status == 200) [[unlikely]]
    narrow(found, request, site_.narrowed);
  ++site_.requests;
  answered_ = true;

  Connection connection = connection_after(request);
  if (site_.watches.ends()) connection = Connection::close;
  // "Shall I send the body?" is answered by the answer itself; whether the body comes is then
  // unknown.
  if (request.expects_continue && request.has_body()) connection = Connection::close;
  if (!site_.settings.keep_alive) connection = Connection::close;
  last_ = connection == Connection::close;
  begin_body(request);

  const bool to_head = request.method == "HEAD"sv;
  const std::string_view date = site_.date.at(now);
  if (found.entity.empty()) {
    const std::string location = found.status == 301 ? location_of_folder(request) : "";
    const std::size_t bytes =
        append_status(out(), found.status, date, connection, to_head, location);
    if (site_.log.is_on()) [[unlikely]]
      log(request, found.status, bytes, now);
    return Next::advance;
  }
  append_head(out(), found.status, date, found.entity, connection);
  if (site_.log.is_on()) [[unlikely]]
    log(request, found.status, to_head ? 0 : found.size, now);
  if (to_head) return Next::advance;
  if (found.file)
    file_.reset(new File{std::move(found.file), found.size, found.selected->version});
  else
    output_->append(found.body);
  return Next::advance;
}

/// As much of the large file as the output has room for.
void Conversation::read_piece() {
  held_up();
  const std::span<char> room = out().room();
  const std::size_t most = std::min<std::uint64_t>(room.size(), file_->left);
  ssize_t n = 0;
  do {
    n = ::read(file_->descriptor.get(), room.data(), most);
  } while (n < 0 && errno == EINTR);
  if (n < 0) throw std::system_error(errno, std::system_category(), "read");
  if (n == 0 && most > 0) throw UnexpectedEnd();
  output_->added(static_cast<std::size_t>(n));
  file_->left -= static_cast<std::uint64_t>(n);
  if (file_->left > 0) return;
  // If it was overwritten meanwhile, the client has bytes of two files. It must not take them for
  // one: then the last ones are never sent.
  if (!still_holds(file_->descriptor.get(), file_->version)) throw UnexpectedEnd();
  file_.reset();
}

/// An answer after which the connection can not go on: where the next request would begin is
/// unknown.
Next Conversation::refuse(int status, const Request& request, Instant now) {
  ++site_.requests;
  const std::size_t bytes = append_status(out(), status, site_.date.at(now), Connection::close,
                                          request.method == "HEAD"sv);
  if (site_.log.is_on()) [[unlikely]]
    log(request, status, bytes, now);
  last_ = true;
  return Next::linger;
}

/// A client may ask for more while a large file is on its way. Only the system knows.
bool Conversation::has_unread() const noexcept {
  int bytes = 0;
  return held_up_ && socket_ >= 0 && ::ioctl(socket_, FIONREAD, &bytes) == 0 && bytes > 0;
}

void Conversation::give_up(Instant now) { refuse(408, Request(), now); }

/// Of a request that could not be read there is no more to say than how its first line begins.
void Conversation::log(const Request& request, int status, std::uint64_t bytes, Instant now) {
  std::string_view line;
  if (request.head_size > 0) {
    const std::size_t size = request.target.data() + request.target.size() + " HTTP/1.1"sv.size() -
                             request.method.data();
    line = {request.method.data(), size};
  } else if (has_input()) {
    line = input_->bytes().substr(0, 200);
    if (line.starts_with("\r\n"sv)) line.remove_prefix(2);  // forgiven, as in parse()
    line = line.substr(0, line.find_first_of("\r\n"sv));
  }
  if (!visitor_) visitor_ = std::make_unique<std::string>(visitor_at(socket_));
  site_.log.add({*visitor_, line, status, bytes}, now);
}

void Conversation::begin_body(const Request& request) {
  body_ = request.content_length;
  if (!request.chunked) [[likely]]
    return;
  body_ = kUnknown;
  chunks_ = std::make_unique<ChunkedDecoder>(site_.settings.max_body);
}

/// Throws away what has come of the last request's body. False: there is more to come, or there
/// will be no other request.
bool Conversation::skip_body() {
  if (body_ == 0) return true;
  if (!has_input()) return false;
  if (chunks_) return skip_chunks();
  const std::size_t here =
      static_cast<std::size_t>(std::min<std::uint64_t>(body_, input_->bytes().size()));
  input_->consume(here);
  body_ -= here;
  return body_ == 0;
}

/// The request was answered when its head had been read. So a body that is malformed or too long
/// gets no answer of its own, which the client would take for that to its next request: the
/// connection ends, and that is all.
bool Conversation::skip_chunks() {
  while (has_input() && chunks_->state() == ChunkedDecoder::State::reading)
    input_->consume(chunks_->read(input_->bytes()).size);
  switch (chunks_->state()) {
    case ChunkedDecoder::State::reading:
      return false;
    case ChunkedDecoder::State::done:
      body_ = 0;
      chunks_.reset();
      return true;
    default:
      last_ = true;
      return false;
  }
}

OutputBuffer& Conversation::out() {
  if (!output_) output_ = site_.outputs.take();
  return *output_;
}

}  // namespace book::http
