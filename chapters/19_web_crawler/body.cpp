#include "19_web_crawler/body.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "19_web_crawler/fetch_error.h"

namespace book::crawl {
namespace {

using http::BodyEnd;
using Kind = FetchError::Kind;
using Longer = Body::Longer;

/// A chunk of one byte costs six: so many may come, beside the few that a kind server needs. What
/// is cut anyhow may have any size, and be announced in one chunk.
std::uint64_t most_coded(std::uint64_t most, Longer longer) {
  return longer == Longer::cut ? std::numeric_limits<std::uint64_t>::max() : 6 * most + 8192;
}

}  // namespace

Body::Body(Reader& reader, const http::ResponseHead& head, std::uint64_t most, Longer longer)
    : reader_(&reader),
      end_(head.body),
      left_(end_ == BodyEnd::length ? std::min(head.content_length, most) : most),
      decoder_(most_coded(most, longer)),
      longer_(longer),
      over_(end_ == BodyEnd::none || (end_ == BodyEnd::length && left_ == 0)) {
  if (end_ == BodyEnd::length && head.content_length > most) too_long();
}

void Body::too_long() {
  if (longer_ == Longer::refused) {
    over_ = true;
    throw FetchError(Kind::too_long, "the page is too long");
  }
  cut_ = true;
}

/// A connection that always has more would have the thread for all of it: each read counts.
Poll<std::optional<std::string>> Body::poll_next(Context& cx) {
  while (!over_) {
    if (turn_.is_over()) return AsyncFd::yield(cx);
    const Poll<std::string_view> there = reader_->poll_fill(cx);
    if (there.is_pending()) return pending;
    if (there.value().empty()) {
      over_ = true;
      if (end_ == BodyEnd::close) break;
      throw FetchError(Kind::broken_off, "the connection ended in the middle of the page");
    }
    std::string piece = end_ == BodyEnd::chunks ? take_chunks(there.value()) : take(there.value());
    if (!piece.empty())
      return Poll<std::optional<std::string>>::ready(std::optional<std::string>(std::move(piece)));
  }
  return Poll<std::optional<std::string>>::ready(std::nullopt);
}

std::string Body::take(std::string_view there) {
  if (end_ == BodyEnd::close && there.size() > left_) too_long();
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, there.size()));
  std::string piece(there.substr(0, n));
  reader_->consume(n);
  left_ -= n;
  over_ = left_ == 0 && (end_ == BodyEnd::length || cut_);
  return piece;
}

std::string Body::take_chunks(std::string_view there) {
  using State = http::ChunkedDecoder::State;
  std::string piece;
  std::size_t used = 0;
  while (used < there.size() && decoder_.state() == State::reading) {
    const auto read = decoder_.read(there.substr(used));
    used += read.size;
    piece += read.data;
  }
  reader_->consume(used);
  over_ = decoder_.state() != State::reading;
  if (decoder_.state() == State::malformed)
    throw FetchError(Kind::not_http, "the page came in chunks that are none");
  if (decoder_.state() == State::too_much || piece.size() > left_) {
    too_long();
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece.size())));
    over_ = true;
  }
  left_ -= piece.size();
  return piece;
}

}  // namespace book::crawl
