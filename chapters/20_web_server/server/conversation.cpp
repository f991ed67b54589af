// Read advance() first: it is the loop of the whole protocol. answer() is the usual request,
// refuse() the last one; what is below serves them.
#include "20_web_server/server/conversation.h"

#include <algorithm>
#include <string>

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
    if (source_) {
      read_piece();
      return {Next::yield};
    }
    if (last_) return end();
    if (steps_ == kTurn || output().size() >= kEnoughOutput) {
      steps_ = 0;
      return {Next::yield};
    }
    ++steps_;
    if (sleeper_) [[unlikely]] {
      const std::unique_ptr<Sleeper> awake = std::move(sleeper_);
      if (const Next next = answer(awake->request, awake->route, now); next.is_end()) return next;
      continue;
    }
    if (!skip_body() || !has_input()) return last_ ? Next{Next::linger} : read_more();

    const Parsed parsed = parse(input_->bytes(), context_.settings.limits);
    if (parsed.kind == Parsed::Kind::need_more) return read_more();
    if (parsed.kind == Parsed::Kind::error) return refuse(parsed.status, parsed.request, now);

    const Route where = route(parsed.request, context_.settings.slow_delay);
    if (where.delay > Duration(0)) [[unlikely]] {
      sleeper_.reset(new Sleeper{parsed.request, where});
      return {Next::sleep, WaitKind::other, where.delay};
    }
    if (const Next next = answer(parsed.request, where, now); next.is_end()) return next;
  }
}

Next Conversation::read_more() const noexcept {
  if (body_ > 0) return {Next::read, WaitKind::body};
  return {Next::read, has_begun() ? WaitKind::head : WaitKind::idle};
}

/// Nothing unread is known of: but a client may have asked for more while its answer was on its
/// way, and then a close would be a reset. Only an answer that cannot be late is beyond that.
Next Conversation::end() const noexcept {
  if (has_input() || body_ > 0) return {Next::linger};
  return {at_risk_ + output().size() <= kHarmless ? Next::close : Next::settle};
}

/// Answers the request at the front of the input, and takes it from there.
Next Conversation::answer(const Request& request, const Route& where, Instant now) {
  if (request.content_length > context_.settings.max_body) return refuse(413, request, now);
  Found found = fetch(where, context_.content, now);
  if (found.status == 400 || found.status == 503) return refuse(found.status, request, now);
  if (request.has_conditions && found.status == 200) [[unlikely]]
    apply_conditions(found, request, context_.fields);
  ++context_.requests;

  const Connection connection = decide_connection(request);
  last_ = connection == Connection::close;
  begin_body(request);

  const bool to_head = request.method == "HEAD"sv;
  const std::string_view date = context_.date.at(now);
  std::uint64_t bytes = 0;
  if (found.entity.empty()) {
    const std::string location = found.status == 301 ? location_of_folder(request) : "";
    bytes = append_status(out(), found.status, date, connection, to_head, location);
  } else {
    append_head(out(), found.status, date, found.entity, connection);
    if (!to_head) {
      bytes = found.size;
      source_ = std::move(found.source);
      if (!source_) output_->append(found.body);
    }
  }
  if (context_.log.is_on()) [[unlikely]]
    log(request, found.status, bytes, now);
  input_->consume(request.head_size);
  return {Next::yield};
}

/// May another request follow this one?
Connection Conversation::decide_connection(const Request& request) const noexcept {
  if (context_.shutdown.has_begun() || !context_.settings.keep_alive) return Connection::close;
  // "Shall I send the body?" is answered by the answer itself; whether the body comes is then
  // unknown.
  if (request.expects_continue && request.has_body()) return Connection::close;
  return connection_after(request);
}

/// As much of the large body as the output has room for.
void Conversation::read_piece() {
  output_->added(source_->read(out().room()));
  if (source_->at_end()) source_.reset();
}

/// An answer after which the connection cannot go on: where the next request would begin is
/// unknown.
Next Conversation::refuse(int status, const Request& request, Instant now) {
  ++context_.requests;
  const std::size_t bytes = append_status(out(), status, context_.date.at(now), Connection::close,
                                          request.method == "HEAD"sv);
  if (context_.log.is_on()) [[unlikely]]
    log(request, status, bytes, now);
  last_ = true;
  return {Next::linger};
}

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
  context_.log.add({peer_ ? std::string_view(*peer_) : "-"sv, line, status, bytes}, now);
}

void Conversation::begin_body(const Request& request) {
  body_ = request.content_length;
  if (!request.chunked) [[likely]]
    return;
  body_ = kUnknown;
  chunks_ = std::make_unique<ChunkedDecoder>(context_.settings.max_body);
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
  if (!output_) output_ = context_.outputs.take();
  return *output_;
}

}  // namespace book::http
