// Wire: a connection, whatever it is made of: TCP for a crawl of the world, a duplex of chapter 17
// for a site in the same process. The client is then no template, and is compiled once.
//
//     dial_tcp(5s)     a Dial: the name is looked up, and the first address that answers is taken
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "05_async_await/async.h"
#include "19_web_crawler/url.h"
#include "common/clock.h"
#include "common/future.h"
#include "common/reactor/io_source.h"

namespace book::crawl {

/// An AsyncRead and an AsyncWrite.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) = 0;
  virtual Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) = 0;
  virtual Poll<void> poll_flush(Context& cx) = 0;
  virtual Poll<void> poll_close(Context& cx) = 0;
  virtual void forget(Direction direction, const Waker& waker) noexcept = 0;
};

/// Owns the stream.
template <class S>
class WireOf final : public Wire {
 public:
  explicit WireOf(S stream) : stream_(std::move(stream)) {}
  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) override {
    return stream_.poll_read(cx, buffer);
  }
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) override {
    return stream_.poll_write(cx, bytes);
  }
  Poll<void> poll_flush(Context& cx) override { return stream_.poll_flush(cx); }
  Poll<void> poll_close(Context& cx) override { return stream_.poll_close(cx); }
  void forget(Direction direction, const Waker& waker) noexcept override {
    stream_.forget(direction, waker);
  }

 private:
  S stream_;
};

/// Makes a connection to the host and port of an address. Throws FetchError (fetch_error.h).
using Dial = std::function<Async<std::unique_ptr<Wire>>(Url)>;

/// `patience` for each address of the name.
[[nodiscard]] Dial dial_tcp(Duration patience);

}  // namespace book::crawl
